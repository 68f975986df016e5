"""What the compiled form cannot play: said before it is tried, or found in what came out."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Case
from trading_bot.backtest.sweeps.policy import Policy, declared_risk
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import rupees
from trading_bot.research.daily import day_of
from trading_bot.risk.limits import open_risk_limit
from trading_bot.risk.sizing import exact
from trading_bot.strategies.ema_cross import EmaCross

if TYPE_CHECKING:
    from decimal import Decimal

    from trading_bot.domain.section import Section

_ENTRIES_AN_HOUR = 31
"""An entry and its exit take two candles of a minute at least."""
_SPACING_S = 120
_ORDERS_BEFORE_A_DAY = 8
_WHOLE_MAX = 2**62


class Extremes(NamedTuple):
    """What bounds the orders that one share's candles can lead to."""

    instrument: Instrument
    highest: int
    """Paise, rounded up to the tick."""
    widest: int
    """The largest true range, in paise."""
    candles: int
    day_candles: int
    """The most on one day."""


def extremes_of(market: Market) -> tuple[Extremes, ...]:
    """The bounds of every share."""
    return tuple(_extremes(market, share) for share in market.shares)


def _extremes(market: Market, share: int) -> Extremes:
    candles, instrument = market.candles(share), market.instruments[share]
    before = np.concatenate((candles.closes[:1], candles.closes[:-1]))
    widest = np.maximum(candles.highs, before) - np.minimum(candles.lows, before)
    return Extremes(
        instrument,
        int(max(candles.highs.max(), candles.opens.max())) + instrument.tick_size,
        int(widest.max()),
        len(candles.closes),
        int(np.unique(day_of(candles.start_ms), return_counts=True)[1].max()),
    )


def objection(case: Case, shares: tuple[Extremes, ...]) -> str:
    """Why the engine has to play a set; empty where the compiled form can.

    A limit that could bind at all counts as binding.
    """
    if type(case.strategy) is not EmaCross:  # a heir may decide otherwise
        return f"{case.strategy.name} has no compiled form"
    differing = next(_differing(case.policy), None)
    if differing is not None:
        return f"risk.{differing} has no compiled form"
    multiple = case.policy.risk.exits.atr_stop_multiple
    return next((found for share in shares for found in _binding(share, case.policy, multiple)), "")


def doubt(fall: int, losing_streak: int, doubts: int, policy: Policy) -> str:
    """Why what came out for one share is not sure to be what the engine says; empty where it is."""
    risk = policy.risk
    if doubts:
        return "a stop lies too close to a tick"
    if losing_streak >= risk.limits.max_consecutive_losses:
        return "risk.limits.max_consecutive_losses may bind"
    if rupees(fall) >= risk.sizing.base_capital * exact(risk.limits.max_daily_loss):
        return "risk.limits.max_daily_loss may bind"
    return ""


def _differing(policy: Policy) -> Iterator[str]:
    """Rules other than those declared, that are no bounds."""
    declared = declared_risk()
    free = {"atr_stop_multiple"}
    for name in ("exits", "entries", "windows"):
        mine: Section = getattr(policy.risk, name)
        theirs: Section = getattr(declared, name)
        for field, value in mine:
            if field not in free and value != getattr(theirs, field):
                yield f"{name}.{field} = {value}"
    if policy.risk.overlays != declared.overlays:
        yield "overlays"


def _binding(share: Extremes, policy: Policy, multiple: float) -> Iterator[str]:
    """Rules that may make an entry smaller, or deny it."""
    sizing, limits, quantity = policy.risk.sizing, policy.risk.limits, policy.quantity
    capital = sizing.base_capital
    value = rupees(share.highest * quantity)
    loss = (exact(multiple) * share.widest + 2 * share.instrument.tick_size) * quantity / 100
    trades = share.day_candles // 2 + _ORDERS_BEFORE_A_DAY
    bounds: tuple[tuple[str, Decimal | int, Decimal | int], ...] = (
        ("risk.sizing.max_position_fraction", value, capital * exact(sizing.max_position_fraction)),
        ("risk.sizing.capital_per_symbol", value, capital * exact(sizing.capital_per_symbol)),
        ("the cash", value, policy.cash),
        ("risk.sizing.max_risk_per_trade", loss, capital * exact(sizing.max_risk_per_trade)),
        ("risk.limits.max_open_risk", loss, open_risk_limit(limits, sizing)),
        ("risk.limits.max_trades_per_symbol_per_day", trades, limits.max_trades_per_symbol_per_day),
        ("risk.limits.max_trades_per_day", trades, limits.max_trades_per_day),
        ("risk.limits.max_entries_per_hour", _ENTRIES_AN_HOUR, limits.max_entries_per_hour),
        ("risk.limits.symbol_spacing_s", limits.symbol_spacing_s, _SPACING_S),
        ("the range of whole numbers", share.highest * quantity * share.candles, _WHOLE_MAX),
    )
    yield from (f"{name} may bind" for name, needed, allowed in bounds if needed > allowed)
    if not quantity:
        yield "risk.sizing.fixed_quantity is 0"
    elif quantity % share.instrument.lot_size or share.instrument.slices(quantity) != (quantity,):
        yield f"{quantity} units of {share.instrument.symbol} are not one order"
    if not share.instrument.is_tradable:
        yield f"{share.instrument.symbol} is an index"
