"""How much of an instrument is entered, and with which stop: the rules of risk, then what overlays leave."""

from decimal import Decimal
from typing import NamedTuple

from trading_bot.domain.money import ZERO, rupees
from trading_bot.domain.signal import Signal
from trading_bot.domain.trade import ExitPlan
from trading_bot.engine.decisions.account.foreign import foreign_position
from trading_bot.engine.market_view import Series
from trading_bot.engine.state import State
from trading_bot.risk.exits import exit_plan
from trading_bot.risk.limits import open_risk_limit
from trading_bot.risk.overlays.adjustment import Adjustment
from trading_bot.risk.sizing import Size, SizingQuestion, exact, size_of


class Draft(NamedTuple):
    """Exit plan and size of an entry."""

    plan: ExitPlan
    size: Size


def draft(state: State, series: Series, signal: Signal, price: int, asked: Adjustment) -> Draft | None:
    """Stop, target and size of an entry at a price; None where there is no room for a stop.

    Overlays start from what would be entered without them: a wider stop is paid for with units, whatever the
    rule was that bound, so that neither size nor rupees at risk are ever more.
    """
    exits = state.risk.exits
    plan = exit_plan(series.instrument, signal.direction, price, signal.atr_paise, exits)
    distance = abs(price - plan.stop_price)
    if distance == 0:
        return None
    size = size_of(_question(state, series, price, distance), state.risk.sizing)
    if asked.is_neutral or size.quantity == 0:
        return Draft(plan, size)
    wider = exit_plan(
        series.instrument, signal.direction, price, signal.atr_paise, exits, stop_factor=asked.stop_factor
    )
    wide = abs(price - wider.stop_price)
    units = Decimal(size.quantity * distance) / max(distance, wide) * exact(asked.size_factor)
    question = _question(
        state, series, price, wide, leverage_factor=asked.leverage_factor, units_at_most=units
    )
    return Draft(wider, size_of(question, state.risk.sizing))


def open_risk(state: State) -> Decimal:
    """Rupees that every open or pending trade would lose at its stop; unfilled entries count as filled."""
    total = 0
    for trade in state.book.trades.values():
        entry = trade.reference_price
        loss = (entry - trade.stop_price) * trade.direction.sign
        total += max(0, loss) * trade.planned_quantity
    return rupees(total)


def _question(
    state: State,
    series: Series,
    price: int,
    stop_distance: int,
    *,
    leverage_factor: float = 1.0,
    units_at_most: Decimal | None = None,
) -> SizingQuestion:
    risk, key = state.risk, series.instrument.key
    in_it, in_all = _exposures(state, key)
    return SizingQuestion(
        instrument=series.instrument,
        entry_price=price,
        stop_distance=stop_distance,
        symbol_exposure=in_it,
        total_exposure=in_all + _foreign_exposure(state),
        open_risk_room=open_risk_limit(risk.limits, risk.sizing) - open_risk(state),
        available_funds=(state.account.available or ZERO) - _spoken_for(state),
        margin_rate=_margin_rate(state, key),
        leverage_factor=leverage_factor,
        units_at_most=units_at_most,
    )


def _exposures(state: State, instrument_key: str) -> tuple[Decimal, Decimal]:
    """Rupees of the trades in an instrument, and of all."""
    in_it = in_all = 0
    for trade in state.book.trades.values():
        value = trade.reference_price * trade.planned_quantity
        in_all += value
        if trade.instrument_key == instrument_key:
            in_it += value
    return rupees(in_it), rupees(in_all)


def _foreign_exposure(state: State) -> Decimal:
    """Rupees of what others traded today and hold, where its price is known: it uses the same money."""
    held = {key: abs(foreign_position(state, key)) for key in state.foreign_quantity}
    return rupees(sum(quantity * state.market.last_price(key) for key, quantity in held.items()))


def _spoken_for(state: State) -> Decimal:
    """Margin in rupees of trades that the newest word on the funds cannot know of yet."""
    return sum(
        (
            rupees(trade.reference_price * trade.planned_quantity) * _margin_rate(state, trade.instrument_key)
            for trade in state.book.trades.values()
            if trade.planned_at_ms >= state.account.asked_at_ms
        ),
        ZERO,
    )


def _margin_rate(state: State, key: str) -> Decimal:
    """Margin that the broker asks as a fraction of value; all of it where it has not said, or said none."""
    rate = state.account.margin_rates.get(key, ZERO)
    return rate if rate > 0 else Decimal(1)
