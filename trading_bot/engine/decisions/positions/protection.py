"""The resting stop of a trade: placed as soon as anything filled, kept in step, trailed, and replaced."""

from collections.abc import Sequence

from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Order, OrderStatus, OrderTerms, OrderType, Purpose
from trading_bot.domain.trade import ExitReason, Trade
from trading_bot.domain.values import replace
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBand
from trading_bot.engine.decisions.market.standstill import stands_still_for
from trading_bot.engine.decisions.operation.halts import STOP_CANCELLED, raise_halt
from trading_bot.engine.decisions.positions.exit_request import request_exit, stop_reason
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State, is_changeable, is_refused_often, late_growth
from trading_bot.risk.exits import stop_terms, trailed_stop
from trading_bot.risk.settings import StopStyle

_REFUSALS_BEFORE_ANOTHER = 2
_WORD_COMES_MS = 3 * MS_PER_SECOND
"""Within which the feed tells of a halt whose cancellations the order stream has told."""


def live_exits(state: State, trade: Trade) -> list[Order]:
    """Orders that may still shrink the position: stops and exits alike."""
    side = trade.exit_side
    return [
        order
        for order in state.book.orders_of(trade.trade_id)
        if order.status.is_live and order.request.side is side
    ]


def is_resting(state: State, trade: Trade) -> bool:
    """Whether the broker holds a stop for the whole position, as far as confirmed reports go."""
    held = sum(
        order.remaining_quantity
        for order in live_exits(state, trade)
        if order.status in (OrderStatus.TRIGGER_PENDING, OrderStatus.OPEN)
    )
    return held >= abs(state.book.position_of(trade.instrument_key).quantity)


def ensure(state: State, trade: Trade, wanted: int, turn: Turn) -> None:
    """Bring the resting stops of a trade to `wanted` units at its stop price. May run at any time, again.

    Existing stops are modified rather than replaced, so that no two ever cover the same units; what the last
    one cannot take within the freeze quantity becomes an order of its own. Where one has triggered and more
    is held than the stops cover, the trade is closed: no stop can be placed behind the price. Stops that are
    only looked at when a candle closes are no orders, and none is taken while the exchange stands still.
    """
    if state.risk.exits.stops is StopStyle.ON_CLOSE:
        return
    if stands_still_for(state, trade.instrument_key) or _awaits_word(state, trade):
        return
    if trade.stop_failures >= state.risk.exits.max_stop_failures:
        request_exit(state, trade, ExitReason.UNPROTECTED, turn)
        return
    if is_left_to_a_person(state, trade):
        return
    stops = live_exits(state, trade)
    reason = None if stops else _exit_instead(state, trade, wanted)
    if reason is not None:
        request_exit(state, trade, reason, turn)
        return
    if not all(is_changeable(order) for order in stops):
        return
    if not _withdraw_unsure(state, stops, wanted, turn):
        _bring_in_step(state, trade, stops, wanted, turn)


def _awaits_word(state: State, trade: Trade) -> bool:
    """Whether a stop was refused right after one was cancelled: the exchange may be about to say why."""
    cancelled_ms = trade.stop_cancelled_at_ms
    return state.now_ms - cancelled_ms < _WORD_COMES_MS and any(
        order.request.purpose is Purpose.STOP
        and order.status in (OrderStatus.REFUSED, OrderStatus.REJECTED)
        and order.intended_at_ms >= cancelled_ms
        for order in state.book.orders_of(trade.trade_id)
    )


def _withdraw_unsure(state: State, stops: Sequence[Order], wanted: int, turn: Turn) -> bool:
    """Withdraw stops whose growth is needed, was not seen twice, and may still arrive; whether any is.

    No other may stand beside such a one. Once it is gone, one of the whole size is placed, and its growth
    comes too late.
    """
    if sum(order.remaining_quantity for order in stops) >= wanted:
        return False
    unsure = [
        order
        for order in stops
        if order.refused_changes >= _REFUSALS_BEFORE_ANOTHER and late_growth(state, order)
    ]
    for order in unsure:
        if not is_refused_often(state, order):
            turn.intend_cancel(order.tag)
    return bool(unsure)


def _bring_in_step(state: State, trade: Trade, stops: Sequence[Order], wanted: int, turn: Turn) -> None:
    instrument = state.market.series[trade.instrument_key].instrument
    missing = wanted
    if sum(order.remaining_quantity for order in stops) < wanted and any(map(_is_triggered, stops)):
        request_exit(state, trade, stop_reason(trade), turn)
        return
    for order in stops:
        keep = _share_of(state, order, missing, instrument, is_last=order is stops[-1])
        missing -= keep
        _bring_to(trade, order, keep, turn)
    if missing == 0:
        return
    for quantity in instrument.closing_slices(missing):
        turn.intend(trade, trade.exit_side, Purpose.STOP, _terms(state, trade, quantity))


def _exit_instead(state: State, trade: Trade, wanted: int) -> ExitReason | None:
    """Why no stop can be placed any more: the price has passed it, or lies at the band's edge."""
    if _is_passed(state, trade, trade.stop_price):
        return stop_reason(trade)
    if _is_passed(state, trade, _terms(state, trade, wanted).trigger_price):
        return ExitReason.UNPROTECTED
    return None


def _is_passed(state: State, trade: Trade, level: int) -> bool:
    """Whether the last price lies at or beyond a stop's level; where none is known it does not."""
    last_price = state.market.last_price(trade.instrument_key)
    return last_price != 0 and (last_price - level) * trade.direction.sign <= 0


def _terms(state: State, trade: Trade, quantity: int) -> OrderTerms:
    """A stop over `quantity` units at the trade's stop price, or where the price band ends."""
    key = trade.instrument_key
    instrument, band = state.market.series[key].instrument, state.band_of(key)
    return stop_terms(instrument, trade.exit_side, quantity, trade.stop_price, state.risk.exits, band=band)


def _share_of(state: State, order: Order, missing: int, instrument: Instrument, *, is_last: bool) -> int:
    """Units that a resting stop is to cover; only the last may grow, and only within the freeze quantity.

    Where the broker does not let it grow, another stop takes the rest. A growth that was not seen is asked
    for again: it may still arrive, and no other stop may take what it would cover.
    """
    held = order.remaining_quantity
    if missing <= held or order.refused_changes >= _REFUSALS_BEFORE_ANOTHER:
        return min(missing, held)
    if not is_last:
        return min(missing, held + late_growth(state, order))
    largest = instrument.closing_slices(order.spent_quantity + missing)[0]
    return max(held, min(missing, largest - order.spent_quantity))


def _bring_to(trade: Trade, order: Order, remaining: int, turn: Turn) -> None:
    if is_refused_often(turn.state, order):
        return
    if remaining == 0:
        turn.intend_cancel(order.tag)
        return
    total = order.spent_quantity + remaining
    if _is_triggered(order):
        if total < order.terms.quantity:
            price = order.terms.price
            turn.intend_modify(order.tag, OrderTerms(order_type=OrderType.LIMIT, quantity=total, price=price))
        return
    wanted = _terms(turn.state, trade, total)
    if wanted != _comparable(order.terms, wanted):
        turn.intend_modify(order.tag, wanted)


def _is_triggered(order: Order) -> bool:
    """Whether a stop works as a limit order now: its trigger is behind the price and cannot be sent again."""
    return order.status is OrderStatus.OPEN


def _comparable(held: OrderTerms, wanted: OrderTerms) -> OrderTerms:
    """The held terms, validity taken as wanted: the broker's rows may omit it."""
    return replace(held, validity=wanted.validity)


def trail(state: State, trade: Trade, turn: Turn) -> None:
    """Tighten the stop behind the best price; it is never loosened, and not moved for trifles.

    Where the price has fallen back through the stop that its best price earned, the trade is closed at once.
    """
    series = state.market.series.get(trade.instrument_key)
    if series is None or series.watch is None or trade.is_exiting:
        return
    if state.now_ms - _last_stop_change_ms(state, trade) < state.risk.exits.trail_interval_s * MS_PER_SECOND:
        return
    best = series.watch.best_price
    moved = trailed_stop(series.instrument, trade, best, state.risk.exits)
    if moved is None:
        return
    if (series.last_price - moved) * trade.direction.sign <= 0:
        request_exit(state, trade, ExitReason.TRAILING_STOP, turn)
        return
    turn.emit(ev.StopMoved(at_ms=state.now_ms, trade_id=trade.trade_id, stop_price=moved, best_price=best))
    turn.touched_trades[trade.trade_id] = None


def _last_stop_change_ms(state: State, trade: Trade) -> int:
    return max((order.changed_at_ms for order in live_exits(state, trade)), default=0)


def is_left_to_a_person(state: State, trade: Trade) -> bool:
    """Whether somebody keeps cancelling the stops of a trade: then none is placed before a person said so.

    The levels are still watched here, and the trade is closed when its stop price trades.
    """
    return trade.stop_cancels > state.risk.exits.max_stop_cancels


def resume(state: State, turn: Turn) -> None:
    """A person has looked: protect again what was left."""
    for trade in tuple(state.book.trades.values()):
        if is_left_to_a_person(state, trade):
            turn.emit(ev.ProtectionResumed(at_ms=state.now_ms, trade_id=trade.trade_id))
            turn.touched_trades[trade.trade_id] = None


def note_cancelled(state: State, order: Order, reason: str, turn: Turn) -> None:
    """Somebody else cancelled an order of ours: a stop is placed again some times, then a person asked.

    The slices of a large stop fall together, which is one cancellation: those that rested when it came count
    no more.
    """
    trade_id = state.book.trade_id_by_tag.get(order.tag) or 0
    trade = state.book.trades.get(trade_id)
    with_another = trade is not None and order.intended_at_ms < trade.stop_cancelled_at_ms
    note_failure(state, order, reason, turn, by_others=True, with_another=with_another)
    if trade is None or with_another or not is_left_to_a_person(state, state.book.trades[trade_id]):
        return
    trade = state.book.trades[trade_id]
    symbol = state.market.symbol(trade.instrument_key)
    text = f"the stop of {symbol} was cancelled {trade.stop_cancels} times: no other is placed"
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="stop_cancelled", detail=text))
    turn.tell(AlertKind.STOP_CANCELLED, "critical", f"{text} before you resume")
    raise_halt(turn, ev.HaltScope.ENTRIES, "", STOP_CANCELLED, until_released=True)


def note_failure(
    state: State,
    order: Order,
    reason: str,
    turn: Turn,
    *,
    by_others: bool = False,
    with_another: bool = False,
) -> None:
    """Record that a protective stop is gone though nobody here asked for it."""
    trade_id = state.book.trade_id_by_tag.get(order.tag)
    if trade_id is None or trade_id not in state.book.trades or order.request.purpose is not Purpose.STOP:
        return
    turn.emit(
        ev.StopFailed(
            at_ms=state.now_ms,
            trade_id=trade_id,
            tag=order.tag,
            reason=reason,
            by_others=by_others,
            with_another=with_another,
        )
    )
    turn.command(ReadBand(instrument_key=order.request.instrument_key))
    symbol = state.market.symbol(order.request.instrument_key)
    turn.tell(AlertKind.STOP_GONE, "critical", f"stop of {symbol} gone: {reason}")
