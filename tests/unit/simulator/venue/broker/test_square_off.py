"""The broker's risk desk closes intraday positions by itself."""

from decimal import Decimal

import pytest

from tests.fakes.venue_day import VenueDay

ENTRY = """09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
09:20 market PLAIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
09:20 market FUT 100.00 bid=500@99.95 ask=500@100.05 traded=25
"""


@pytest.mark.parametrize(
    ("symbol", "before", "after"),
    [
        ("SBIN", "15:10:00.900", "15:10:02"),
        ("PLAIN", "15:15:00.900", "15:15:02"),
        ("FUT", "15:25:00.900", "15:25:02"),
    ],
)
def test_intraday_positions_are_closed_at_the_time_of_their_segment(symbol, before, after):
    day = VenueDay(f"{ENTRY}09:21 place entry BUY 25 {symbol} LIMIT price=100.05\n{before}")
    held = day.quantity(symbol)
    day.play(after)

    assert (held, day.quantity(symbol)) == (25, 0)


def test_the_desks_order_has_its_name_and_no_tag():
    day = VenueDay(f"{ENTRY}09:21 place entry SELL 25 SBIN LIMIT price=99.95 tag=mine\n15:11")

    last = day.venue.order_rows()[-1]
    assert (last.placed_by, last.tag, last.side, last.status) == ("RMS", None, "BUY", "complete")


def test_resting_intraday_orders_are_cancelled_first_so_that_nothing_is_sold_twice():
    day = VenueDay(
        f"""{ENTRY}09:21 place entry BUY 25 SBIN LIMIT price=100.05
        09:22 place stop SELL 25 SBIN SL price=98 trigger=99
        15:11 market SBIN 98.50 bid=500@98.45 ask=500@98.55 traded=10"""
    )

    assert day.row("stop").status == "cancelled"
    assert day.quantity("SBIN") == 0


def test_delivery_positions_and_orders_stay():
    day = VenueDay(
        f"""{ENTRY}09:21 place entry BUY 25 SBIN LIMIT price=100.05 product=D
        09:22 place exit SELL 25 SBIN LIMIT price=105 product=D
        15:12"""
    )

    assert day.quantity("SBIN") == 25
    assert day.row("exit").status == "open"


def test_no_new_intraday_position_can_be_opened_afterwards_but_one_can_be_closed():
    day = VenueDay(f"{ENTRY}15:10:01 place order BUY 5 SBIN LIMIT price=100.05\n15:10:02")

    assert "square-off" in day.row("order").status_message


def test_the_desk_tries_again_while_something_is_left():
    day = VenueDay(
        f"""{ENTRY}09:21 place entry BUY 25 SBIN LIMIT price=100.05
        15:09 market SBIN 100.00 bid=10@99.95 ask=500@100.05 traded=10
        15:10:30"""
    )
    left = day.quantity("SBIN")
    day.play("15:11 market SBIN 95.00 bid=500@94.95 ask=500@95.05\n15:13")

    assert (left, day.quantity("SBIN")) == (15, 0)


def test_each_order_that_the_desk_executed_costs_a_fee():
    day = VenueDay(
        f"""{ENTRY}09:21 place one BUY 25 SBIN LIMIT price=100.05
        09:21 place two SELL 25 PLAIN LIMIT price=99.95
        15:16"""
    )

    assert day.venue.ledger()["charges"] == {"square_off": "118.00"}
    assert Decimal(day.venue.ledger()["net_pnl"]) == Decimal(day.venue.ledger()["gross_pnl"]) - 118


def test_a_large_position_is_sliced_by_the_freeze_quantity():
    day = VenueDay(
        """09:20 market SBIN 100.00 bid=5000@99.95 ask=5000@100.05 traded=10
        09:21 place a BUY 2500 SBIN LIMIT price=100.05 slice
        15:11"""
    )

    assert [row.quantity for row in day.venue.order_rows() if row.placed_by == "RMS"] == [1_000, 1_000, 500]
