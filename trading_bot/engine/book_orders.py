"""What events do to orders, fills and positions in the book."""

from collections.abc import Callable
from typing import Any

from trading_bot.domain import events as ev
from trading_bot.domain.order import ChangeResult, Order, OrderStatus
from trading_bot.domain.position import Position
from trading_bot.domain.tag import parse_tag
from trading_bot.domain.values import replace
from trading_bot.engine.book_state import BookState, fill_id

_UNREAD = (ChangeResult.NOT_AUTHORISED, ChangeResult.RATE_LIMITED, ChangeResult.NOT_SENT)
"""What became of changes that the broker has not looked at."""
_LONGEST_ON_ITS_WAY_MS = 60_000
"""What was sent so long ago does not arrive any more."""


def _order_reassigned(book: BookState, event: ev.OrderReassigned) -> None:
    book.trade_id_by_tag[event.tag] = event.trade_id
    book.tags_by_trade_id[event.trade_id].append(event.tag)


def _order_intended(book: BookState, event: ev.OrderIntended) -> None:
    request = event.request
    parsed = parse_tag(request.tag)
    if parsed is not None:
        book.last_intent = max(book.last_intent, parsed.number)
    book.orders[request.tag] = Order(
        request=request,
        status=OrderStatus.INTENDED,
        terms=request.terms,
        intended_at_ms=event.at_ms,
        changed_at_ms=event.at_ms,
    )
    book.trade_id_by_tag[request.tag] = event.trade_id
    if event.trade_id is not None:
        book.tags_by_trade_id[event.trade_id].append(request.tag)


def _order_advanced(book: BookState, event: ev.OrderAdvanced) -> None:
    order = book.orders[event.tag]
    changes: dict[str, object] = {"seen_at_ms": event.at_ms, "is_unjudged": event.is_unjudged}
    if event.message:
        changes["message"] = event.message
    if event.order_id is not None:
        changes["order_id"] = event.order_id
        book.foreign_orders.pop(event.order_id, None)  # seen before we knew that it is ours
        book.tags_by_order_id[event.order_id] = event.tag
    if event.status.is_terminal:
        changes |= {"requested_terms": None, "cancel_requested": False}
    book.orders[event.tag] = order.advanced(event.status, **changes)


def _order_reported(book: BookState, event: ev.OrderReported) -> None:
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(
        order,
        terms=event.terms,
        reported_filled_quantity=event.reported_filled_quantity,
        seen_at_ms=event.at_ms,
    )


def _modify_intended(book: BookState, event: ev.ModifyIntended) -> None:
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(order, requested_terms=event.terms, changed_at_ms=event.at_ms)


def _cancel_intended(book: BookState, event: ev.CancelIntended) -> None:
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(order, cancel_requested=True, changed_at_ms=event.at_ms)


def _change_resolved(book: BookState, event: ev.ChangeResolved) -> None:
    order = book.orders[event.tag]
    refusals = {ChangeResult.CONFIRMED: 0, **dict.fromkeys(_UNREAD, order.refused_changes)}
    if event.result is ChangeResult.NOT_SEEN and order.requested_terms is not None:
        is_recent = order.changed_at_ms - order.unseen_at_ms < _LONGEST_ON_ITS_WAY_MS
        unseen = max(order.unseen_quantity if is_recent else 0, order.requested_terms.quantity)
        order = replace(order, unseen_quantity=unseen, unseen_at_ms=order.changed_at_ms)
    book.orders[event.tag] = replace(
        order,
        requested_terms=None,
        cancel_requested=False,
        refused_changes=refusals.get(event.result, order.refused_changes + 1),
        seen_at_ms=event.at_ms,
        message=event.message or order.message,
    )


def _order_filled(book: BookState, event: ev.OrderFilled) -> None:
    fill = event.fill
    book.fills[fill_id(fill)] = fill
    order = book.orders[event.tag]
    was_annulled = book.annulled.pop(fill_id(fill), None) is not None
    filled = order.filled_quantity + fill.quantity
    annulled = order.annulled_quantity - (fill.quantity if was_annulled else 0)
    book.orders[event.tag] = replace(
        order,
        filled_quantity=filled,
        annulled_quantity=annulled,
        assumed_quantity=order.assumed_quantity + (fill.quantity if event.is_assumed else 0),
        reported_filled_quantity=max(order.reported_filled_quantity, filled + annulled),
    )
    position = book.positions.get(fill.instrument_key) or Position(
        instrument_key=fill.instrument_key, product=order.request.product
    )
    book.positions[fill.instrument_key] = position.apply(fill)


def _fill_annulled(book: BookState, event: ev.FillAnnulled) -> None:
    fill = event.fill
    book.annulled[fill_id(fill)] = book.fills.pop(fill_id(fill))
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(
        order,
        filled_quantity=order.filled_quantity - fill.quantity,
        annulled_quantity=order.annulled_quantity + fill.quantity,
    )
    position = book.positions.get(fill.instrument_key) or Position(
        instrument_key=fill.instrument_key, product=order.request.product
    )
    book.positions[fill.instrument_key] = position.without(fill)


def _fill_explained(book: BookState, event: ev.FillExplained) -> None:
    book.explained[fill_id(event.fill)] = event.fill
    order = book.orders[event.tag]
    book.orders[event.tag] = replace(order, assumed_quantity=order.assumed_quantity - event.fill.quantity)


def _foreign_fill_taken(book: BookState, event: ev.ForeignFillTaken) -> None:
    fill = event.fill
    key = fill.instrument_key
    part = fill_id(fill)
    while part in book.fills:  # an earlier part of the same trade
        part += "+"
    book.fills[part] = fill
    book.adopted[key] = book.adopted.get(key, 0) + fill.side.sign * fill.quantity
    book.positions[key] = book.positions[key].apply(fill)


ORDER_EFFECTS: dict[type[ev.BookEvent], Callable[[BookState, Any], None]] = {
    ev.OrderReassigned: _order_reassigned,
    ev.OrderIntended: _order_intended,
    ev.OrderAdvanced: _order_advanced,
    ev.OrderReported: _order_reported,
    ev.ModifyIntended: _modify_intended,
    ev.CancelIntended: _cancel_intended,
    ev.ChangeResolved: _change_resolved,
    ev.OrderFilled: _order_filled,
    ev.FillAnnulled: _fill_annulled,
    ev.FillExplained: _fill_explained,
    ev.ForeignFillTaken: _foreign_fill_taken,
}
