"""The closing auction, the closing band of stock futures and the end of the session."""

import pytest

from tests.fakes.venue_day import PLAIN, SBIN, VenueDay

MORNING = "09:20 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=10"


def test_stops_disclosed_and_far_orders_are_cancelled_when_the_auction_begins():
    day = VenueDay(
        f"""{MORNING}
        14:00 place stop BUY 5 SBIN SL price=102 trigger=101 product=D
        14:00 place disclosed BUY 50 SBIN LIMIT price=99 disclosed=10 product=D
        14:00 place far BUY 5 SBIN LIMIT price=96.95 product=D
        14:00 place near BUY 5 SBIN LIMIT price=97.00 product=D
        15:15"""
    )

    ended = {name: day.row(name).status for name in ("stop", "disclosed", "far", "near")}
    assert ended == {"stop": "cancelled", "disclosed": "cancelled", "far": "cancelled", "near": "open"}
    assert "closing auction" in day.row("stop").status_message


def test_the_reference_price_is_the_average_of_the_last_quarter_of_an_hour():
    day = VenueDay(
        """14:59 market SBIN 50.00 traded=1000
        15:05 market SBIN 100.00 traded=10
        15:10 market SBIN 104.00 traded=30
        15:15"""
    )

    assert day.venue.band(SBIN.key) == (9_995, 10_605)


@pytest.mark.parametrize(
    ("clock", "order", "status"),
    [
        ("15:15:01", "LIMIT price=100", "rejected"),
        ("15:20:01", "LIMIT price=100", "open"),
        ("15:20:01", "MARKET protection=1", "open"),
        ("15:20:01", "SL price=102 trigger=101", "rejected"),
        ("15:20:01", "LIMIT price=100 validity=IOC", "rejected"),
        ("15:20:01", "LIMIT price=100 disclosed=1", "rejected"),
        ("15:20:01", "LIMIT price=103.05", "rejected"),
        ("15:25:01", "LIMIT price=100", "open"),
        ("15:25:01", "MARKET protection=1", "rejected"),
        ("15:30:00", "LIMIT price=100", "rejected"),
    ],
)
def test_what_the_auction_takes(clock, order, status):
    day = VenueDay(f"{MORNING}\n{clock} place order BUY 5 SBIN {order} product=D")
    day.venue.advance(day.venue.now_ms + 1_000)

    assert day.row("order").status == status


def test_nothing_trades_between_the_continuous_session_and_the_print():
    day = VenueDay(
        f"""{MORNING}
        15:00 place order BUY 5 SBIN LIMIT price=99.50 product=D
        15:15 market SBIN 99.00 bid=50@98.95 ask=30@99.05 traded=10
        15:21 market SBIN 98.00 bid=50@97.95 ask=30@98.05 traded=10"""
    )

    assert day.fills("order") == ""


def test_the_print_fills_every_order_that_crosses_it_at_its_one_price():
    day = VenueDay(
        f"""{MORNING}
        15:21 place buyer BUY 5 SBIN LIMIT price=101 product=D
        15:21 place equal BUY 50 SBIN LIMIT price=100.50 product=D
        15:21 place below BUY 5 SBIN LIMIT price=100.45 product=D
        15:30 market SBIN 100.50 traded=45"""
    )

    assert [day.fills(name) for name in ("buyer", "equal", "below")] == ["5@100.50", "20@100.50", ""]
    assert [day.row(name).status for name in ("buyer", "equal", "below")] == [
        "complete",
        "cancelled",
        "cancelled",
    ]


def test_without_a_print_the_auction_ends_without_trades():
    day = VenueDay(f"{MORNING}\n15:21 place order BUY 5 SBIN LIMIT price=101 product=D\n15:35")

    assert day.row("order").status == "cancelled"


def test_orders_cannot_be_changed_or_cancelled_while_the_reference_price_is_found():
    day = VenueDay(
        f"""{MORNING}
        15:00 place order BUY 5 SBIN LIMIT price=99 product=D
        15:16 modify order LIMIT price=99.50
        15:17 cancel order
        15:18"""
    )

    refused = [word for word in day.statuses("order") if word.startswith("not ")]
    assert refused == ["not modified", "not cancelled"]
    assert day.row("order").status == "open"


def test_a_stock_future_is_held_to_the_closing_band_from_a_quarter_past_three():
    day = VenueDay(
        """09:20 market FUT 100.00 bid=50@99.95 ask=50@100.05 traded=25
        15:00 place far BUY 25 FUT LIMIT price=96.95 product=D
        15:00 place near BUY 25 FUT LIMIT price=97.00 product=D
        15:00 place stop SELL 25 FUT SL price=96 trigger=99 product=D
        15:15:01"""
    )

    statuses = [day.row(name).status for name in ("far", "near", "stop")]
    assert statuses == ["cancelled", "open", "trigger pending"]


def test_the_end_of_the_session_cancels_what_is_left():
    day = VenueDay("09:20 market PLAIN 100.00\n10:00 place order BUY 5 PLAIN LIMIT price=99 product=D\n15:30")

    assert day.row("order").status == "cancelled"
    assert "end of the session" in day.row("order").status_message


def test_the_end_of_the_session_can_be_silent():
    day = VenueDay(
        "09:20 market PLAIN 100.00\n10:00 place order BUY 5 PLAIN LIMIT price=99 product=D\n15:30",
        day_end_cancellations_reported=False,
    )
    day.play("15:30 market PLAIN 90.00 traded=100")

    assert day.row("order").status == "open"
    assert day.venue.market(PLAIN.key).last_price == 9_000
    assert day.fills("order") == ""
