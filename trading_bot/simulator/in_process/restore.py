"""A book of the engine put back into a fresh venue: paper trading goes on where a process ended.

The venue dies with its process, the journal does not. What comes back: today's orders that the venue had
named, with their ids, today's fills, positions carried from an earlier day (as one trade at their mean entry
price), and the resting orders of open trades. What the market did meanwhile is not made up for: a stop that
it passed triggers at the first price that is seen. A change that was under way never happened. What others
did in the earlier process, such as the risk desk's square-off, is not in the book and does not come back. A
fill that was reported and not yet read comes back at the order's own limit.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.order import Fill, Order, OrderStatus, OrderType, Side
from trading_bot.domain.position import Position
from trading_bot.engine.book import Book
from trading_bot.simulator.venue.broker.orders import Standing, Status, VenueOrder
from trading_bot.simulator.venue.contracts import ACCOUNT_USER, TradeRow
from trading_bot.simulator.venue.venue import Venue

_STATUSES = {
    OrderStatus.ACKNOWLEDGED: Status.OPEN,
    OrderStatus.OPEN: Status.OPEN,
    OrderStatus.TRIGGER_PENDING: Status.TRIGGER_PENDING,
    OrderStatus.FILLED: Status.COMPLETE,
    OrderStatus.CANCELLED: Status.CANCELLED,
    OrderStatus.REJECTED: Status.REJECTED,
}
_CARRIED = "CARRIED"


def restore_venue(venue: Venue, book: Book, on: date) -> None:
    """Give a venue that was advanced to the present what the book of an earlier process holds."""
    listed = {instrument.key: instrument for instrument in venue.instruments}
    is_same_day = book.on == on
    orders = tuple(
        _order(order, listed[order.request.instrument_key], book)
        for order in book.orders.values()
        if _is_wanted(order, book, is_same_day=is_same_day) and order.request.instrument_key in listed
    )
    trades = _fills(book, listed) if is_same_day else _carried(book, listed, on)
    venue.restore(orders, tuple(trades))


def _is_wanted(order: Order, book: Book, *, is_same_day: bool) -> bool:
    """Whether the venue knew it; of an earlier day only what still protects an open trade."""
    if order.order_id is None or order.status not in _STATUSES:
        return False
    return is_same_day or (order.status.is_live and book.trade_id_by_tag.get(order.tag) in book.trades)


def _order(order: Order, instrument: Instrument, book: Book) -> VenueOrder:
    request, terms = order.request, order.terms
    status = _STATUSES[order.status]
    if order.status is OrderStatus.ACKNOWLEDGED and terms.order_type.has_trigger:
        status = Status.TRIGGER_PENDING
    fills = [fill for fill in book.fills.values() if fill.order_id == order.order_id]
    filled_value = sum(fill.value for fill in fills) + _unread(order) * _limit(order)
    assert order.order_id is not None
    return VenueOrder(
        order_id=order.order_id,
        instrument=instrument,
        side=request.side,
        product=request.product,
        order_type=terms.order_type,
        validity=terms.validity,
        quantity=terms.quantity,
        price=terms.price,
        trigger_price=terms.trigger_price,
        disclosed_quantity=0,
        market_protection_pct=Decimal(0),
        tag=order.tag,
        placed_by=ACCOUNT_USER,
        ordered_at_ms=order.intended_at_ms,
        status=status,
        standing=_standing(order, status),
        final_status=status,
        message=order.message,
        exchange_at_ms=order.changed_at_ms,
        filled_quantity=order.filled_quantity + _unread(order),
        filled_value=filled_value,
    )


def _unread(order: Order) -> int:
    """Units that were reported as filled and whose trades were never read."""
    return max(0, order.reported_filled_quantity - order.filled_quantity)


def _limit(order: Order) -> int:
    return order.terms.price or order.terms.trigger_price


def _standing(order: Order, status: Status) -> Standing:
    if order.status.is_terminal:
        return Standing.DONE
    return Standing.SLEEPING if status is Status.TRIGGER_PENDING else Standing.RESTING


def _fills(book: Book, listed: Mapping[str, Instrument]) -> Iterator[TradeRow]:
    for fill in book.fills.values():
        tag = book.tags_by_order_id.get(fill.order_id)
        if tag is not None and fill.instrument_key in listed:
            yield _trade(book.orders[tag], listed[fill.instrument_key], fill)
    for order in book.orders.values():
        key = order.request.instrument_key
        if order.order_id is not None and _unread(order) and key in listed:
            yield _trade(order, listed[key], _unread_fill(order, order.order_id))


def _unread_fill(order: Order, order_id: str) -> Fill:
    return Fill(
        trade_id=f"UNREAD-{order_id}",
        order_id=order_id,
        instrument_key=order.request.instrument_key,
        side=order.request.side,
        quantity=_unread(order),
        price=_limit(order),
        filled_at_ms=order.changed_at_ms,
    )


def _trade(order: Order, instrument: Instrument, fill: Fill) -> TradeRow:
    return TradeRow(
        trade_id=fill.trade_id,
        order_id=fill.order_id,
        exchange_order_id="",
        instrument_key=fill.instrument_key,
        trading_symbol=instrument.symbol,
        side=fill.side,
        product=order.request.product,
        order_type=order.terms.order_type,
        quantity=fill.quantity,
        price=fill.price,
        traded_at_ms=fill.filled_at_ms,
        ordered_at_ms=order.intended_at_ms,
    )


def _carried(book: Book, listed: Mapping[str, Instrument], on: date) -> Iterator[TradeRow]:
    for key, position in book.positions.items():
        if position.is_flat or key not in listed:
            continue
        yield _carried_trade(position, listed[key], midnight_ms(on))


def _carried_trade(position: Position, instrument: Instrument, at_ms: int) -> TradeRow:
    order_id = f"{_CARRIED}-{instrument.key}"
    return TradeRow(
        trade_id=order_id,
        order_id=order_id,
        exchange_order_id="",
        instrument_key=instrument.key,
        trading_symbol=instrument.symbol,
        side=Side.BUY if position.quantity > 0 else Side.SELL,
        product=position.product,
        order_type=OrderType.LIMIT,
        quantity=abs(position.quantity),
        price=round(Decimal(position.entry_value) / position.entry_quantity),
        traded_at_ms=at_ms,
        ordered_at_ms=at_ms,
    )
