"""Orders in doubt: looked for by tag until they are found, or until their absence is proved.

Absence is believed only after two complete reads, some seconds apart, that were sent after the settle time
and did not show the tag. Until then the order counts as live for exits and as filled for exposure.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Order, OrderStatus
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, SearchTag
from trading_bot.engine.decisions.operation import halts
from trading_bot.engine.decisions.positions import protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.state import Doubt, State

_LONGEST_DELAY_MS = 8_000
_UNANSWERED_LOOK_S = 2
"""Between two looks for an order whose call has not ended yet."""
_PROVING_DELAY_MS = 2_000
"""Between two looks once the settle time is over: each may be the one that proves the absence."""


def enter(state: State, order: Order, reason: str, turn: Turn, *, since_ms: int | None = None) -> None:
    """Nobody knows whether the order exists: count it at its worst and start looking for its tag.

    The settle time runs from `since_ms`; unless told otherwise from when the order was last heard of, which
    for one that was sent is its sending.
    """
    if order.status is not OrderStatus.IN_DOUBT:
        turn.emit(
            ev.OrderAdvanced(at_ms=state.now_ms, tag=order.tag, status=OrderStatus.IN_DOUBT, message=reason)
        )
    state.doubts[order.tag] = Doubt(
        since_ms=since_ms or order.seen_at_ms or state.now_ms, next_search_ms=state.now_ms + MS_PER_SECOND
    )
    turn.command(SearchTag(tag=order.tag))
    turn.tell(AlertKind.ORDER_IN_DOUBT, "warning", f"outcome of order {order.tag} unknown: {reason}")


def search_due(state: State, turn: Turn) -> None:
    """Ask again for every order in doubt whose time has come, with growing delays."""
    _look_for_unanswered(state, turn)
    for tag, doubt in state.doubts.items():
        if state.now_ms < doubt.next_search_ms:
            continue
        turn.command(SearchTag(tag=tag))
        turn.command(ReadBooks(reason=f"order {tag} in doubt"))
        doubt.delay_ms = min(2 * doubt.delay_ms, _LONGEST_DELAY_MS)
        doubt.next_search_ms = _next_search_ms(state, doubt)


def _next_search_ms(state: State, doubt: Doubt) -> int:
    """With growing delays until the settle time is over, from then on often: absence may be proved now."""
    settled_ms = doubt.since_ms + state.settings.settle_s * MS_PER_SECOND
    if state.now_ms >= settled_ms:
        return state.now_ms + _PROVING_DELAY_MS
    return min(state.now_ms + doubt.delay_ms, settled_ms)


def read_back_changes(state: State, turn: Turn) -> None:
    """Ask for the books every second for a change that should have been seen, or not, by now."""
    due_ms = state.now_ms - state.settings.change_settle_s * MS_PER_SECOND
    for order in state.book.live_orders():
        if order.is_change_pending and order.changed_at_ms <= due_ms:
            turn.command(ReadBooks(reason=f"change of order {order.tag} not seen"))


def _look_for_unanswered(state: State, turn: Turn) -> None:
    """Look for what was sent while its call still waits: it may be at the broker long before its answer.

    A send whose worker died gets no answer at all: after the settle time nobody will tell.
    """
    for order in tuple(state.book.live_orders()):
        if order.status is not OrderStatus.SENT:
            continue
        waited_s = (state.now_ms - order.seen_at_ms) // MS_PER_SECOND
        if state.now_ms - order.intended_at_ms >= state.settings.settle_s * MS_PER_SECOND:
            enter(state, order, "no answer ever came", turn)
        elif waited_s and waited_s % _UNANSWERED_LOOK_S == 0:
            turn.command(SearchTag(tag=order.tag))
            turn.command(ReadBooks(reason=f"order {order.tag} is not answered"))


def note_complete_read(state: State, asked_at_ms: int, seen_tags: frozenset[str], turn: Turn) -> None:
    """Count a complete read that does not show an order in doubt, and release it when absence is proved."""
    settle_ms = state.settings.settle_s * MS_PER_SECOND
    apart_ms = state.settings.absent_reads_apart_s * MS_PER_SECOND
    for tag, doubt in tuple(state.doubts.items()):
        order = state.book.orders.get(tag)
        if order is None or order.status is not OrderStatus.IN_DOUBT:
            del state.doubts[tag]
            continue
        if doubt.is_ambiguous or tag in seen_tags or asked_at_ms < doubt.since_ms + settle_ms:
            continue
        doubt.absent_reads_ms.append(asked_at_ms)
        if doubt.absent_reads_ms[-1] - doubt.absent_reads_ms[0] >= apart_ms:
            _release(state, tag, turn)


def _release(state: State, tag: str, turn: Turn) -> None:
    del state.doubts[tag]
    order = state.book.orders[tag]
    text = "not in two complete reads after the settle time"
    turn.emit(ev.OrderAdvanced(at_ms=state.now_ms, tag=tag, status=OrderStatus.ABSENT, message=text))
    is_accepted = order.order_id is not None
    known = f"({order.order_id}) was accepted, and no book has it" if is_accepted else "was never placed"
    halts.note_rejection(state, turn, f"order {tag} {known}")
    protection.note_failure(state, order, text, turn)
    turn.touch(tag)
