"""Rows that the broker has shown and does not show any more.

A read without them is not the whole book, and proves nothing. Nothing ends by it; but a stop that is missing
is no confirmed protection. A row that stays away for long says nothing about other rows any more, and is not
asked for without end.
"""

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.order import Order
from trading_bot.engine.commands import ReadBooks, SearchTag
from trading_bot.engine.decisions.orders import strays
from trading_bot.engine.decisions.orders.order_table import ACTIONS, Action, Shown
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BooksRead
from trading_bot.engine.state import State


def note_rows(state: State, event: BooksRead, turn: Turn) -> bool:
    """Look for the orders that a complete read does not show any more; whether it may be short of others.

    What was learned after the read was sent may be missing from it. A book without a single row, where there
    were some, is no book, however long it stays so.
    """
    shown = {report.order_id for report in event.orders}
    missing = [
        order
        for order in state.book.orders.values()
        if order.order_id is not None
        and order.order_id not in shown
        and ACTIONS[order.status, Shown.MISSING] is Action.MISS
        and order.seen_at_ms <= event.asked_at_ms
    ]
    since = state.missing_since_ms
    state.missing_since_ms = {order.tag: since.get(order.tag, event.asked_at_ms) for order in missing}
    long_gone_ms = event.asked_at_ms - state.settings.missing_row_s * MS_PER_SECOND
    lately_gone = [order for order in missing if state.missing_since_ms[order.tag] > long_gone_ms]
    for order in lately_gone:
        turn.command(SearchTag(tag=order.tag))
        turn.command(ReadBooks(reason=f"order {order.tag} is missing"))
    for order in missing:
        if _is_due(state, state.missing_since_ms[order.tag], event.asked_at_ms):
            _tell(state, order, turn)
    return bool(lately_gone) or (bool(missing) and not shown)


def _is_due(state: State, since_ms: int, asked_at_ms: int) -> bool:
    return asked_at_ms - since_ms >= state.settings.change_settle_s * MS_PER_SECOND


def _tell(state: State, order: Order, turn: Turn) -> None:
    if order.tag in state.told_of:
        return
    state.told_of.add(order.tag)
    text = f"{order.request.purpose} {order.tag} ({order.status}) is not in the broker's book any more"
    strays.record(turn, "order_missing", text)


def is_missing(state: State, order: Order) -> bool:
    """Whether complete reads have not shown an order for so long that it is no confirmed protection."""
    since_ms = state.missing_since_ms.get(order.tag)
    return since_ms is not None and _is_due(state, since_ms, state.books_read_at_ms)
