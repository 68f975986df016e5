"""Values that are made by the thousand behave as frozen dataclasses, but for the guard."""

import dataclasses
import pickle

import pytest

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Order, OrderRequest, OrderStatus, OrderTerms, OrderType, Purpose, Side
from trading_bot.domain.position import Position
from trading_bot.domain.values import replace

TERMS = OrderTerms(order_type=OrderType.MARKET, quantity=10)
ORDER = Order(
    request=OrderRequest(
        tag="a",
        instrument_key="NSE_EQ|A",
        side=Side.BUY,
        product=Product.DELIVERY,
        purpose=Purpose.ENTRY,
        terms=TERMS,
    ),
    status=OrderStatus.SENT,
    terms=TERMS,
    intended_at_ms=1,
)


def test_a_changed_value_is_that_of_the_standard_library():
    changes = {"status": OrderStatus.OPEN, "order_id": "7", "filled_quantity": 3}

    assert replace(ORDER, **changes) == dataclasses.replace(ORDER, **changes)
    assert ORDER.status is OrderStatus.SENT


def test_a_copy_without_changes_is_equal_and_another():
    assert replace(ORDER) == ORDER
    assert replace(ORDER) is not ORDER


def test_a_field_that_is_not_there_is_refused():
    with pytest.raises(AttributeError):
        replace(TERMS, prize=1)


def test_values_are_hashed_and_compared_by_their_fields():
    again = OrderTerms(order_type=OrderType.MARKET, quantity=10)

    assert hash(again) == hash(TERMS)
    assert {again, TERMS} == {TERMS}
    assert Position(instrument_key="A") != Position(instrument_key="B")


def test_values_survive_the_way_to_another_process():
    assert pickle.loads(pickle.dumps(ORDER)) == ORDER


def test_a_value_takes_no_field_that_it_was_not_made_with():
    with pytest.raises(AttributeError):
        TERMS.prize = 1


@pytest.mark.parametrize("status", OrderStatus)
def test_a_status_is_live_or_terminal(status):
    assert status.is_live is not status.is_terminal
    assert status.is_terminal is (
        status.value in {"filled", "cancelled", "rejected", "refused", "absent", "dropped"}
    )
