"""Another owner of the account: its orders carry tags of our kind that this book never gave.

One on this machine is kept out by the lock. One elsewhere, such as a forgotten server, is only seen by its
orders; so is what this book itself did before an older copy of it was restored.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderReport
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, parse_tag
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import State


def note_tag(state: State, report: OrderReport, turn: Turn) -> None:
    """Judge the tag of an order that is not in the book: halt entries and tell a person if it is of our kind.

    The epochs that it shows are left behind, or a book that was restored would give the same tags again.
    """
    parsed, book = parse_tag(report.tag), state.book
    if parsed is None or report.tag in book.emergency_tags or book.epoch >= FIRST_EMERGENCY_EPOCH:
        return  # the last: an owner without a journal knows no tags
    text = (
        f"order {report.order_id} carries the tag {report.tag} (epoch {parsed.epoch}), which this book never"
        " gave: does another process trade this account?"
    )
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="unknown_owner", detail=text))
    turn.tell(AlertKind.UNKNOWN_OWNER, "critical", text)
    halts.raise_halt(turn, ev.HaltScope.ENTRIES, "", "unknown_owner", until_released=True)
    if parsed.on == book.on and book.epoch <= parsed.epoch < FIRST_EMERGENCY_EPOCH - 1:
        turn.emit(ev.EpochRaised(at_ms=state.now_ms, epoch=parsed.epoch + 1))
