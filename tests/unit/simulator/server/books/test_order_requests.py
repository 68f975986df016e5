from decimal import Decimal

import pytest

from trading_bot.domain.order import OrderType, Side
from trading_bot.simulator.server.books.order_requests import changed_terms, new_order
from trading_bot.simulator.venue.contracts import VenueRefusal

BODY = {
    "instrument_token": "NSE_EQ|A", "quantity": 10, "product": "I", "validity": "DAY", "order_type": "LIMIT",
    "transaction_type": "BUY", "price": Decimal("1400.05"), "trigger_price": 0, "disclosed_quantity": 0,
    "is_amo": False,
}  # fmt: skip


def read(**changes):
    return new_order(BODY | changes, placed_by="ME", requires_protection=True)


def refused(**changes) -> tuple[int, str]:
    with pytest.raises(VenueRefusal) as caught:
        read(**changes)
    return caught.value.http_status, caught.value.code


def test_rupees_become_whole_paise():
    order = read()

    assert (order.price, order.trigger_price, order.side) == (140_005, 0, Side.BUY)


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("instrument_token", "UDAPI1026"),
        ("order_type", "UDAPI1004"),
        ("product", "UDAPI1006"),
        ("validity", "UDAPI1007"),
        ("price", "UDAPI1008"),
    ],
)
def test_a_missing_field_has_its_code(field, code):
    assert refused(**{field: None}) == (400, code)


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("product", "MTF", "UDAPI1054"),
        ("validity", "GTC", "UDAPI1055"),
        ("order_type", "STOP", "UDAPI1056"),
        ("transaction_type", "HOLD", "UDAPI1057"),
        ("quantity", "ten", "UDAPI100036"),
        ("quantity", True, "UDAPI100036"),
        ("quantity", "NaN", "UDAPI100036"),
        ("price", Decimal("1.005"), "UDAPI100036"),
        ("price", -1, "UDAPI100036"),
        ("tag", "x" * 41, "UDAPI1119"),
        ("slice", "maybe", "UDAPI100036"),
        ("market_protection", 26, "UDAPI1176"),
        ("market_protection", -2, "UDAPI1177"),
    ],
)
def test_an_invalid_value_has_its_code(field, value, code):
    assert refused(**{field: value}) == (400, code)


def test_numbers_and_booleans_as_text_are_tolerated():
    order = read(quantity="20", price="1401.5", slice="true")

    assert (order.quantity, order.price, order.slice) == (20, 140_150, True)


@pytest.mark.parametrize("order_type", ["MARKET", "SL-M"])
def test_a_market_order_needs_protection(order_type):
    assert refused(order_type=order_type, price=0) == (400, "UDAPI1158")
    assert read(order_type=order_type, price=0, market_protection=-1).market_protection_pct == -1


def test_the_refusal_of_unprotected_orders_can_be_switched_off():
    body = BODY | {"order_type": "MARKET", "price": 0}

    assert new_order(body, placed_by="ME", requires_protection=False).market_protection_pct == 0


def test_protection_is_ignored_where_the_order_has_a_limit():
    assert read(market_protection=5).market_protection_pct == 0


def test_a_modification_without_quantity_leaves_it_unchanged():
    change = changed_terms(BODY | {"order_id": "1", "quantity": None}, requires_protection=True)

    assert change.quantity is None
    assert change.order_type is OrderType.LIMIT
