"""The broker's books: order rows, trades, positions, funds and margin into domain values.

A status that is not in the table fails the read: guessing could call a live order dead. Rows that carry a
product, type or validity which this program never sends, and no tag of ours, belong to somebody else's kind
of trading (margin funding, cover orders) and are counted, not read.
"""

from collections.abc import Iterable
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from trading_bot.adapters.upstox.fields import Oddities, Row, rows_of
from trading_bot.adapters.upstox.known_fields import ORDER_FIELDS, POSITION_FIELDS, TRADE_FIELDS
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Product
from trading_bot.domain.money import ZERO, paise_from_wire
from trading_bot.domain.order import (
    Fill,
    OrderReport,
    OrderStatus,
    OrderTerms,
    OrderType,
    ReportedChange,
    Side,
    Validity,
)
from trading_bot.domain.tag import parse_tag
from trading_bot.engine.ports import BrokerPosition, Funds


class Meaning(NamedTuple):
    """What a status text says: the order's status, and the fate of its newest change."""

    status: OrderStatus | None
    """None: it still lives as it did, resting or waiting for its trigger."""
    change: ReportedChange | None = None
    may_have_fills: bool = True
    """Whether something may have filled: only then is an absent filled quantity unknown."""


STATUSES: MappingProxyType[str, Meaning] = MappingProxyType(
    {
        "put order req received": Meaning(OrderStatus.ACKNOWLEDGED, may_have_fills=False),
        "validation pending": Meaning(OrderStatus.ACKNOWLEDGED, may_have_fills=False),
        "open pending": Meaning(OrderStatus.ACKNOWLEDGED, may_have_fills=False),
        "open": Meaning(OrderStatus.OPEN),
        "trigger pending": Meaning(OrderStatus.TRIGGER_PENDING),
        "complete": Meaning(OrderStatus.FILLED),
        "rejected": Meaning(OrderStatus.REJECTED, may_have_fills=False),
        "modify validation pending": Meaning(None, ReportedChange.PENDING),
        "modify pending": Meaning(None, ReportedChange.PENDING),
        "modified": Meaning(None, ReportedChange.MODIFIED),
        "not modified": Meaning(None, ReportedChange.NOT_MODIFIED),
        "cancel pending": Meaning(None, ReportedChange.PENDING),
        "not cancelled": Meaning(None, ReportedChange.NOT_CANCELLED),
        "cancelled": Meaning(OrderStatus.CANCELLED),
        "after market order req received": Meaning(OrderStatus.ACKNOWLEDGED, may_have_fills=False),
        "modify after market order req received": Meaning(
            OrderStatus.ACKNOWLEDGED, ReportedChange.MODIFIED, may_have_fills=False
        ),
        "cancelled after market order": Meaning(OrderStatus.CANCELLED, may_have_fills=False),
    }
)
"""The 17 texts of the reference."""

_FOREIGN_PRODUCTS = frozenset({"MTF", "CO"})
"""Margin funding and cover orders. Their orders and positions are passed over, so their trades are."""


def order_reports(data: object, oddities: Oddities) -> tuple[OrderReport, ...]:
    """Return the order book. Raises ReadFailedError for a row that cannot be read."""
    reports = (order_report(row, oddities) for row in rows_of(data, "order book"))
    return tuple(report for report in reports if report is not None)


def order_report(fields: object, oddities: Oddities) -> OrderReport | None:
    """Return one row, or None for one that this program provably did not place.

    Raises ReadFailedError when a field that matters is missing or says something unknown.
    """
    row = Row(fields, "order row")
    order_id = row.text("order_id")
    row = Row(fields, f"order {order_id}")
    oddities.note_unknown_fields("order", row.fields, ORDER_FIELDS)
    tag = row.optional_text("tag")
    if parse_tag(tag) is None and not _is_of_our_kind(row):
        oddities.note("order of a foreign kind", order_id=order_id)
        return None
    terms = _terms(row)
    meaning = _meaning(row.text("status"), order_id)
    # Before the exchange has it, an order may show no filled quantity; afterwards absence is not zero.
    filled = row.whole("filled_quantity") if meaning.may_have_fills else row.optional_whole("filled_quantity")
    average = row.optional_amount("average_price")
    return OrderReport(
        order_id=order_id,
        tag=tag,
        instrument_key=row.text("instrument_token", "instrument_key"),
        side=row.choice("transaction_type", Side),
        product=row.choice("product", Product),
        status=meaning.status or _living_status(terms, filled),
        terms=terms,
        filled_quantity=filled,
        average_price=average if average and filled else None,
        message=row.words("status_message_raw", "status_message"),
        change=meaning.change,
        placed_by=row.optional_text("placed_by") or "",
        reported_at_ms=row.newest_moment_ms("order_timestamp", "exchange_timestamp"),
    )


def fills(data: object, oddities: Oddities) -> tuple[Fill, ...]:
    """Return the trades of the day. Raises ReadFailedError for a row that cannot be read."""
    read = (_fill(row, oddities) for row in rows_of(data, "trades"))
    return tuple(fill for fill in read if fill is not None)


def positions(data: object, oddities: Oddities) -> tuple[BrokerPosition, ...]:
    """Return the day's positions, closed ones included. Raises ReadFailedError."""
    read = (_position(row, oddities) for row in rows_of(data, "positions"))
    return tuple(position for position in read if position is not None)


def funds(data: object) -> Funds:
    """Return what can be traded with, from the v3 answer. Raises ReadFailedError."""
    tradable = Row(data, "funds").part("available_to_trade")
    used = (_used_margin(tradable, part) for part in ("cash_available_to_trade", "pledge_available_to_trade"))
    return Funds(available=tradable.amount("total"), used_margin=sum(used, ZERO))


def _meaning(text: str, order_id: str) -> Meaning:
    meaning = STATUSES.get(" ".join(text.lower().split()))
    if meaning is None:
        raise ReadFailedError(f"order {order_id}: status {text!r} is not known; it may be live or ended")
    return meaning


def _living_status(terms: OrderTerms, filled_quantity: int) -> OrderStatus:
    # A row in the middle of a change does not say whether the order rests or waits for its trigger.
    if terms.order_type.has_trigger and filled_quantity == 0:
        return OrderStatus.TRIGGER_PENDING
    return OrderStatus.OPEN


def _is_of_our_kind(row: Row) -> bool:
    return all(
        text is None or text in tuple(kind)
        for text, kind in (
            (row.optional_text("product"), Product),
            (row.optional_text("order_type"), OrderType),
            (row.optional_text("validity"), Validity),
        )
    )


def _terms(row: Row) -> OrderTerms:
    return OrderTerms(
        order_type=row.choice("order_type", OrderType),
        quantity=row.whole("quantity"),
        price=row.optional_paise("price"),
        trigger_price=row.optional_paise("trigger_price"),
        validity=row.choice("validity", Validity),
    )


def _fill(fields: object, oddities: Oddities) -> Fill | None:
    row = Row(fields, "trade row")
    trade_id = row.text("trade_id")
    row = Row(fields, f"trade {trade_id}")
    oddities.note_unknown_fields("trade", row.fields, TRADE_FIELDS)
    if row.optional_text("product") in _FOREIGN_PRODUCTS:
        oddities.note("trade of a foreign kind", trade_id=trade_id)
        return None
    quantity, price = row.whole("quantity"), paise_from_wire(float(row.amount("average_price")))
    if quantity <= 0 or price <= 0:
        raise ReadFailedError(f"trade {trade_id}: quantity {quantity} at {price} paise is not a trade")
    return Fill(
        trade_id=trade_id,
        order_id=row.text("order_id"),
        instrument_key=row.text("instrument_token"),
        side=row.choice("transaction_type", Side),
        quantity=quantity,
        price=price,
        filled_at_ms=row.newest_moment_ms("exchange_timestamp") or row.newest_moment_ms("order_timestamp"),
    )


def _position(fields: object, oddities: Oddities) -> BrokerPosition | None:
    row = Row(fields, "position row")
    key = row.text("instrument_token", "instrument_key")
    row = Row(fields, f"position {key}")
    oddities.note_unknown_fields("position", row.fields, POSITION_FIELDS)
    if row.text("product") not in tuple(Product):
        oddities.note("position of a foreign kind", instrument=key, product=row.text("product"))
        return None
    return BrokerPosition(
        instrument_key=key,
        product=row.choice("product", Product),
        quantity=row.whole("quantity"),
        buy_quantity=_sum(row, ("day_buy_quantity", "overnight_buy_quantity")),
        sell_quantity=_sum(row, ("day_sell_quantity", "overnight_sell_quantity")),
    )


def _sum(row: Row, names: Iterable[str]) -> int | None:
    """Units of these fields together; None where there is none of them."""
    told = [name for name in names if name in row.fields]
    return sum(row.optional_whole(name) for name in told) if told else None


def _used_margin(tradable: Row, name: str) -> Decimal:
    if not isinstance(tradable.fields.get(name), dict):
        return ZERO  # the pledge part has been seen missing
    part = tradable.part(name)
    if not isinstance(part.fields.get("margin_used"), dict):
        return ZERO
    return part.part("margin_used").optional_amount("total") or ZERO
