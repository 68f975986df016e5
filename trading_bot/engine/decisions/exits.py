"""Closing a trade: by turning its resting stop into a marketable limit, re-priced in a bounded ladder.

Two exits never stand for the same units: what live exits may still trade, at their worst case, is subtracted
before anything new is placed.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Order, OrderStatus, OrderTerms, OrderType, Purpose
from trading_bot.domain.trade import Trade
from trading_bot.engine.commands import Alert
from trading_bot.engine.decisions import protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State, is_changeable
from trading_bot.risk.exits import exit_buffer, marketable_price

_REFUSALS_BEFORE_CANCEL = 2
_REFUSED = (OrderStatus.REFUSED, OrderStatus.REJECTED)


def drive(state: State, trade: Trade, wanted: int, turn: Turn) -> None:
    """Bring the exits of a trade to `wanted` units at the price of its step. May run at any time, again."""
    trade = _step_if_late(state, trade, turn)
    exits = protection.live_exits(state, trade)
    uncovered = wanted - sum(order.worst_case_quantity for order in exits)
    for order in exits:
        surplus = min(max(0, -uncovered), order.worst_case_quantity)
        if is_changeable(order):
            uncovered += surplus
            _reprice(state, trade, order, order.remaining_quantity - surplus, turn)
    if uncovered <= 0 or _was_just_refused(state, trade):
        return
    instrument = state.market.series[trade.instrument_key].instrument
    for quantity in instrument.slices(uncovered):
        turn.intend(trade, trade.exit_side, Purpose.EXIT, _terms(state, trade, quantity))


def _was_just_refused(state: State, trade: Trade) -> bool:
    """Whether an exit was refused a moment ago: the same one again would meet the same answer."""
    since_ms = state.now_ms - state.risk.exits.exit_step_timeout_s * MS_PER_SECOND
    return any(
        order.request.purpose is Purpose.EXIT and order.status in _REFUSED and order.seen_at_ms > since_ms
        for order in state.book.orders_of(trade.trade_id)
    )


def _step_if_late(state: State, trade: Trade, turn: Turn) -> Trade:
    settings = state.risk.exits
    if state.now_ms - trade.exit_step_at_ms < settings.exit_step_timeout_s * MS_PER_SECOND:
        return trade
    step = trade.exit_step + 1
    if step == settings.max_exit_steps:
        text = f"exit of {trade.instrument_key} is not filled after {step} prices"
        turn.command(Alert(level="critical", text=text))
    turn.emit(
        ev.ExitStepped(at_ms=state.now_ms, trade_id=trade.trade_id, step=min(step, settings.max_exit_steps))
    )
    return state.book.trades[trade.trade_id]


def _reprice(state: State, trade: Trade, order: Order, remaining: int, turn: Turn) -> None:
    """Modify one resting order into the exit of this step, unless it already is."""
    if remaining <= 0 or order.refused_changes >= _REFUSALS_BEFORE_CANCEL:
        turn.intend_cancel(order.tag)
        return
    total = order.filled_quantity + remaining
    is_of_this_step = not order.terms.order_type.has_trigger and order.changed_at_ms >= trade.exit_step_at_ms
    if is_of_this_step and total == order.terms.quantity:
        return
    wanted = _terms(state, trade, total)
    if wanted != order.terms:
        turn.intend_modify(order.tag, wanted)


def _terms(state: State, trade: Trade, quantity: int) -> OrderTerms:
    """A marketable limit around a fresh price; a protected market order where no price is known."""
    series = state.market.series[trade.instrument_key]
    age_ms = state.now_ms - series.seen_at_ms
    if series.last_price == 0 or age_ms > state.risk.entries.max_data_age_s * MS_PER_SECOND:
        return OrderTerms(order_type=OrderType.MARKET, quantity=quantity)
    price = marketable_price(
        series.instrument,
        trade.exit_side,
        series.last_price,
        exit_buffer(trade.exit_step, state.risk.exits),
        state.band_of(trade.instrument_key),
    )
    return OrderTerms(order_type=OrderType.LIMIT, quantity=quantity, price=price)
