"""An exchange and broker in one, in which nothing happens unless the test makes it happen."""

from dataclasses import dataclass, field, replace

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderStatus, OrderTerms, Side

_LIVE = (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)


@dataclass(slots=True)
class HandMovedExchange:
    """Holds the true orders, fills and positions of one instrument."""

    orders: dict[str, OrderReport] = field(default_factory=dict)
    own_ids: set[str] = field(default_factory=set)
    hidden_until_ms: dict[str, int] = field(default_factory=dict)
    """Orders that the books do not show yet."""
    fills: list[Fill] = field(default_factory=list)
    rows_seen: list[OrderReport] = field(default_factory=list)
    """Every row there ever was, for repetition out of order."""

    def place(self, request: OrderRequest, *, visible_at_ms: int = 0, is_ours: bool = True) -> str:
        order_id = f"{'own' if is_ours else 'foreign'}-{len(self.orders) + 1}"
        has_trigger = request.terms.order_type.has_trigger
        if is_ours:
            self.own_ids.add(order_id)
        self.hidden_until_ms[order_id] = visible_at_ms
        self._put(
            OrderReport(
                order_id=order_id,
                tag=request.tag if is_ours else None,
                instrument_key=request.instrument_key,
                side=request.side,
                product=Product.INTRADAY,
                status=OrderStatus.TRIGGER_PENDING if has_trigger else OrderStatus.OPEN,
                terms=request.terms,
                filled_quantity=0,
                average_price=None,
            )
        )
        return order_id

    def modify(self, order_id: str, terms: OrderTerms) -> bool:
        order = self.orders[order_id]
        if order.status not in _LIVE or terms.quantity <= order.filled_quantity:
            return False
        status = order.status
        if status is OrderStatus.TRIGGER_PENDING and not terms.order_type.has_trigger:
            status = OrderStatus.OPEN
        self._put(replace(order, terms=terms, status=status))
        return True

    def end(self, order_id: str, status: OrderStatus) -> bool:
        order = self.orders[order_id]
        if order.status not in _LIVE:
            return False
        self._put(replace(order, status=status))
        return True

    def trigger(self, order_id: str) -> None:
        self._put(replace(self.orders[order_id], status=OrderStatus.OPEN))

    def fill(self, order_id: str, quantity: int, price: int, now_ms: int) -> None:
        order = self.orders[order_id]
        quantity = min(quantity, order.terms.quantity - order.filled_quantity)
        self.fills.append(
            Fill(
                trade_id=f"t{len(self.fills) + 1}",
                order_id=order_id,
                instrument_key=order.instrument_key,
                side=order.side,
                quantity=quantity,
                price=price,
                filled_at_ms=now_ms,
            )
        )
        filled = order.filled_quantity + quantity
        status = OrderStatus.FILLED if filled == order.terms.quantity else OrderStatus.OPEN
        self._put(replace(order, filled_quantity=filled, status=status))

    def _put(self, row: OrderReport) -> None:
        self.orders[row.order_id] = row
        self.rows_seen.append(row)

    def live(self) -> list[OrderReport]:
        return [order for order in self.orders.values() if order.status in _LIVE]

    def visible(self, now_ms: int) -> tuple[OrderReport, ...]:
        return tuple(
            order for order in self.orders.values() if self.hidden_until_ms[order.order_id] <= now_ms
        )

    @property
    def own_quantity(self) -> int:
        """Signed units of our own fills."""
        return sum(fill.side.sign * fill.quantity for fill in self.fills if fill.order_id in self.own_ids)

    @property
    def quantity(self) -> int:
        """Signed units of all fills."""
        return sum(fill.side.sign * fill.quantity for fill in self.fills)

    def resting(self, side: Side) -> int:
        """Units of our live orders on a side that have not traded."""
        return sum(
            order.terms.quantity - order.filled_quantity
            for order in self.live()
            if order.side is side and order.order_id in self.own_ids
        )
