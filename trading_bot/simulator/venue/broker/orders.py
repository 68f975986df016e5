"""The broker's order register: each order, each state it went through, in the broker's words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.venue.contracts import (
    ChangedTerms,
    NewOrder,
    OrderListener,
    OrderRow,
    VenueRefusal,
)
from trading_bot.simulator.venue.hops import Agenda

_NO_AVERAGE = Decimal(0)


class Status(StrEnum):
    """The broker's words for an order's state."""

    RECEIVED = "put order req received"
    VALIDATION_PENDING = "validation pending"
    OPEN_PENDING = "open pending"
    OPEN = "open"
    TRIGGER_PENDING = "trigger pending"
    COMPLETE = "complete"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    MODIFY_VALIDATION_PENDING = "modify validation pending"
    MODIFY_PENDING = "modify pending"
    MODIFIED = "modified"
    NOT_MODIFIED = "not modified"
    CANCEL_PENDING = "cancel pending"
    NOT_CANCELLED = "not cancelled"
    AMO_RECEIVED = "after market order req received"
    AMO_MODIFIED = "modify after market order req received"
    AMO_CANCELLED = "cancelled after market order"


_KEPT = frozenset({Status.AMO_RECEIVED, Status.AMO_MODIFIED})


class Standing(StrEnum):
    """Where an order really is, whatever a pending change makes of its status."""

    AT_BROKER = "at the broker"
    EN_ROUTE = "on the way to the exchange"
    RESTING = "in the exchange's book"
    SLEEPING = "waiting for its trigger"
    DONE = "finished"


@dataclass(slots=True, kw_only=True, eq=False)
class VenueOrder:
    """One order as the venue holds it now. It changes in place: the rows keep what it was."""

    order_id: str
    instrument: Instrument
    side: Side
    product: Product
    order_type: OrderType
    validity: Validity
    quantity: int
    price: int
    """Paise; for MARKET the protected limit once the risk desk has set it."""
    trigger_price: int
    disclosed_quantity: int
    market_protection_pct: Decimal
    tag: str | None
    placed_by: str
    ordered_at_ms: int
    status: Status = Status.RECEIVED
    standing: Standing = Standing.AT_BROKER
    final_status: Status = Status.RECEIVED
    """Complete, cancelled or rejected once `standing` is done; it is shown again after a late refusal."""
    message: str = ""
    exchange_order_id: str = ""
    exchange_at_ms: int = 0
    filled_quantity: int = 0
    filled_value: int = 0
    """Sum of quantity times price of its trades, paise."""
    entered_at_ms: int = 0
    """When it joined the exchange's book with its present price."""
    priority: int = 0
    """Time priority at the exchange: smaller is earlier."""
    last_due_ms: int = 0
    """When its newest request reaches its next hop: later requests do not overtake it."""
    is_amo: bool = False
    """Whether the broker kept it for the session's start."""

    @property
    def pending_quantity(self) -> int:
        """Units still to trade."""
        return self.quantity - self.filled_quantity

    @property
    def is_done(self) -> bool:
        """Whether nothing can happen to it any more."""
        return self.standing is Standing.DONE

    @property
    def is_kept(self) -> bool:
        """Whether it still waits at the broker for the session to begin."""
        return self.status in _KEPT

    @property
    def is_at_exchange(self) -> bool:
        """Whether it has reached the exchange, or never will."""
        return self.standing not in (Standing.AT_BROKER, Standing.EN_ROUTE)

    @property
    def average_price(self) -> Decimal:
        """Mean price of its trades in rupees; 0 until something filled."""
        if not self.filled_quantity:
            return _NO_AVERAGE
        return Decimal(self.filled_value) / (self.filled_quantity * PAISE_PER_RUPEE)

    def take(self, change: ChangedTerms, price: int) -> None:
        """Take new terms; the price is that of the change, or the limit that it was given for it."""
        self.order_type = change.order_type
        self.validity = change.validity
        self.price = price
        self.trigger_price = change.trigger_price
        self.quantity = change.quantity or self.quantity
        self.market_protection_pct = change.market_protection_pct

    def row(self) -> OrderRow:
        """Its present state."""
        return OrderRow(
            self.order_id,
            self.exchange_order_id,
            self.instrument.key,
            self.instrument.symbol,
            self.side,
            self.product,
            self.order_type,
            self.validity,
            self.quantity,
            self.filled_quantity,
            self.disclosed_quantity,
            self.price,
            self.trigger_price,
            self.average_price,
            self.status.value,
            self.message,
            self.tag,
            self.placed_by,
            self.ordered_at_ms,
            self.exchange_at_ms,
            self.is_amo,
        )


class OrderRegister:
    """All orders of the day with all their rows; tells listeners of each new row."""

    def __init__(self, on: date, agenda: Agenda) -> None:
        self._prefix = f"{on:%y%m%d}"
        self._agenda = agenda
        self._last_number = 0
        self._orders: dict[str, VenueOrder] = {}
        self._live: dict[str, VenueOrder] = {}
        self._rows: dict[str, list[OrderRow]] = {}
        self._by_tag: dict[str, list[str]] = {}
        self._listeners: list[OrderListener] = []

    def subscribe(self, listener: OrderListener) -> None:
        """Add a listener to every further row."""
        self._listeners.append(listener)

    def enter(
        self,
        wanted: NewOrder,
        instrument: Instrument,
        quantity: int,
        tag: str | None,
        *,
        status: Status = Status.RECEIVED,
    ) -> VenueOrder:
        """Give an order its id and first row."""
        self._last_number += 1
        order = VenueOrder(
            order_id=f"{self._prefix}{self._last_number:09d}",
            instrument=instrument,
            side=wanted.side,
            product=wanted.product,
            order_type=wanted.order_type,
            validity=wanted.validity,
            quantity=quantity,
            price=wanted.price,
            trigger_price=wanted.trigger_price,
            disclosed_quantity=min(wanted.disclosed_quantity, quantity),
            market_protection_pct=wanted.market_protection_pct,
            tag=tag,
            placed_by=wanted.placed_by,
            ordered_at_ms=self._agenda.now_ms,
            is_amo=status is Status.AMO_RECEIVED,
        )
        self._keep(order)
        self.record(order, status)
        return order

    def restore(self, order: VenueOrder) -> None:
        """Take an order of an earlier process as it is, telling nobody; later ids follow it."""
        number = order.order_id.removeprefix(self._prefix)
        if number != order.order_id and number.isdecimal():
            self._last_number = max(self._last_number, int(number))
        self._keep(order)
        if order.is_done:
            del self._live[order.order_id]
        self._rows[order.order_id].append(order.row())

    def _keep(self, order: VenueOrder) -> None:
        self._orders[order.order_id] = self._live[order.order_id] = order
        self._rows[order.order_id] = []
        if order.tag is not None:
            self._by_tag.setdefault(order.tag, []).append(order.order_id)

    def record(self, order: VenueOrder, status: Status, message: str = "") -> None:
        """Write the order's next row and push it."""
        order.status = status
        order.message = message
        row = order.row()
        self._rows[order.order_id].append(row)
        for listener in self._listeners:
            listener(row)

    def finish(self, order: VenueOrder, status: Status, message: str = "") -> None:
        """End an order's life with its last row."""
        order.standing = Standing.DONE
        order.final_status = status
        self._live.pop(order.order_id, None)
        self.record(order, status, message)

    def retire(self, order: VenueOrder) -> None:
        """End an order's life without telling anyone, as an exchange may do at the close."""
        order.standing = Standing.DONE
        order.final_status = order.status
        self._live.pop(order.order_id, None)

    def order(self, order_id: str) -> VenueOrder:
        """Look an order up. Raises VenueRefusal when there is none."""
        try:
            return self._orders[order_id]
        except KeyError as error:
            raise _unknown(f"order {order_id}") from error

    def live(self) -> Iterator[VenueOrder]:
        """Iterate over orders that are not done, oldest first; a copy, so that they may end meanwhile."""
        return iter(tuple(self._live.values()))

    def all(self) -> Iterator[VenueOrder]:
        """Iterate over all orders of the day, oldest first."""
        return iter(self._orders.values())

    def latest_rows(self) -> tuple[OrderRow, ...]:
        """Newest row of each order, oldest order first."""
        return tuple(rows[-1] for rows in self._rows.values())

    def history(self, order_id: str | None, tag: str | None) -> tuple[OrderRow, ...]:
        """All rows of an order, or of all orders with a tag. Raises VenueRefusal when there are none."""
        if order_id is not None:
            return tuple(self._rows[self.order(order_id).order_id])
        if tag is None or tag not in self._by_tag:
            raise _unknown(f"order with tag {tag}")
        return tuple(row for known_id in self._by_tag[tag] for row in self._rows[known_id])


def _unknown(what: str) -> VenueRefusal:
    return VenueRefusal(404, "UDAPI100010", f"{what} not found", "order_id")
