"""Orders that get an id and are rejected afterwards, with a text."""

from decimal import Decimal

import pytest

from tests.fakes.venue_day import VenueDay

QUOTES = """09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
09:20 market FUT 100.00 bid=500@99.95 ask=500@100.05 traded=25
09:20 market CALL 10.00 bid=500@9.95 ask=500@10.05 traded=25"""

REJECTED_ORDERS = {
    "BUY 5 SBIN LIMIT price=100.02": "tick",
    "BUY 30 FUT LIMIT price=100": "lot size",
    "BUY 1001 SBIN LIMIT price=100": "freeze quantity",
    "BUY 5 SBIN LIMIT price=110.05": "price band",
    "SELL 5 SBIN LIMIT price=89.95": "price band",
    "BUY 25 CALL LIMIT price=10": "63: RMS: intraday not allowed",
    "SELL 5 SBIN LIMIT price=100 product=D": "holdings",
    "BUY 1000 SBIN LIMIT price=100": "margin shortfall",
    "BUY 5 PLAIN MARKET protection=-1": "17181",
    "BUY 5 SBIN SL price=101 trigger=100.00": "wrong side",
    "SELL 5 SBIN SL price=99 trigger=100.00": "wrong side",
    "SELL 25 CALL SL-M trigger=9 protection=1": "16052",
}


@pytest.mark.parametrize(("order", "text"), REJECTED_ORDERS.items())
def test_rejected_after_the_id_was_given(order, text):
    day = VenueDay(f"{QUOTES}\n09:20:01 place order {order}\n09:20:02", opening_balance=Decimal(5_000))

    assert day.row("order").status == "rejected"
    assert text in day.row("order").status_message


def test_the_risk_desk_rejects_before_the_exchange_is_asked():
    day = VenueDay(f"{QUOTES}\n09:20:01 place order BUY 5 SBIN LIMIT price=100.02\n09:20:02")

    assert day.statuses("order") == ["put order req received", "validation pending", "rejected"]
    assert day.row("order").exchange_order_id == ""


@pytest.mark.parametrize(("allowed", "status"), [(True, "complete"), (False, "rejected")])
def test_the_freeze_quantity_itself_is_a_switch(allowed, status):
    quotes = "09:20 market SBIN 100.00 bid=500@99.95 ask=2000@100.05 traded=10"
    line = "09:20:01 place order BUY 1000 SBIN LIMIT price=100.05"
    day = VenueDay(f"{quotes}\n{line}\n09:20:02", freeze_quantity_itself_allowed=allowed)

    assert day.row("order").status == status


def test_options_are_bought_as_delivery():
    day = VenueDay(f"{QUOTES}\n09:20:01 place order BUY 25 CALL LIMIT price=10.05 product=D\n09:20:02")

    assert day.row("order").status == "complete"
    assert day.venue.funds().used_margin == Decimal("251.25")


def test_a_short_option_can_be_bought_back_intraday():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place entry SELL 25 CALL LIMIT price=9.95
        09:20:02 place order BUY 25 CALL LIMIT price=10.05
        09:20:03"""
    )

    assert day.row("order").status == "complete"


def test_an_open_order_blocks_margin_and_a_cancelled_one_frees_it():
    day = VenueDay(f"{QUOTES}\n09:20:01 place order BUY 100 SBIN LIMIT price=99.00\n09:20:02")
    blocked = day.venue.funds().used_margin
    day.play("09:20:03 cancel order\n09:20:04")

    assert blocked == Decimal("1980.00")
    assert day.venue.funds().used_margin == 0


def test_an_exit_needs_no_margin_even_when_none_is_left():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place entry BUY 100 SBIN LIMIT price=100.05
        09:20:02 place stop SELL 100 SBIN SL price=98.00 trigger=99.00
        09:20:03 place second BUY 1 SBIN LIMIT price=100.00
        09:20:04""",
        opening_balance=Decimal(2_001),
    )

    assert day.row("stop").status == "trigger pending"
    assert "margin shortfall" in day.row("second").status_message
    assert day.venue.funds().used_margin == Decimal("2001.00")


def test_an_exit_larger_than_the_position_needs_margin_for_the_rest():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place entry BUY 100 SBIN LIMIT price=100.05
        09:20:02 place exit SELL 200 SBIN LIMIT price=101.00
        09:20:03""",
        opening_balance=Decimal(4_000),
    )

    assert "margin shortfall" in day.row("exit").status_message


def test_a_modification_that_needs_too_much_margin_leaves_the_order_as_it_was():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place order BUY 100 SBIN LIMIT price=99.00
        09:20:02 modify order LIMIT price=99.00 quantity=1000
        09:20:03""",
        opening_balance=Decimal(2_000),
    )

    assert day.statuses("order")[-2:] == ["not modified", "open"]
    assert day.row("order").quantity == 100


@pytest.mark.parametrize(
    ("order", "rupees"),
    [
        ("BUY 10 SBIN LIMIT price=99", 198),
        ("BUY 10 SBIN LIMIT price=99 product=D", 990),
        ("SELL 25 FUT LIMIT price=104", 390),
        ("BUY 25 CALL LIMIT price=9 product=D", 225),
        ("SELL 25 CALL LIMIT price=11 product=D", 375),
    ],
)
def test_the_margin_of_an_open_order_depends_on_its_kind(order, rupees):
    day = VenueDay(f"{QUOTES}\n09:20:01 place order {order}\n09:20:02")

    assert day.row("order").status == "open"
    assert day.venue.funds().used_margin == rupees
    assert day.venue.funds().available == 1_000_000 - rupees
