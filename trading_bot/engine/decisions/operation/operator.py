"""What a person can ask for: pause, resume, flatten, panic, one strategy off and on; or that it ends."""

from trading_bot.domain import events as ev
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, ReadPositions
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.orders import untagged
from trading_bot.engine.decisions.positions import leftovers, protection
from trading_bot.engine.decisions.positions.exit_request import request_exit
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import OperatorAsked, OperatorWish, StopBegan
from trading_bot.engine.state import State

_PAUSED = "paused"
STOPPED = "stopped_by_operator"
"""A strategy that a person stopped: a resume after a pause is not meant for it."""


def on_operator_asked(state: State, event: OperatorAsked, turn: Turn) -> None:
    """Carry out a wish."""
    match event.wish:
        case OperatorWish.PAUSE:
            halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", _PAUSED, until_released=True, level="warning")
        case OperatorWish.RESUME:
            _resume(state, event.asked_by, turn)
        case OperatorWish.FLATTEN:
            _close_all(state, ExitReason.OPERATOR, turn)
        case OperatorWish.PANIC:
            _panic(state, event.asked_by, turn)
        case OperatorWish.STOP_STRATEGY:
            halts.raise_halt(turn, ev.HaltScope.STRATEGY, event.subject, STOPPED, until_released=True)
        case OperatorWish.START_STRATEGY:
            halts.clear_halt(turn, ev.HaltScope.STRATEGY, event.subject, STOPPED)


def on_stop_began(state: State, _event: StopBegan, turn: Turn) -> None:
    """Withdraw what is still to be entered: nobody would place its stop. Stops and exits stay."""
    state.is_stopping = True
    turn.touched_trades.update(dict.fromkeys(state.book.trades))


def _resume(state: State, asked_by: str, turn: Turn) -> None:
    untagged.let_go(state)
    protection.resume(state, turn)
    leftovers.write_off(state, turn)
    if state.book.is_panicking:
        turn.emit(ev.PanicReleased(at_ms=state.now_ms, asked_by=asked_by))
        text = f"panic is over, released by {asked_by}"
        turn.tell(AlertKind.RESUMED, "warning", text)
    for scope, subject, reason in tuple(state.book.halts):
        if reason != STOPPED and state.book.halts[(scope, subject, reason)].until_released:
            halts.clear_halt(turn, scope, subject, reason)


def _panic(state: State, asked_by: str, turn: Turn) -> None:
    if not state.book.is_panicking:
        turn.emit(ev.PanicLatched(at_ms=state.now_ms, asked_by=asked_by))
        turn.tell(AlertKind.PANIC_ASKED, "critical", f"panic asked by {asked_by}: cancelling and flattening")
    _close_all(state, ExitReason.PANIC, turn)
    state.panic_asked_at_ms = state.now_ms
    turn.command(ReadBooks(reason="panic"))
    turn.command(ReadPositions())


def _close_all(state: State, reason: ExitReason, turn: Turn) -> None:
    for trade in tuple(state.book.trades.values()):
        request_exit(state, trade, reason, turn)
