"""Stops and exits that the broker accepted and that are never seen to rest.

Such an order protects nothing as far as anybody can tell, and nothing else may be placed beside it: it may
live. It is searched, a person is told, and it is cancelled by its id. A broker that denies to hold it proves
that it is absent; otherwise it is in doubt, until the books show it or the settle time has passed.
"""

from trading_bot.domain import events as ev
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Order, OrderStatus, Purpose
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import ReadBooks, SearchTag
from trading_bot.engine.decisions.orders import doubts
from trading_bot.engine.decisions.positions import protection
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BooksRead
from trading_bot.engine.state import State


def search(state: State, turn: Turn) -> None:
    """Look every second for what was accepted more than a second ago."""
    for order in _unseen(state):
        if state.now_ms - order.seen_at_ms > MS_PER_SECOND:
            turn.command(SearchTag(tag=order.tag))
            turn.command(ReadBooks(reason=f"order {order.tag} was accepted and is not seen"))


def _unseen(state: State) -> list[Order]:
    return [
        order
        for order in state.book.orders.values()
        if order.status is OrderStatus.ACKNOWLEDGED and order.request.purpose is not Purpose.ENTRY
    ]


def note_complete_read(state: State, event: BooksRead, turn: Turn) -> None:
    """Act on what a read does not show to rest that was sent long enough after the acceptance."""
    unseen = _unseen(state)
    shown = {report.order_id for report in event.orders} if unseen else ()
    settings = state.settings
    for order in unseen:
        age_ms = event.asked_at_ms - order.seen_at_ms
        is_shown = order.order_id in shown
        if age_ms < settings.unseen_s * MS_PER_SECOND:
            continue
        _tell(state, order, turn, is_shown=is_shown)
        if is_shown and age_ms < settings.settle_s * MS_PER_SECOND:
            continue
        _withdraw(state, order, event.asked_at_ms, turn, is_shown=is_shown)


def _withdraw(state: State, order: Order, asked_at_ms: int, turn: Turn, *, is_shown: bool) -> None:
    """Ask for its cancellation, once; where even that is not seen, it is in doubt."""
    if not order.is_change_pending:
        turn.intend_cancel(order.tag)
        return
    since_asked_ms = asked_at_ms - order.changed_at_ms
    if not is_shown and since_asked_ms >= state.settings.change_settle_s * MS_PER_SECOND:
        text = "accepted, and in no complete read"
        doubts.enter(state, order, text, turn, since_ms=order.seen_at_ms)


def _tell(state: State, order: Order, turn: Turn, *, is_shown: bool) -> None:
    if order.tag in state.told_unseen:
        return
    state.told_unseen.add(order.tag)
    where = "does not rest" if is_shown else "is not in the broker's book"
    symbol, purpose = state.market.symbol(order.request.instrument_key), order.request.purpose
    text = f"{symbol} is not protected: its {purpose} {order.tag} was accepted and {where}"
    turn.emit(ev.IncidentRecorded(at_ms=state.now_ms, kind="order_not_seen", detail=text))
    turn.tell(AlertKind.ORDER_NOT_SEEN, "critical", text)


def end(state: State, order: Order, turn: Turn) -> None:
    """The broker denies to hold an order that it accepted: it is absent, and another may take its place."""
    text = "accepted, in no complete read, and denied when it was to be cancelled"
    turn.emit(ev.OrderAdvanced(at_ms=state.now_ms, tag=order.tag, status=OrderStatus.ABSENT, message=text))
    protection.note_failure(state, order, text, turn)
    turn.touch(order.tag)
