"""Scenarios of matching: a script of the day, then the trades and the last word of one order."""

import pytest

from tests.fakes.venue_day import VenueDay, instant

QUOTES = "09:20 market SBIN 100.00 bid=50@99.95,60@99.90 ask=30@100.05,40@100.10 traded=10"

SCENARIOS = {
    "a marketable limit takes the depth level by level": (
        f"{QUOTES}\n09:20:01 place order BUY 50 SBIN LIMIT price=100.10\n09:20:02",
        "30@100.05 20@100.10",
        "complete",
    ),
    "it stops at its limit and the rest stays open": (
        f"{QUOTES}\n09:20:01 place order BUY 50 SBIN LIMIT price=100.05\n09:20:02",
        "30@100.05",
        "open",
    ),
    "a sale takes the bids": (
        f"{QUOTES}\n09:20:01 place order SELL 70 SBIN LIMIT price=99.90\n09:20:02",
        "50@99.95 20@99.90",
        "complete",
    ),
    "depth that another order of ours took is gone until the next update": (
        f"""{QUOTES}
        09:20:01 place first BUY 30 SBIN LIMIT price=100.05
        09:20:01 place order BUY 20 SBIN LIMIT price=100.10
        09:20:02""",
        "20@100.10",
        "complete",
    ),
    "an IOC order cancels what it could not trade": (
        f"{QUOTES}\n09:20:01 place order BUY 50 SBIN LIMIT price=100.05 validity=IOC\n09:20:02",
        "30@100.05",
        "cancelled",
    ),
    "an IOC order without a counterpart is cancelled whole": (
        f"{QUOTES}\n09:20:01 place order BUY 50 SBIN LIMIT price=100.00 validity=IOC\n09:20:02",
        "",
        "cancelled",
    ),
    "trades through a resting limit fill it at its own price up to their volume": (
        f"""{QUOTES}
        09:20:01 place order BUY 50 SBIN LIMIT price=99.90
        09:20:02 market SBIN 99.85 bid=10@99.80 ask=10@99.95 traded=35""",
        "35@99.90",
        "open",
    ),
    "trades at the limit fill only its share of their volume": (
        f"""{QUOTES}
        09:20:01 place order BUY 50 SBIN LIMIT price=99.90
        09:20:02 market SBIN 99.90 bid=10@99.90 ask=10@99.95 traded=35""",
        "17@99.90",
        "open",
    ),
    "the broken part of a share is kept for the next trade": (
        f"""{QUOTES}
        09:20:01 place order BUY 50 SBIN LIMIT price=99.90
        09:20:02 market SBIN 99.90 bid=10@99.90 ask=10@99.95 traded=1
        09:20:03 market SBIN 99.90 bid=10@99.90 ask=10@99.95 traded=1""",
        "1@99.90",
        "open",
    ),
    "of two orders at a price the older one trades first": (
        f"""{QUOTES}
        09:20:01 place first BUY 20 SBIN LIMIT price=99.90
        09:20:01.500 place order BUY 20 SBIN LIMIT price=99.90
        09:20:02 market SBIN 99.85 bid=10@99.80 ask=10@99.95 traded=30""",
        "10@99.90",
        "open",
    ),
    "the better price trades before the older order": (
        f"""{QUOTES}
        09:20:01 place first BUY 20 SBIN LIMIT price=99.90
        09:20:01.500 place order BUY 20 SBIN LIMIT price=99.95
        09:20:02 market SBIN 99.85 bid=10@99.80 ask=10@100.00 traded=20""",
        "20@99.95",
        "complete",
    ),
    "opposite depth that reaches a resting order fills it at its own price": (
        f"""{QUOTES}
        09:20:01 place order BUY 50 SBIN LIMIT price=99.95
        09:20:02 market SBIN 100.00 bid=10@99.85 ask=20@99.90,40@99.95""",
        "50@99.95",
        "complete",
    ),
    "a trade from before its arrival does not fill an order": (
        f"""{QUOTES}
        09:20:01.990 place order BUY 50 SBIN LIMIT price=99.90
        09:20:02 market SBIN 99.85 bid=10@99.80 ask=10@99.95 traded=35
        09:20:03""",
        "",
        "open",
    ),
    "an update without a trade fills nothing that it does not reach": (
        f"""{QUOTES}
        09:20:01 place order SELL 50 SBIN LIMIT price=100.10
        09:20:02 market SBIN 100.20 bid=10@100.05 ask=10@100.15""",
        "",
        "open",
    ),
    "a stop wakes on the tick that touches its trigger and takes the depth": (
        f"""{QUOTES}
        09:20:01 place order SELL 20 SBIN SL price=98.00 trigger=99.00
        09:20:02 market SBIN 99.05 bid=50@99.00 ask=10@99.10 traded=5
        09:20:03 market SBIN 99.00 bid=15@98.95,50@98.90 ask=10@99.10 traded=5""",
        "15@98.95 5@98.90",
        "complete",
    ),
    "a buying stop sleeps below its trigger": (
        f"""{QUOTES}
        09:20:01 place order BUY 20 SBIN SL price=102.00 trigger=101.00
        09:20:02 market SBIN 100.95 bid=50@100.90 ask=10@101.00 traded=5""",
        "",
        "trigger pending",
    ),
    "a gap past a stop's limit leaves it open and unfilled": (
        f"""{QUOTES}
        09:20:01 place order SELL 20 SBIN SL price=98.90 trigger=99.00
        09:20:02 market SBIN 97.00 bid=50@96.95 ask=10@97.10 traded=5""",
        "",
        "open",
    ),
    "a stop-market order becomes a limit some percent past its trigger": (
        f"""{QUOTES}
        09:20:01 place order SELL 20 SBIN SL-M trigger=99.00 protection=1
        09:20:02 market SBIN 99.00 bid=5@98.05,5@98.00,50@97.95 ask=10@99.10 traded=5""",
        "5@98.05 5@98.00",
        "open",
    ),
    "a market order is a limit some percent past the last price": (
        f"""{QUOTES}
        09:20:00.500 market SBIN 100.00 bid=5@99.95 ask=5@100.05,10@101.00,50@101.05
        09:20:01 place order BUY 30 SBIN MARKET protection=1
        09:20:02""",
        "5@100.05 10@101.00",
        "open",
    ),
    "without any depth a quote one tick away is assumed": (
        """09:20 market SBIN 100.00 traded=10
        09:20:01 place order BUY 30 SBIN LIMIT price=100.10
        09:20:02""",
        "30@100.05",
        "complete",
    ),
    "without volume a resting order waits until its price is passed": (
        """09:20 market SBIN 100.00
        09:20:01 place order BUY 30 SBIN LIMIT price=99.90
        09:20:02 market SBIN 99.90
        09:20:03 market SBIN 99.80""",
        "30@99.90",
        "complete",
    ),
    "an empty side trades nothing": (
        """09:20 market SBIN 100.00 bid=10@100.00 traded=10
        09:20:01 place order BUY 30 SBIN LIMIT price=100.50
        09:20:02""",
        "",
        "open",
    ),
    "an empty level of a feed is not a price of zero": (
        """09:20 market SBIN 100.00 bid=10@100.00 ask=9@0 traded=10
        09:20:01 place order BUY 30 SBIN LIMIT price=100.50
        09:20:02""",
        "",
        "open",
    ),
    "derivatives trade in whole lots": (
        """09:20 market FUT 100.00 bid=60@99.95 ask=60@100.05 traded=25
        09:20:01 place order BUY 75 FUT LIMIT price=100.05
        09:20:02""",
        "50@100.05",
        "open",
    ),
}


@pytest.mark.parametrize(("script", "fills", "status"), SCENARIOS.values(), ids=SCENARIOS.keys())
def test_matching(script, fills, status):
    day = VenueDay(script)

    assert day.fills("order") == fills
    assert day.row("order").status == status


CHAIN = ["put order req received", "validation pending", "open pending"]
CHAINS = {
    "a resting limit": ("09:20:01 place order BUY 5 SBIN LIMIT price=99.00", ["open"]),
    "a marketable limit skips open": ("09:20:01 place order BUY 5 SBIN LIMIT price=101.00", ["complete"]),
    "each level is a row": (
        "09:20:01 place order BUY 50 SBIN LIMIT price=101.00",
        ["open", "complete"],
    ),
    "a stop": ("09:20:01 place order BUY 5 SBIN SL price=101.00 trigger=100.50", ["trigger pending"]),
    "an IOC order without counterpart": (
        "09:20:01 place order BUY 5 SBIN LIMIT price=99.00 validity=IOC",
        ["open", "cancelled"],
    ),
    "a changed limit": (
        "09:20:01 place order BUY 5 SBIN LIMIT price=99.00\n09:20:02 modify order LIMIT price=99.50",
        ["open", "modify validation pending", "modify pending", "modified", "open"],
    ),
    "a limit that becomes a stop": (
        """09:20:01 place order SELL 5 SBIN LIMIT price=101.00
        09:20:02 modify order SL price=98.00 trigger=99.00""",
        ["open", "modify validation pending", "modify pending", "modified", "trigger pending"],
    ),
    "a stop that becomes a marketable limit": (
        """09:20:01 place order SELL 5 SBIN SL price=98.00 trigger=99.00
        09:20:02 modify order LIMIT price=99.50""",
        ["trigger pending", "modify validation pending", "modify pending", "modified", "complete"],
    ),
    "a cancelled limit": (
        "09:20:01 place order BUY 5 SBIN LIMIT price=99.00\n09:20:02 cancel order",
        ["open", "cancel pending", "cancelled"],
    ),
    "a fill that beats the cancellation": (
        """09:20:01 place order BUY 5 SBIN LIMIT price=99.00
        09:20:02 cancel order
        09:20:02.010 market SBIN 98.00 bid=5@97.00 ask=5@98.00 traded=50""",
        ["open", "cancel pending", "complete", "not cancelled", "complete"],
    ),
    "a fill that beats the modification": (
        """09:20:01 place order BUY 5 SBIN LIMIT price=99.00
        09:20:02 modify order LIMIT price=98.00
        09:20:02.015 market SBIN 98.00 bid=5@97.00 ask=5@98.00 traded=50""",
        ["open", "modify validation pending", "modify pending", "complete", "not modified", "complete"],
    ),
    "a modification on the wrong side of the last price": (
        """09:20:01 place order SELL 5 SBIN SL price=98.00 trigger=99.00
        09:20:02 modify order SL price=98.00 trigger=100.50""",
        ["trigger pending", "modify validation pending", "modify pending", "not modified", "trigger pending"],
    ),
    "a modification outside the freeze quantity is refused by the risk desk": (
        """09:20:01 place order SELL 5 SBIN LIMIT price=101.00
        09:20:02 modify order LIMIT price=101.00 quantity=1001""",
        ["open", "modify validation pending", "not modified", "open"],
    ),
}


@pytest.mark.parametrize(("script", "expected"), CHAINS.values(), ids=CHAINS.keys())
def test_chain_of_states(script, expected):
    day = VenueDay(f"{QUOTES}\n{script}\n09:21")

    assert day.statuses("order") == CHAIN + expected


def test_a_cancellation_waits_for_an_order_that_is_still_on_its_way():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place order BUY 5 SBIN LIMIT price=99.00
        09:20:01.001 cancel order
        09:20:02"""
    )

    assert day.statuses("order")[-2:] == ["open", "cancelled"]


def test_states_are_reached_hop_by_hop():
    day = VenueDay(f"{QUOTES}\n09:20:01 place order BUY 5 SBIN LIMIT price=99.00")
    seen = []
    for milliseconds in (4, 5, 10, 24, 25):
        day.venue.advance(instant("09:20:01") + milliseconds)
        seen.append(day.row("order").status)

    assert seen == ["put order req received", "validation pending", "open pending", "open pending", "open"]
    assert day.row("order").exchange_at_ms == instant("09:20:01.025")


def test_a_smaller_quantity_keeps_the_place_in_the_queue_and_a_new_price_loses_it():
    script = """09:20 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=10
        09:20:01 place first BUY 20 SBIN LIMIT price=99.90
        09:20:02 place second BUY 20 SBIN LIMIT price=99.90
        09:20:03 modify first LIMIT price=99.90 quantity={quantity}
        09:20:05 market SBIN 99.85 bid=10@99.80 ask=10@99.95 traded=10"""

    assert VenueDay(script.format(quantity=15)).fills("first") == "10@99.90"
    assert VenueDay(script.format(quantity=25)).fills("first") == ""


def test_a_stop_that_becomes_a_limit_queues_up_behind_older_limits():
    day = VenueDay(
        """09:20 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=10
        09:20:01 place stop SELL 20 SBIN SL price=98.00 trigger=99.00
        09:20:02 place older SELL 20 SBIN LIMIT price=100.50
        09:20:03 modify stop LIMIT price=100.50
        09:20:05 market SBIN 100.60 bid=10@100.45 ask=10@100.70 traded=20"""
    )

    assert (day.fills("older"), day.fills("stop")) == ("20@100.50", "")


def test_the_quantity_cannot_shrink_below_what_filled():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place order BUY 50 SBIN LIMIT price=100.05
        09:20:02 modify order LIMIT price=100.05 quantity=30
        09:20:03"""
    )

    assert day.statuses("order")[-2:] == ["not modified", "open"]
    assert day.row("order").quantity == 50


def test_the_average_price_is_the_exact_mean_of_the_fills():
    day = VenueDay(f"{QUOTES}\n09:20:01 place order BUY 50 SBIN LIMIT price=100.10\n09:20:02")

    assert str(day.row("order").average_price) == "100.07"


def test_a_stop_outside_the_band_is_rejected_only_when_it_triggers():
    day = VenueDay(
        f"""{QUOTES}
        09:20:01 place order SELL 5 SBIN SL price=89.00 trigger=95.00
        09:20:02"""
    )
    before = day.row("order").status
    day.play("09:20:03 market SBIN 94.00 bid=5@93.95 ask=5@94.05 traded=5")

    assert before == "trigger pending"
    assert day.row("order").status == "rejected"
    assert "price band" in day.row("order").status_message
