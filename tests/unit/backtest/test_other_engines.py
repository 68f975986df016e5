"""The engine beside two that other people wrote, on what was traded in 2016: same fills, same equity."""

import os
from dataclasses import asdict
from decimal import Decimal
from importlib.util import find_spec
from random import Random

import numpy as np
import pytest

from tests.fakes.other_engines import CASH, FAST, IGNORED, SLOW, by_backtesting_py, by_vectorbt, frame_of
from trading_bot.adapters.history import open_history
from trading_bot.backtest.sweeps.interpreted import engine_run, fills_of
from trading_bot.backtest.sweeps.market import market_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.research.performance import curve_figures
from trading_bot.research.trades import ClosedTrades, trade_figures

for other in ("backtesting", "vectorbt"):
    if find_spec(other) is None:
        pytest.skip(f"{other} is not installed: make test installs it", allow_module_level=True)

SHARES = int(os.environ.get("CROSS_SHARES", "2"))
CANDLES = int(os.environ.get("CROSS_CANDLES", "2000"))
FEE = Decimal("0.0003")


@pytest.fixture(scope="module")
def markets(shared_data):
    """Shares chosen by chance, the same each time, one a market."""
    folder = open_history(shared_data / "nse_1min" / "2016_kite")
    found = []
    for symbol in Random(1).sample(folder.symbols, SHARES):
        days = folder.days(symbol)
        columns = [column[:CANDLES] for column in folder.minute_candles(symbol, days[0], days[-1])[:5]]
        found.append(market_of([(folder.instrument(symbol, days[-1]), columns)]))
    return found


def by_the_engine(market, multiple, fee):
    """Fills as (candle, units, rupees), and equity at each close: exact until the last step."""
    sets = [{"fast": FAST, "slow": SLOW, "ignored": IGNORED, "atr_stop_multiple": multiple}]
    (case,) = plan_of("ema_cross", declared_policy(fee=fee), sets)[0].cases()
    fills = fills_of(engine_run(case, market, 0), market, 0).tolist()
    candles = market.candles(0)
    paise, held = np.zeros(len(candles.closes)), np.zeros(len(candles.closes), dtype=np.int64)
    for at, units, price in fills:
        paise[at:] -= float(units * price + abs(units) * price * fee)
        held[at:] += units
    equity = CASH + (paise + held * candles.closes) / 100
    return [(at, units, price / 100) for at, units, price in fills], equity


def closed_trades(fills, at_ms):
    """An entry and the exit after it, again and again."""
    pairs = list(zip(fills[::2], fills[1::2], strict=False))
    return ClosedTrades(
        entered_ms=np.array([at_ms[entry[0]] for entry, _ in pairs]),
        exited_ms=np.array([at_ms[exit_[0]] for _, exit_ in pairs]),
        net=np.array([(exit_[2] - entry[2]) * entry[1] for entry, exit_ in pairs]),
        traded=np.array([(exit_[2] + entry[2]) * entry[1] for entry, exit_ in pairs]),
    )


@pytest.mark.parametrize("other", [by_backtesting_py, by_vectorbt])
@pytest.mark.parametrize(("multiple", "fee"), [(3.0, Decimal(0)), (20.0, FEE)])
def test_another_engine_comes_to_the_same_fills_and_the_same_equity(markets, other, multiple, fee):
    for market in markets:
        fills, equity = by_the_engine(market, multiple, fee)

        theirs = other(frame_of(market.candles(0)), multiple=multiple, fee=float(fee))

        assert len(fills) > 20
        assert theirs.fills == fills
        np.testing.assert_allclose(theirs.equity, equity, rtol=0, atol=1e-6)


@pytest.mark.parametrize("other", [by_backtesting_py, by_vectorbt])
def test_the_figures_of_a_result_are_those_of_another_engine(markets, other):
    for market in markets:
        fills, equity = by_the_engine(market, 3.0, Decimal(0))
        at_ms = market.candles(0).start_ms
        curve, trades = curve_figures(at_ms, equity), trade_figures(closed_trades(fills, at_ms))

        theirs = other(frame_of(market.candles(0)), multiple=3.0).figures

        mine = {**asdict(trades), "total_return": curve.total_return, "depth": curve.max_drawdown.depth}
        assert {name: mine[name] for name in theirs} == pytest.approx(theirs, rel=1e-9, abs=1e-13)


def test_a_candle_that_moves_an_average_is_noticed(markets):
    """What is compared would differ if one side saw another candle."""
    market = markets[0]
    fills, _ = by_the_engine(market, 3.0, Decimal(0))
    frame = frame_of(market.candles(0))
    at = fills[0][0] - 1
    frame.iloc[at] = frame.iloc[at] * 0.98

    assert by_backtesting_py(frame, multiple=3.0).fills != fills
