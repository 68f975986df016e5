"""Orders that come outside the session: taken in their windows, kept, and sent on when it begins."""

from datetime import time
from random import Random

import pytest

from tests.fakes.venue_day import LISTED, VenueDay
from trading_bot.domain.money import ZERO
from trading_bot.simulator.venue.contracts import VenueRefusal
from trading_bot.simulator.venue.hops import SeededDelays
from trading_bot.simulator.venue.settings import VenueSettings

KEPT = "08:00 place order BUY 10 SBIN LIMIT price=100.10 amo tag=mine"
OPENING = "09:15 market SBIN 100.00 bid=50@99.95 ask=50@100.05 traded=10"
RECEIVED, MODIFIED, CANCELLED = (
    "after market order req received",
    "modify after market order req received",
    "cancelled after market order",
)
SENT_ON = ["put order req received", "validation pending"]


def test_it_is_kept_until_the_session_begins():
    day = VenueDay(f"{KEPT}\n09:14:59.999")

    assert day.statuses("order") == [RECEIVED]
    assert day.row("order").is_amo


def test_at_the_session_s_start_it_goes_the_way_of_every_other_order():
    day = VenueDay(f"{KEPT}\n{OPENING}\n09:15:01")

    assert day.statuses("order") == [RECEIVED, *SENT_ON, "open pending", "complete"]
    assert all(row.is_amo for row in day.history("order"))
    assert day.fills("order") == "10@100.05"
    assert day.quantity("SBIN") == 10


@pytest.mark.parametrize(
    ("clock", "symbol", "taken"),
    [
        ("04:59:59.999", "SBIN", False),
        ("05:00", "SBIN", True),
        ("08:57:59.999", "SBIN", True),
        ("08:58", "SBIN", False),
        ("16:04:59.999", "SBIN", False),
        ("16:05", "SBIN", True),
        ("23:59:59.999", "SBIN", True),
        ("04:59:59.999", "FUT", False),
        ("05:00", "FUT", True),
        ("09:12:59.999", "FUT", True),
        ("09:13", "FUT", False),
        ("15:44:59.999", "FUT", False),
        ("15:45", "FUT", True),
    ],
)
def test_it_is_taken_in_the_documented_windows(clock, symbol, taken):
    day = VenueDay(f"{clock} place order BUY 25 {symbol} LIMIT price=100 amo")

    assert ("order" in day.order_ids) is taken
    assert taken or day.refusals["order"].code == "UDAPI100057"


def test_the_windows_can_be_set():
    day = VenueDay("09:10 place order BUY 10 SBIN LIMIT price=100 amo", amo_share_closes_at=time(9, 14))

    assert day.statuses("order") == [RECEIVED]


def test_in_the_session_it_is_an_order_like_any_other():
    day = VenueDay(f"{OPENING}\n09:20 place order BUY 10 SBIN LIMIT price=99 amo\n09:21")

    assert day.statuses("order") == [*SENT_ON, "open pending", "open"]
    assert not day.row("order").is_amo


@pytest.mark.parametrize(
    "order",
    ["SL price=101 trigger=101", "SL-M trigger=101 protection=1", "LIMIT price=100 disclosed=5"],
)
def test_stop_loss_and_disclosed_quantity_are_refused(order):
    day = VenueDay(f"08:00 place order BUY 10 SBIN {order} amo")

    assert day.refusals["order"].code == "UDAPI100036"
    assert day.venue.order_rows() == ()


def test_a_change_holds_at_once_and_goes_with_it():
    day = VenueDay(f"{KEPT}\n09:10 modify order LIMIT price=99.50 quantity=20")
    assert day.statuses("order") == [RECEIVED, MODIFIED]

    day.play(f"{OPENING}\n09:15:01")

    assert day.statuses("order") == [RECEIVED, MODIFIED, *SENT_ON, "open pending", "open"]
    assert (day.row("order").price, day.row("order").quantity) == (9_950, 20)


def test_it_cannot_be_changed_into_a_stop():
    day = VenueDay(f"{KEPT}\n08:01 modify order SL price=101 trigger=100.5")

    assert day.refusals["order"].code == "UDAPI100036"
    assert day.statuses("order") == [RECEIVED]


def test_a_cancelled_one_has_ended_and_is_never_sent_on():
    day = VenueDay(f"{KEPT}\n09:14:59 cancel order")
    assert day.statuses("order") == [RECEIVED, CANCELLED]

    day.play(f"{OPENING}\n09:16 cancel order")
    assert day.refusals["order"].code == "UDAPI100040"
    day.play("09:16 modify order LIMIT price=99")

    assert day.refusals["order"].code == "UDAPI100041"
    assert day.statuses("order") == [RECEIVED, CANCELLED]


def test_once_sent_on_it_is_changed_and_cancelled_at_the_exchange():
    day = VenueDay(f"08:00 place order BUY 10 SBIN LIMIT price=99 amo\n{OPENING}")

    day.play("09:16 modify order LIMIT price=98\n09:17 cancel order\n09:18")

    assert day.statuses("order")[5:] == [
        "modify validation pending",
        "modify pending",
        "modified",
        "open",
        "cancel pending",
        "cancelled",
    ]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        ("BUY 10 SBIN LIMIT price=100.02", "tick size"),
        ("BUY 1001 SBIN LIMIT price=100", "freeze quantity"),
        ("BUY 26 FUT LIMIT price=100", "lot size"),
        ("SELL 10 SBIN LIMIT price=100 product=D", "holdings"),
        ("BUY 60000 PLAIN LIMIT price=100", "margin shortfall"),
        ("BUY 10 SBIN LIMIT price=150", "price band"),
    ],
)
def test_quantity_price_and_funds_are_judged_when_the_session_begins(order, reason):
    day = VenueDay(f"08:00 place order {order} amo\n09:14:59")
    assert day.statuses("order") == [RECEIVED]

    day.play("09:15:01")

    assert day.row("order").status == "rejected"
    assert reason in day.row("order").status_message


def test_it_blocks_no_margin_while_it_is_kept():
    day = VenueDay(KEPT)
    assert day.venue.funds().used_margin == ZERO

    day.play("09:15:01")

    assert day.venue.funds().used_margin > ZERO


def test_at_the_market_it_is_protected_around_the_previous_close_before_the_first_trade():
    day = VenueDay("08:00 place order BUY 10 SBIN MARKET protection=2 amo\n09:15:01")

    assert day.row("order").status == "open"
    assert day.row("order").price == 10_200


def test_slices_are_kept_and_sent_on_one_by_one():
    day = VenueDay("08:00 place order BUY 2500 SBIN LIMIT price=99 slice amo product=D\n09:15:01")

    quantities = [row.quantity for row in day.venue.order_rows()]
    assert quantities == [1_000, 1_000, 500]
    assert [row.status for row in day.venue.order_rows()] == ["open"] * 3


def test_they_are_sent_on_in_the_order_in_which_they_came():
    day = VenueDay()
    sent: list[str] = []
    day.venue.subscribe(lambda row: sent.append(row.order_id) if row.status == SENT_ON[0] else None)
    for clock, name in (("08:00", "first"), ("08:10", "second"), ("08:20", "third")):
        day.play(f"{clock} place {name} BUY 10 SBIN LIMIT price=100 amo")
    day.play("08:30 modify first LIMIT price=99\n09:15")

    assert sent == [day.order_ids[name] for name in ("first", "second", "third")]


def test_what_comes_after_the_close_waits_beyond_the_day():
    day = VenueDay(f"{OPENING}\n16:30 place order BUY 10 SBIN LIMIT price=100 amo\n23:59:59")

    assert day.statuses("order") == [RECEIVED]


def test_keeping_and_cancelling_draw_no_chance():
    random = Random(7)
    before = random.getstate()
    day = VenueDay(
        f"{KEPT}\n08:01 modify order LIMIT price=99\n08:02 cancel order\n{OPENING}",
        delays=SeededDelays(VenueSettings(), random),
    )

    assert day.row("order").status == CANCELLED
    assert random.getstate() == before


KEPT_AND_RESTING = """08:00 place kept BUY 10 SBIN LIMIT price=90 amo
08:00 place other BUY 25 FUT LIMIT price=95 amo
09:15 market FUT 100.00 bid=50@99.95 ask=50@100.05 traded=10
09:16 place resting BUY 10 SBIN LIMIT price=95 tag=mine"""


def test_cancel_all_ends_kept_orders():
    day = VenueDay(f"{KEPT}\n08:01 place other SELL 25 FUT LIMIT price=100 amo")

    order_ids = day.venue.cancel_all()

    assert order_ids == (day.order_ids["order"], day.order_ids["other"])
    assert (day.row("order").status, day.row("other").status) == (CANCELLED, CANCELLED)


@pytest.mark.parametrize(
    ("question", "cancelled"),
    [
        ({}, ["kept", "other", "resting"]),
        ({"tag": "mine"}, ["resting"]),
        ({"segment": "NSE_FO"}, ["other"]),
        ({"tag": "mine", "segment": "NSE_FO"}, []),
    ],
)
def test_cancel_all_can_be_narrowed(question, cancelled):
    day = VenueDay(f"{KEPT_AND_RESTING}\n09:17")

    if cancelled:
        day.venue.cancel_all(**question)
    else:
        with pytest.raises(VenueRefusal, match="UDAPI1109"):
            day.venue.cancel_all(**question)
    day.play("09:18")

    ended = [name for name in ("kept", "other", "resting") if day.row(name).status == "cancelled"]
    assert ended == cancelled


def test_cancel_all_takes_fifty_at_once():
    day = VenueDay()
    for number in range(51):
        day.play(f"08:00 place order{number} BUY 1 SBIN LIMIT price=90 amo")

    assert len(day.venue.cancel_all()) == 50
    assert day.venue.cancel_all() == (day.order_ids["order50"],)
    with pytest.raises(VenueRefusal, match="UDAPI1109"):
        day.venue.cancel_all()


@pytest.mark.parametrize(
    ("clock", "symbol", "is_on"),
    [
        ("09:14:59.999", "SBIN", False),
        ("09:15", "SBIN", True),
        ("15:30", "PLAIN", False),
        ("15:30", "SBIN", True),
    ],
)
def test_the_session_is_that_of_the_instrument(clock, symbol, is_on):
    day = VenueDay(clock)

    assert day.venue.is_in_session(LISTED[symbol].key) is is_on
