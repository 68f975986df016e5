"""Cancelling orders of others, which only panic does: an intent, one request, a result.

The books tell how it ended. One that was not carried out is asked for again with an intent of its own, after
a pause.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import ChangeResult
from trading_bot.engine.commands import CancelOrder, ReadBooks
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BooksRead, ForeignCancelAnswered
from trading_bot.engine.ports import Accepted, RefusalCause, Refused
from trading_bot.engine.state import State


def ask(state: State, order_id: str, cause: str, turn: Turn) -> None:
    """Journal and ask for a cancellation, unless one is pending, was just refused, or nothing can be sent."""
    pause_ms = state.settings.change_settle_s * MS_PER_SECOND
    failed_ms = state.refused_cancels_ms.get(order_id)
    is_just_refused = failed_ms is not None and state.now_ms < failed_ms + pause_ms
    if order_id in state.book.foreign_cancels or is_just_refused or halts.is_login_needed(state):
        return
    turn.emit(ev.ForeignCancelIntended(at_ms=state.now_ms, order_id=order_id, cause=cause))
    turn.command(CancelOrder(tag=None, order_id=order_id))


def on_answered(state: State, event: ForeignCancelAnswered, turn: Turn) -> None:
    """Take the outcome of the call; acceptance is not yet a cancellation, the books confirm it."""
    if event.order_id not in state.book.foreign_cancels:
        return
    outcome = event.outcome
    if isinstance(outcome, Refused):
        needs_login = outcome.cause is RefusalCause.NEEDS_LOGIN
        result = ChangeResult.NOT_AUTHORISED if needs_login else ChangeResult.REFUSED
        _resolve(state, event.order_id, result, f"{outcome.code} {outcome.message}", turn)
        if needs_login:
            halts.need_login(turn)
    if not isinstance(outcome, Accepted):
        turn.command(ReadBooks(reason=f"outcome of the cancellation of {event.order_id}"))


def judge(state: State, event: BooksRead, turn: Turn) -> None:
    """Settle what a complete read shows to have ended, or, long enough after the request, to live on."""
    settle_ms = state.settings.change_settle_s * MS_PER_SECOND
    rows = {report.order_id: report for report in event.orders}
    for order_id, intended in tuple(state.book.foreign_cancels.items()):
        report = rows.get(order_id)
        if report is None:
            continue
        if report.status.is_terminal:
            _resolve(state, order_id, ChangeResult.CONFIRMED, f"the order is {report.status}", turn)
        elif event.asked_at_ms >= intended.at_ms + settle_ms:
            text = "the book still shows the order"
            _resolve(state, order_id, ChangeResult.NOT_SEEN, text, turn)


def _resolve(state: State, order_id: str, result: ChangeResult, message: str, turn: Turn) -> None:
    if result is ChangeResult.REFUSED:
        state.refused_cancels_ms[order_id] = state.now_ms
    turn.emit(ev.ForeignCancelResolved(at_ms=state.now_ms, order_id=order_id, result=result, message=message))
