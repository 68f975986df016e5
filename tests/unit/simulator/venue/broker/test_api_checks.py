"""Requests that the API refuses at once, and the code of its answer."""

import pytest

from tests.fakes.venue_day import VenueDay

OPEN = "09:20 market SBIN 100.00 bid=50@99.95 ask=30@100.05 traded=10"
REFUSED_ORDERS = {
    "BUY 1 NSE_EQ|NOBODY LIMIT price=100": "UDAPI100011",
    "BUY 1 NIFTY LIMIT price=100": "UDAPI100011",
    "BUY 0 SBIN LIMIT price=100": "UDAPI1052",
    f"BUY 1 SBIN LIMIT price=100 tag={'x' * 41}": "UDAPI1119",
    "BUY 1 SBIN MARKET price=100 protection=-1": "UDAPI1040",
    "BUY 1 SBIN LIMIT": "UDAPI1043",
    "BUY 1 SBIN SL trigger=101": "UDAPI1043",
    "BUY 1 SBIN SL price=101": "UDAPI1041",
    "BUY 1 SBIN LIMIT price=101 trigger=101": "UDAPI1042",
    "BUY 1 SBIN SL-M trigger=101 price=101 protection=1": "UDAPI1040",
    "BUY 1 SBIN SL price=101 trigger=102": "UDAPI1037",
    "SELL 1 SBIN SL price=99 trigger=98": "UDAPI1038",
    "BUY 1 SBIN MARKET": "UDAPI1158",
    "BUY 1 SBIN SL-M trigger=101": "UDAPI1158",
    "BUY 1 SBIN MARKET protection=25.5": "UDAPI1176",
    "BUY 1 SBIN MARKET protection=-2": "UDAPI1177",
    "BUY 10001 SBIN LIMIT price=100 slice": "UDAPI1118",
    "BUY 1 SBIN LIMIT price=-5": "UDAPI100036",
    "BUY 1 SBIN LIMIT price=100 disclosed=2": "UDAPI100036",
}


@pytest.mark.parametrize(("order", "code"), REFUSED_ORDERS.items())
def test_refused_at_once(order, code):
    day = VenueDay(f"{OPEN}\n09:20:01 place order {order}")

    assert day.refusals["order"].code == code
    assert day.venue.order_rows() == ()


@pytest.mark.parametrize(
    ("clock", "symbol", "refused"),
    [
        ("09:14:59", "SBIN", True),
        ("09:15", "SBIN", False),
        ("15:29:59", "PLAIN", False),
        ("15:30", "PLAIN", True),
        ("15:39:59", "FUT", False),
        ("15:40", "FUT", True),
        ("15:34:59", "SBIN", False),
        ("15:35", "SBIN", True),
    ],
)
def test_orders_are_taken_only_in_the_hours_of_their_instrument(clock, symbol, refused):
    day = VenueDay(f"{clock} place order BUY 25 {symbol} LIMIT price=100 product=D")

    assert ("order" in day.refusals) is refused
    assert not refused or day.refusals["order"].code == "UDAPI100057"


def test_an_unprotected_market_order_passes_where_that_is_allowed():
    day = VenueDay(
        f"{OPEN}\n09:20:01 place order BUY 5 SBIN MARKET\n09:20:02", unprotected_market_orders_allowed=True
    )

    assert day.row("order").status == "complete"
    assert day.row("order").price == day.venue.band("NSE_EQ|SBIN")[1]


def test_a_price_off_the_tick_can_be_refused_at_once():
    line = "09:20:01 place order BUY 5 SBIN LIMIT price=100.02"
    day = VenueDay(f"{OPEN}\n{line}", off_tick_refused_at_once=True)

    assert day.refusals["order"].code == "UDAPI100036"


REFUSED_CHANGES = {
    "modify 999 LIMIT price=100": "UDAPI100010",
    "cancel 999": "UDAPI100010",
    "modify done LIMIT price=100": "UDAPI100041",
    "cancel done": "UDAPI100040",
    "modify live LIMIT": "UDAPI1043",
    "modify live LIMIT price=100 quantity=0": "UDAPI1052",
    "modify live SL price=101 trigger=102": "UDAPI1037",
    "modify live MARKET": "UDAPI1158",
}


@pytest.mark.parametrize(("request_line", "code"), REFUSED_CHANGES.items())
def test_refused_changes(request_line, code):
    day = VenueDay(
        f"""{OPEN}
        09:20:01 place done BUY 5 SBIN LIMIT price=101.00
        09:20:01 place live BUY 5 SBIN LIMIT price=99.00
        09:20:02 {request_line}"""
    )

    assert day.refusals[request_line.split()[1]].code == code


def test_an_unknown_tag_or_order_has_no_history():
    day = VenueDay(OPEN)
    for question in ({"order_id": "999"}, {"tag": "nobody"}):
        with pytest.raises(Exception, match="UDAPI100010"):
            day.venue.order_history(**question)


def test_a_sliced_order_becomes_one_order_for_each_freeze_quantity():
    day = VenueDay(f"{OPEN}\n09:20:01 place order BUY 2500 SBIN LIMIT price=99 slice tag=abc")

    assert [row.quantity for row in day.venue.order_rows()] == [1_000, 1_000, 500]
    assert [row.tag for row in day.venue.order_rows()] == ["abc"] * 3


def test_only_the_first_slice_has_the_tag_where_slices_inherit_none():
    day = VenueDay(
        f"{OPEN}\n09:20:01 place order BUY 2500 SBIN LIMIT price=99 slice tag=abc", slices_inherit_tag=False
    )

    assert [row.tag for row in day.venue.order_rows()] == ["abc", None, None]


def test_a_repeated_request_makes_a_second_order():
    line = "09:20:01 place order BUY 5 SBIN LIMIT price=99 tag=abc"
    day = VenueDay(f"{OPEN}\n{line}\n{line}")

    first, second = day.venue.order_rows()
    assert first.order_id != second.order_id
    assert {row.order_id for row in day.venue.order_history(tag="abc")} == {first.order_id, second.order_id}
