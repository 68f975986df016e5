from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.errors import IllegalTransitionError
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import (
    TRANSITIONS,
    ChangeResult,
    Fill,
    Order,
    OrderReport,
    OrderRequest,
    OrderStatus,
    OrderTerms,
    OrderType,
    Purpose,
    ReportedChange,
    Side,
    Validity,
)

TERMS = OrderTerms(order_type=OrderType.LIMIT, quantity=100, price=5_000)
LATE = {OrderStatus.REFUSED, OrderStatus.ABSENT}
STEPS = """
    intended         sent dropped in_doubt
    sent             in_doubt refused acknowledged open trigger_pending filled cancelled rejected
    in_doubt         absent refused acknowledged open trigger_pending filled cancelled rejected
    acknowledged     in_doubt absent open trigger_pending filled cancelled rejected
    open             trigger_pending filled cancelled rejected
    trigger_pending  open filled cancelled rejected
    refused          acknowledged open trigger_pending filled cancelled rejected
    absent           acknowledged open trigger_pending filled cancelled rejected
    filled
    cancelled
    rejected
    dropped
"""
"""The machine in full, written a second time: a step that appears or vanishes is a decision, not a slip."""


def order_in(status: OrderStatus, **changes) -> Order:
    request = OrderRequest(
        tag="t",
        instrument_key="K",
        side=Side.BUY,
        product=Product.INTRADAY,
        purpose=Purpose.ENTRY,
        terms=TERMS,
    )
    return Order(request=request, status=status, terms=TERMS, intended_at_ms=0, **changes)


def test_the_table_allows_these_steps_and_no_others():
    """V14."""
    rows = (line.split() for line in STEPS.strip().splitlines())

    assert {status: set(following) for status, *following in rows} == TRANSITIONS


@given(st.sampled_from(OrderStatus), st.sampled_from(OrderStatus))
def test_an_order_makes_exactly_the_steps_of_the_table(current, following):
    order = order_in(current)

    if following is current or following in TRANSITIONS[current]:
        assert order.advanced(following).status is following
    else:
        with pytest.raises(IllegalTransitionError, match=f"{current} cannot become {following}"):
            order.advanced(following)


@given(st.sampled_from(OrderStatus))
def test_what_has_ended_stays_ended_unless_it_was_only_taken_for_absent(status):
    if status.is_terminal and status not in LATE:
        assert TRANSITIONS[status] == frozenset()
    assert status.is_live is not status.is_terminal


def test_nothing_returns_to_before_it_was_sent():
    assert not any(OrderStatus.INTENDED in following for following in TRANSITIONS.values())
    assert [status for status in OrderStatus if OrderStatus.SENT in TRANSITIONS[status]] == [
        OrderStatus.INTENDED
    ]


def test_what_cannot_trade_any_more_is_terminal():
    assert {status for status in OrderStatus if status.is_terminal} == {
        OrderStatus.FILLED,
        OrderStatus.CANCELLED,
        OrderStatus.REJECTED,
        OrderStatus.REFUSED,
        OrderStatus.ABSENT,
        OrderStatus.DROPPED,
    }
    assert OrderStatus.OPEN.is_live is True
    assert OrderStatus.FILLED.is_live is False


@pytest.mark.parametrize(
    ("kind", "spelled"),
    [
        (Side, "BUY SELL"),
        (OrderType, "LIMIT MARKET SL SL-M"),
        (Validity, "DAY IOC"),
        (Purpose, "entry stop exit"),
        (ChangeResult, "confirmed refused not_seen not_authorised rate_limited not_sent"),
        (ReportedChange, "pending modified not_modified not_cancelled"),
    ],
)
def test_words_of_the_wire_and_of_the_journal_never_change(kind, spelled):
    assert [member.value for member in kind] == spelled.split()


def test_a_new_order_has_no_fill_no_change_and_no_refusal_behind_it():
    order = order_in(OrderStatus.INTENDED)

    assert order.tag == "t"
    assert (order.filled_quantity, order.reported_filled_quantity, order.assumed_quantity) == (0, 0, 0)
    assert (order.changed_at_ms, order.seen_at_ms, order.refused_changes, order.message) == (0, 0, 0, "")
    assert (order.unseen_quantity, order.unseen_at_ms, order.is_unjudged) == (0, 0, False)


def test_terms_without_prices_have_none():
    terms = OrderTerms(order_type=OrderType.MARKET, quantity=1)

    assert (terms.price, terms.trigger_price, terms.validity) == (0, 0, Validity.DAY)


def test_a_row_that_says_no_more_than_it_must_names_nobody_and_no_time():
    report = OrderReport(
        order_id="1",
        tag=None,
        instrument_key="K",
        side=Side.BUY,
        product=Product.INTRADAY,
        status=OrderStatus.OPEN,
        terms=TERMS,
        filled_quantity=0,
        average_price=None,
    )

    assert (report.message, report.change, report.placed_by, report.reported_at_ms) == ("", None, "", 0)


def test_the_remainder_is_what_may_still_trade():
    assert order_in(OrderStatus.OPEN, filled_quantity=30).remaining_quantity == 70
    assert order_in(OrderStatus.CANCELLED, filled_quantity=30).remaining_quantity == 0
    assert order_in(OrderStatus.OPEN, filled_quantity=101).remaining_quantity == 0


def test_what_traded_and_was_taken_back_does_not_trade_again():
    """Fault 62, V3."""
    order = order_in(OrderStatus.OPEN, filled_quantity=30, annulled_quantity=20)

    assert (order.spent_quantity, order.remaining_quantity, order.worst_case_quantity) == (50, 50, 50)


@given(st.integers(1, 500), st.integers(0, 100))
def test_the_worst_case_counts_a_pending_modification_at_its_larger_size(wanted, filled):
    requested = OrderTerms(order_type=OrderType.LIMIT, quantity=wanted)

    order = order_in(OrderStatus.OPEN, requested_terms=requested, filled_quantity=filled)

    assert order.worst_case_quantity == max(0, max(100, wanted) - filled)


def test_the_worst_case_without_a_modification_is_what_is_left():
    assert order_in(OrderStatus.OPEN, filled_quantity=30).worst_case_quantity == 70


def test_the_worst_case_of_an_ended_order_is_nothing():
    assert order_in(OrderStatus.ABSENT).worst_case_quantity == 0


def test_a_change_is_pending_while_a_modification_or_a_cancellation_waits():
    assert not order_in(OrderStatus.OPEN).is_change_pending
    assert order_in(OrderStatus.OPEN, requested_terms=TERMS).is_change_pending
    assert order_in(OrderStatus.OPEN, cancel_requested=True).is_change_pending


def test_sides_are_opposite_and_signed():
    assert Side.BUY.opposite is Side.SELL
    assert Side.SELL.opposite is Side.BUY
    assert (Side.BUY.sign, Side.SELL.sign) == (1, -1)


def test_only_stop_orders_have_a_trigger():
    assert [kind for kind in OrderType if kind.has_trigger] == [OrderType.STOP_LIMIT, OrderType.STOP_MARKET]


def test_a_fill_is_worth_quantity_times_price():
    fill = Fill(
        trade_id="1",
        order_id="2",
        instrument_key="K",
        side=Side.BUY,
        quantity=3,
        price=10_050,
        filled_at_ms=0,
    )

    assert fill.value == 30_150
    assert not fill.by_broker
    assert Decimal(fill.value) / 100 == Decimal("301.50")
