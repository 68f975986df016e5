"""Orders in doubt that the broker may hold without their tag, or with another one.

The tag is all that comes back of an intent. Where the broker loses it, an order of the same terms that nobody
here placed, and that was first seen after the sending, is taken for it, if there is only one that it can be.
Where there are more, a person has to say: until then absence is not believed, so that nothing is sent twice.
"""

from trading_bot.domain.order import Order, OrderReport, OrderStatus
from trading_bot.engine.decisions.orders import strays
from trading_bot.engine.decisions.turn import Turn
from trading_bot.engine.inputs import BooksRead
from trading_bot.engine.state import State


def matches(state: State, event: BooksRead, turn: Turn) -> list[tuple[Order, OrderReport]]:
    """Pair orders in doubt with the one row that each can be; doubts that could be several are held."""
    if not state.doubts:
        return []
    foreign = [report for report in event.orders if report.order_id in state.book.foreign_orders]
    doubtful = [
        order
        for tag in state.doubts
        if (order := state.book.orders.get(tag)) is not None and _is_nameless(order)
    ]
    candidates = {order.tag: [row for row in foreign if _may_be(state, order, row)] for order in doubtful}
    pairs = []
    for order in doubtful:
        rows = candidates[order.tag]
        rivals = sum(1 for others in candidates.values() for row in rows if row in others)
        if len(rows) == rivals == 1:
            pairs.append((order, rows[0]))
            text = (
                f"order {rows[0].order_id} without its tag is taken for {order.tag}, as the only one like it"
            )
            strays.record(turn, "tag_missing", text)
        elif rows:
            _hold(state, order, len(rows), turn)
    return pairs


def _is_nameless(order: Order) -> bool:
    """Whether no answer named the order; one that was accepted goes by its id, whatever looks like it."""
    return order.status is OrderStatus.IN_DOUBT and order.order_id is None


def _may_be(state: State, order: Order, row: OrderReport) -> bool:
    """Whether a row can be the order: same instrument, side, product and terms, and not seen before it."""
    request, held, wanted = order.request, row.terms, order.request.terms
    same_instrument = (row.instrument_key, row.side, row.product) == (
        request.instrument_key,
        request.side,
        request.product,
    )
    same_terms = (held.order_type, held.quantity, held.price, held.trigger_price) == (
        wanted.order_type,
        wanted.quantity,
        wanted.price,
        wanted.trigger_price,
    )
    is_others = row.placed_by not in {"", state.account_user} and bool(state.account_user)
    seen_at_ms = state.book.foreign_orders[row.order_id].at_ms
    return same_instrument and same_terms and not is_others and seen_at_ms >= order.intended_at_ms


def _hold(state: State, order: Order, count: int, turn: Turn) -> None:
    doubt = state.doubts[order.tag]
    if doubt.is_ambiguous or doubt.is_looked_at:
        return
    doubt.is_ambiguous = True
    text = f"{count} orders without a tag may be {order.tag}: look which, then resume"
    strays.record(turn, "tag_missing", text)


def let_go(state: State) -> None:
    """A person has looked at what was held: from now on its absence can be proved."""
    for doubt in state.doubts.values():
        doubt.is_looked_at = doubt.is_looked_at or doubt.is_ambiguous
        doubt.is_ambiguous = False
