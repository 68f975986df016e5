"""An order and the position of its fills, under whatever a broker may say in whatever order (V6, V14)."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.fakes.machines import machine_settings
from trading_bot.domain.errors import IllegalTransitionError
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import (
    TRANSITIONS,
    Fill,
    Order,
    OrderRequest,
    OrderStatus,
    OrderTerms,
    OrderType,
    Purpose,
    Side,
)
from trading_bot.domain.position import Position

LATE = (OrderStatus.REFUSED, OrderStatus.ABSENT)


class OrderMachine(RuleBasedStateMachine):
    """One order of a hundred units; its fills make a position beside others'."""

    def __init__(self) -> None:
        super().__init__()
        terms = OrderTerms(order_type=OrderType.LIMIT, quantity=100, price=5_000)
        request = OrderRequest(
            tag="t",
            instrument_key="K",
            side=Side.BUY,
            product=Product.INTRADAY,
            purpose=Purpose.ENTRY,
            terms=terms,
        )
        self.order = Order(request=request, status=OrderStatus.INTENDED, terms=terms, intended_at_ms=0)
        self.position = Position(instrument_key="K")
        self.fills: list[Fill] = []
        self.ended_as: OrderStatus | None = None

    @rule(status=st.sampled_from(OrderStatus))
    def something_is_told(self, status):
        before = self.order
        if status is before.status or status in TRANSITIONS[before.status]:
            self.order = before.advanced(status)
        else:
            with pytest.raises(IllegalTransitionError):
                before.advanced(status)
        if self.order.status.is_terminal and self.order.status not in LATE:
            self.ended_as = self.ended_as or self.order.status

    @rule(quantity=st.integers(1, 60), price=st.integers(4_990, 5_010))
    def units_fill(self, quantity, price):
        """Also late: a fill may come after the order's end."""
        self._fill(Side.BUY, quantity, price)
        self.order = self.order.advanced(
            self.order.status, filled_quantity=self.order.filled_quantity + quantity
        )

    @rule(quantity=st.integers(1, 60), price=st.integers(4_990, 5_010))
    def somebody_sells(self, quantity, price):
        self._fill(Side.SELL, quantity, price)

    @precondition(lambda self: self.order.requested_terms is None)
    @rule(quantity=st.integers(1, 200))
    def a_modification_is_asked_for(self, quantity):
        wanted = OrderTerms(order_type=OrderType.LIMIT, quantity=quantity, price=5_000)
        self.order = self.order.advanced(self.order.status, requested_terms=wanted)

    @precondition(lambda self: self.order.requested_terms is not None)
    @rule(is_carried_out=st.booleans())
    def a_modification_is_answered(self, is_carried_out):
        terms = self.order.requested_terms if is_carried_out else self.order.terms
        self.order = self.order.advanced(self.order.status, terms=terms, requested_terms=None)

    @invariant()
    def what_has_ended_stays_ended(self):
        assert self.ended_as in (None, self.order.status)

    @invariant()
    def the_worst_case_covers_every_terms_that_the_broker_may_hold(self):
        order = self.order
        if order.status.is_terminal:
            assert (order.remaining_quantity, order.worst_case_quantity) == (0, 0)
            return
        assert order.worst_case_quantity >= order.remaining_quantity >= 0
        if order.requested_terms is not None:
            assert order.worst_case_quantity >= order.requested_terms.quantity - order.filled_quantity

    @invariant()
    def the_position_is_the_sum_of_its_fills(self):
        signed = [(fill.side.sign * fill.quantity, fill.price) for fill in self.fills]
        assert self.position.quantity == sum(quantity for quantity, _ in signed)
        assert self.position.cash == -sum(quantity * price for quantity, price in signed)
        assert self.position.is_flat is (self.position.direction is None)

    @invariant()
    def closing_it_leaves_nothing_but_cash(self):
        if self.position.is_flat:
            return
        side = Side.SELL if self.position.quantity > 0 else Side.BUY
        closed = self.position.apply(_fill(side, abs(self.position.quantity), 5_000))
        assert closed.is_flat
        assert closed.gross_pnl(1) == self.position.gross_pnl(5_000)

    def _fill(self, side: Side, quantity: int, price: int) -> None:
        fill = _fill(side, quantity, price)
        self.fills.append(fill)
        self.position = self.position.apply(fill)


def _fill(side: Side, quantity: int, price: int) -> Fill:
    return Fill(
        trade_id="1",
        order_id="2",
        instrument_key="K",
        side=side,
        quantity=quantity,
        price=price,
        filled_at_ms=0,
    )


OrderMachine.TestCase.settings = machine_settings()
TestOrderMachine = OrderMachine.TestCase
