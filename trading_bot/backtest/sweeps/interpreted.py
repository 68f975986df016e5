"""Sets through the engine: slower by three orders of magnitude, and right for whatever the engine can play.

Each share is played by itself, with the whole account.
"""

from collections.abc import Iterator
from decimal import Decimal

import numpy as np

from trading_bot.backtest.next_open import NextOpenRun
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Case
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import ZERO
from trading_bot.engine.core import Core
from trading_bot.engine.inputs import BarsClosed
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.research.arrays import Ints


def engine_fills(case: Case, market: Market) -> list[Ints]:
    """Every fill of a set: rows of (candle, signed units, price), by share."""
    return [fills_of(engine_run(case, market, share), market, share) for share in market.shares]


def engine_run(case: Case, market: Market, share: int) -> NextOpenRun:
    """One set on one share, played to its end."""
    run = NextOpenRun(
        core=Core(
            State(
                settings=EngineSettings(),
                risk=case.policy.risk,
                strategies=(case.strategy,),
                charges_so_far=_no_charges,
            )
        ),
        instruments=(market.instruments[share],),
        cash=case.policy.cash,
        fee=case.policy.fee,
    )
    run.play(_bars(market, share))
    return run


def _no_charges(_book: object) -> Decimal:
    """The fee of the policy is taken outside the engine."""
    return ZERO


def _bars(market: Market, share: int) -> Iterator[BarsClosed]:
    key = market.instruments[share].key
    for row in zip(*(column.tolist() for column in market.candles(share)), strict=True):
        start_ms, opened, high, low, close = row
        candle = Candle(start_ms, opened, high, low, close, None)
        yield BarsClosed(at_ms=start_ms + MS_PER_MINUTE, timeframe_s=60, bars=((key, candle),))


def fills_of(run: NextOpenRun, market: Market, share: int) -> Ints:
    """The fills of a run as rows of (candle, signed units, price)."""
    at_ms = np.array([fill.filled_at_ms for fill in run.fills], np.int64)
    units = np.array([fill.side.sign * fill.quantity for fill in run.fills], np.int64)
    prices = np.array([fill.price for fill in run.fills], np.int64)
    return np.column_stack((np.searchsorted(market.candles(share).start_ms, at_ms), units, prices))
