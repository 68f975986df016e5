"""How calls to the broker ended: each answer moves its order, and the trade is driven after it."""

from trading_bot.domain import events as ev
from trading_bot.domain.order import ChangeResult, Order, OrderStatus, Purpose
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBand, ReadBooks
from trading_bot.engine.decisions.market.standstill import note_refusal, stands_still_for
from trading_bot.engine.decisions.operation import halts, rates
from trading_bot.engine.decisions.orders import doubts, strays, unseen
from trading_bot.engine.decisions.positions import protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import CancelAnswered, ModifyAnswered, PlaceAnswered, SendSkipped, SendStarted
from trading_bot.engine.ports import Accepted, Outcome, RefusalCause, Refused, Unknown
from trading_bot.engine.state import State

_CHANGE_RESULTS: dict[RefusalCause | None, ChangeResult] = {
    RefusalCause.NEEDS_LOGIN: ChangeResult.NOT_AUTHORISED,
    RefusalCause.RATE_LIMITED: ChangeResult.RATE_LIMITED,
    RefusalCause.UNREACHED: ChangeResult.NOT_SENT,
    RefusalCause.NOT_SENT: ChangeResult.NOT_SENT,
}
_PAUSE = (RefusalCause.RATE_LIMITED, RefusalCause.UNREACHED)
"""A moment later the same one may be taken."""
_SAY_NOTHING = (RefusalCause.NEEDS_LOGIN, *_PAUSE)
"""Of the order itself: the same one may be taken later."""
_UNANSWERED = (OrderStatus.SENT, OrderStatus.IN_DOUBT, OrderStatus.ABSENT)


def on_send_started(state: State, event: SendStarted, turn: Turn) -> None:
    """The intent leaves the process now: from here on only an answer or the books can settle it.

    An entry that waited in the queue while entries were stopped is let go instead.
    """
    order = state.book.orders.get(event.tag)
    if order is None or order.status is not OrderStatus.INTENDED:
        return
    objection = _objection(state, order)
    if objection is None:
        turn.emit(ev.OrderAdvanced(at_ms=state.now_ms, tag=event.tag, status=OrderStatus.SENT))
        return
    drop(state, order, objection, turn)
    turn.touch(event.tag)


def _objection(state: State, order: Order) -> str | None:
    """Why an entry is not wanted any more; exits always are."""
    if order.request.purpose is not Purpose.ENTRY:
        return None
    trade_id = state.book.trade_id_by_tag[order.tag]
    trade = None if trade_id is None else state.book.trades.get(trade_id)
    if trade is None or trade.is_exiting:
        return "its trade is being closed"
    denied = halts.objection(state, trade.instrument_key, trade.strategy)
    return None if denied is None else f"{denied.reason}: {denied.detail}"


def drop(state: State, order: Order, reason: str, turn: Turn) -> None:
    """Let an intent go that was never sent."""
    turn.emit(ev.OrderAdvanced(at_ms=state.now_ms, tag=order.tag, status=OrderStatus.DROPPED, message=reason))


def on_send_skipped(state: State, event: SendSkipped, turn: Turn) -> None:
    """An intent was let go before it was sent."""
    order = state.book.orders.get(event.tag)
    if order is None or order.status is not OrderStatus.INTENDED:
        return
    drop(state, order, event.reason, turn)
    turn.touch(event.tag)


def on_place_answered(state: State, event: PlaceAnswered, turn: Turn) -> None:
    """Take the outcome of a place call; it may come after the books already told."""
    order = state.book.orders.get(event.tag)
    if order is None or order.order_id is not None or order.status not in _UNANSWERED:
        return
    if order.status is OrderStatus.ABSENT:
        _take_late(state, order, event.outcome, turn)
        return
    match event.outcome:
        case Accepted(order_id):
            state.rate_refusals = state.token_refusals = 0
            _acknowledge(state, order, order_id, turn)
        case Refused(code, message, cause):
            _refuse(state, order, f"{code} {message}", cause, turn)
        case Unknown(reason):
            doubts.enter(state, order, reason, turn)
    turn.touch(event.tag)


def _take_late(state: State, order: Order, outcome: Outcome, turn: Turn) -> None:
    """Take the answer for an order that was taken for absent: only an acceptance is news."""
    if isinstance(outcome, Accepted):
        _acknowledge(state, order, outcome.order_id, turn)
        strays.record(turn, "late_order", f"order {order.tag} was accepted after it was taken for absent")
        strays.take_up(state, order.tag, turn)


def _acknowledge(state: State, order: Order, order_id: str, turn: Turn) -> None:
    state.doubts.pop(order.tag, None)
    turn.emit(
        ev.OrderAdvanced(
            at_ms=state.now_ms, tag=order.tag, status=OrderStatus.ACKNOWLEDGED, order_id=order_id
        )
    )


def _refuse(state: State, order: Order, text: str, cause: RefusalCause | None, turn: Turn) -> None:
    """Take a refusal; one of token, rate or connection says nothing of the order: it counts for nothing.

    No more does one by an exchange that stands still.
    """
    if cause not in _SAY_NOTHING:
        note_refusal(state, order)
    is_still = stands_still_for(state, order.request.instrument_key)
    state.doubts.pop(order.tag, None)
    turn.emit(
        ev.OrderAdvanced(
            at_ms=state.now_ms,
            tag=order.tag,
            status=OrderStatus.REFUSED,
            message=text,
            is_unjudged=is_still or cause in _SAY_NOTHING,
        )
    )
    if cause is RefusalCause.NEEDS_LOGIN:
        state.token_refusals += 1
        halts.need_login(turn)
        _tell_unsent(state, order, turn)
        return
    if cause in _PAUSE:
        symbol = state.market.symbol(order.request.instrument_key)
        rates.note_refusal(state, cause, f"{order.request.purpose} of {symbol}", turn)
        return
    if is_still:
        return
    halts.note_rejection(state, turn, text)
    halts.note_refused_entry(state, order, turn)
    if order.request.purpose is Purpose.EXIT:
        turn.command(ReadBand(instrument_key=order.request.instrument_key))
    protection.note_failure(state, order, text, turn)


def _tell_unsent(state: State, order: Order, turn: Turn) -> None:
    if order.request.purpose is Purpose.ENTRY:
        return
    symbol = state.market.symbol(order.request.instrument_key)
    text = f"no {order.request.purpose} can be placed for {symbol}: log in again"
    turn.tell(AlertKind.NO_ORDER_WITHOUT_LOGIN, "critical", text)


def on_modify_answered(state: State, event: ModifyAnswered, turn: Turn) -> None:
    """Take the outcome of a modify call; acceptance is not yet the change, the books confirm it."""
    _on_change_answered(state, event, turn)


def on_cancel_answered(state: State, event: CancelAnswered, turn: Turn) -> None:
    """Take the outcome of a cancel call; a fill may still win."""
    _on_change_answered(state, event, turn)


def _on_change_answered(state: State, event: ModifyAnswered | CancelAnswered, turn: Turn) -> None:
    order = state.book.orders.get(event.tag)
    if order is None or not order.is_change_pending:
        return
    if isinstance(event.outcome, Accepted):
        state.rate_refusals = state.token_refusals = 0
    if isinstance(event.outcome, Refused):
        _on_change_refused(state, order, event.outcome, turn)
    # The trade is not driven here: the same change would be refused again, many times in a second. The books
    # that are read next, or the clock, drive it with more knowledge.
    if not isinstance(event.outcome, Accepted):
        turn.command(ReadBooks(reason=f"outcome of a change to {event.tag}"))


def _on_change_refused(state: State, order: Order, outcome: Refused, turn: Turn) -> None:
    needs_login = outcome.cause is RefusalCause.NEEDS_LOGIN
    turn.emit(
        ev.ChangeResolved(
            at_ms=state.now_ms,
            tag=order.tag,
            result=_CHANGE_RESULTS.get(outcome.cause, ChangeResult.REFUSED),
            message=f"{outcome.code} {outcome.message}",
        )
    )
    if needs_login:
        state.token_refusals += 1
        halts.need_login(turn)
        _tell_unsent(state, order, turn)
    elif outcome.cause in _PAUSE:
        rates.note_refusal(state, outcome.cause, f"change of {order.tag}", turn)
    elif outcome.cause is RefusalCause.NO_SUCH_ORDER and order.status is OrderStatus.ACKNOWLEDGED:
        unseen.end(state, order, turn)
