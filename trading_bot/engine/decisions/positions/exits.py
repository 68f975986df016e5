"""Closing a trade: by turning its resting stop into a marketable limit, re-priced in a bounded ladder.

Two exits never stand for the same units: what live exits may still trade, at their worst case, is subtracted
before anything new is placed.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.money import rupees
from trading_bot.domain.order import Order, OrderStatus, OrderTerms, OrderType, Purpose
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import Trade
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBand
from trading_bot.engine.decisions.market.standstill import stands_still_for
from trading_bot.engine.decisions.positions import protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State, is_changeable, late_growth
from trading_bot.risk.exits import exit_buffer, marketable_price
from trading_bot.risk.settings import StopStyle

_REFUSALS_BEFORE_CANCEL = 2
_REFUSALS_BEFORE_PAGE = 3
_LONGEST_PAUSE_MS = 60_000
_STILL_PAUSE_MS = 30_000
_REFUSED = (OrderStatus.REFUSED, OrderStatus.REJECTED)


def drive(state: State, trade: Trade, wanted: int, turn: Turn) -> None:
    """Bring the exits of a trade to `wanted` units at the price of its step. May run at any time, again."""
    is_still = stands_still_for(state, trade.instrument_key)
    trade = trade if is_still else _step_if_late(state, trade, turn)
    exits = protection.live_exits(state, trade)
    uncovered = wanted - sum(_worst_case(state, order) for order in exits)
    for order in exits:
        surplus = min(max(0, -uncovered), _worst_case(state, order))
        if is_changeable(order) and not (is_still and _was_just_refused(state, order)):
            uncovered += surplus
            _reprice(state, trade, order, order.remaining_quantity - surplus, turn)
    if uncovered <= 0 or (_was_just_tried(state, trade) if is_still else _is_paused(state, trade, turn)):
        return
    instrument = state.market.series[trade.instrument_key].instrument
    for quantity in instrument.slices(uncovered):
        turn.intend(trade, trade.exit_side, Purpose.EXIT, _terms(state, trade, quantity))


def _worst_case(state: State, order: Order) -> int:
    return order.worst_case_quantity + late_growth(state, order)


def _was_just_tried(state: State, trade: Trade) -> bool:
    """Whether an exit was sent a little ago to an exchange that stands still: one is tried now and then."""
    return any(
        order.request.purpose is Purpose.EXIT and state.now_ms - order.intended_at_ms < _STILL_PAUSE_MS
        for order in state.book.orders_of(trade.trade_id)
    )


def _was_just_refused(state: State, order: Order) -> bool:
    """Whether a change of an order was refused a little ago."""
    return order.refused_changes > 0 and state.now_ms - order.changed_at_ms < _STILL_PAUSE_MS


def _is_paused(state: State, trade: Trade, turn: Turn) -> bool:
    """Whether an exit came to nothing a moment ago: the same one again would meet the same fate.

    The pause doubles each time, up to a minute, so that a locked circuit is not hammered.
    """
    failed = [*_refused_exits(state, trade), *_cancelled_exits(state, trade)]
    if not failed:
        return False
    newest = max(failed, key=lambda order: order.seen_at_ms)
    first_pause_ms = state.risk.exits.exit_step_timeout_s * MS_PER_SECOND
    pause_ms = min(first_pause_ms << min(len(failed) - 1, 6), _LONGEST_PAUSE_MS)
    if len(failed) >= _REFUSALS_BEFORE_PAGE:
        symbol = state.market.symbol(trade.instrument_key)
        text = f"exit of {symbol} was refused or cancelled {len(failed)} times: {newest.message}"
        _page_once(state, AlertKind.EXIT_REFUSED, f"refused {trade.trade_id}", text, turn)
    return newest.seen_at_ms > state.now_ms - pause_ms


def _refused_exits(state: State, trade: Trade) -> list[Order]:
    """Those that were not wanted; one that was refused for the token or the rate may be, a little later."""
    return [
        order
        for order in state.book.orders_of(trade.trade_id)
        if order.request.purpose is Purpose.EXIT and order.status in _REFUSED and not order.is_unjudged
    ]


def _cancelled_exits(state: State, trade: Trade) -> list[Order]:
    """Those that somebody else cancelled, but for the first: another takes its place at once."""
    return [order for order in state.book.orders_of(trade.trade_id) if order.tag in state.lost_exits][1:]


def _page_once(state: State, kind: AlertKind, mark: str, text: str, turn: Turn) -> None:
    if mark not in state.told_of:
        state.told_of.add(mark)
        turn.tell(kind, "critical", text)


def tell_if_locked(state: State, trade: Trade, turn: Turn) -> None:
    """Tell a person, once, of an exit at the price limit: it rests there, and no more can be done here."""
    if not trade.is_exiting or not is_locked(state, trade):
        return
    price = state.market.last_price(trade.instrument_key)
    text = (
        f"{state.market.symbol(trade.instrument_key)} trades at its price limit {rupees(price)}: the exit "
        "rests there; watch for the limit to move, or hedge"
    )
    mark = f"locked {trade.trade_id}"
    if mark not in state.told_of:
        turn.command(ReadBand(instrument_key=trade.instrument_key))
    _page_once(state, AlertKind.EXIT_LOCKED, mark, text, turn)


def is_locked(state: State, trade: Trade) -> bool:
    """Whether the price lies at the edge of its band at which nobody may want the other side of our exit."""
    band = state.band_of(trade.instrument_key)
    price = state.market.last_price(trade.instrument_key)
    if band is None or price == 0:
        return False
    return price <= band[0] if trade.direction is Direction.LONG else price >= band[1]


def _step_if_late(state: State, trade: Trade, turn: Turn) -> Trade:
    settings = state.risk.exits
    if state.now_ms - trade.exit_step_at_ms < settings.exit_step_timeout_s * MS_PER_SECOND:
        return trade
    step = trade.exit_step + 1
    if step == settings.max_exit_steps:
        symbol = state.market.symbol(trade.instrument_key)
        text = f"exit of {symbol} is not filled after {step} prices"
        turn.tell(AlertKind.EXIT_NOT_FILLED, "critical", text)
    step = min(step, settings.max_exit_steps + 1)
    turn.emit(ev.ExitStepped(at_ms=state.now_ms, trade_id=trade.trade_id, step=step))
    return state.book.trades[trade.trade_id]


def _reprice(state: State, trade: Trade, order: Order, remaining: int, turn: Turn) -> None:
    """Modify one resting order into the exit of this step, unless it already is."""
    is_unsure = order.refused_changes >= _REFUSALS_BEFORE_CANCEL or late_growth(state, order) > 0
    if remaining <= 0 or is_unsure:
        turn.intend_cancel(order.tag)
        return
    total = order.spent_quantity + remaining
    is_of_this_step = not order.terms.order_type.has_trigger and order.changed_at_ms >= trade.exit_step_at_ms
    if is_of_this_step and total == order.terms.quantity:
        return
    wanted = _terms(state, trade, total)
    if wanted != order.terms:
        turn.intend_modify(order.tag, wanted)


def _terms(state: State, trade: Trade, quantity: int) -> OrderTerms:
    """A marketable limit around a fresh price; a protected market order above the widest, or without one.

    At the price limit it rests as a limit: a market order would be refused there, or wait like it. Where an
    exit was refused and no band is known, the last price is the one that is surely inside.
    """
    series = state.market.series[trade.instrument_key]
    age_ms = state.now_ms - series.seen_at_ms
    is_known = series.last_price != 0 and not series.is_disputed
    is_fresh = is_known and age_ms <= state.risk.entries.max_data_age_s * MS_PER_SECOND
    is_last_rung = trade.exit_step > state.risk.exits.max_exit_steps and not is_locked(state, trade)
    band = state.band_of(trade.instrument_key)
    is_unsure = band is None and bool(_refused_exits(state, trade))
    is_at_next_open = state.risk.exits.stops is StopStyle.ON_CLOSE
    if is_at_next_open or not is_fresh or (is_last_rung and not is_unsure):
        return OrderTerms(order_type=OrderType.MARKET, quantity=quantity)
    buffer = 0.0 if is_unsure else exit_buffer(trade.exit_step, state.risk.exits)
    price = marketable_price(series.instrument, trade.exit_side, series.last_price, buffer, band)
    return OrderTerms(order_type=OrderType.LIMIT, quantity=quantity, price=price)
