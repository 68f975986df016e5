"""The venue as the engine's broker."""

from decimal import Decimal

import pytest

from tests.fakes.venue_day import NIFTY, SBIN, VenueDay, instant
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import (
    OrderRequest,
    OrderStatus,
    OrderTerms,
    OrderType,
    Purpose,
    ReportedChange,
    Side,
)
from trading_bot.engine.ports import Accepted, MarginQuestion, Refused
from trading_bot.simulator.in_process.broker import SimulatedBroker

QUOTES = "09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10"


def request(
    *, tag="one", quantity=10, price=10_005, order_type=OrderType.LIMIT, trigger_price=0, side=Side.BUY
):
    return OrderRequest(
        tag=tag,
        instrument_key=SBIN.key,
        side=side,
        product=Product.INTRADAY,
        purpose=Purpose.ENTRY,
        terms=OrderTerms(order_type=order_type, quantity=quantity, price=price, trigger_price=trigger_price),
    )


async def test_an_order_is_placed_filled_and_found_by_its_tag():
    day = VenueDay(QUOTES)
    broker = SimulatedBroker(day.venue)

    outcome = await broker.place(request())
    day.play("09:21")

    assert isinstance(outcome, Accepted)
    (report,) = await broker.orders_by_tag("one")
    assert (report.order_id, report.status) == (outcome.order_id, OrderStatus.FILLED)
    assert (report.filled_quantity, report.average_price) == (10, Decimal("100.05"))
    (fill,) = await broker.fills()
    assert (fill.quantity, fill.price, fill.order_id) == (10, 10_005, outcome.order_id)
    (position,) = await broker.positions()
    assert (position.quantity, position.product) == (10, Product.INTRADAY)
    assert (await broker.funds()).used_margin == Decimal("200.10")


async def test_what_the_api_does_not_take_is_refused_with_its_code():
    broker = SimulatedBroker(VenueDay(QUOTES).venue)

    assert await broker.place(request(quantity=0)) == Refused("UDAPI1052", "The quantity cannot be zero")
    assert isinstance(await broker.cancel("nobody"), Refused)
    assert isinstance(await broker.modify("nobody", request().terms), Refused)


async def test_an_unknown_tag_has_no_orders():
    broker = SimulatedBroker(VenueDay(QUOTES).venue)

    assert await broker.orders_by_tag("nobody") == ()


async def test_market_orders_are_always_protected():
    day = VenueDay(QUOTES)
    broker = SimulatedBroker(day.venue)

    await broker.place(request(order_type=OrderType.MARKET, price=0))
    day.play("09:21")

    (report,) = await broker.orders()
    assert (report.status, report.terms.price) == (OrderStatus.FILLED, 10_200)


async def test_a_pending_change_keeps_the_status_that_the_order_had():
    day = VenueDay(QUOTES)
    broker = SimulatedBroker(day.venue)
    stop = request(order_type=OrderType.STOP_LIMIT, side=Side.SELL, price=9_800, trigger_price=9_900)
    outcome = await broker.place(stop)
    day.play("09:21")
    await broker.modify(outcome.order_id, OrderTerms(order_type=OrderType.LIMIT, quantity=10, price=10_500))

    (pending,) = await broker.orders()
    day.play("09:22")
    (settled,) = await broker.orders()

    assert (pending.status, pending.change) == (OrderStatus.TRIGGER_PENDING, ReportedChange.PENDING)
    assert (settled.status, settled.change, settled.terms.price) == (OrderStatus.OPEN, None, 10_500)


async def test_the_stream_begins_with_a_connection_and_yields_every_row():
    day = VenueDay(QUOTES)
    broker = SimulatedBroker(day.venue)
    updates = broker.order_updates()
    first = await anext(updates)
    await broker.place(request())
    day.play("09:21")

    reports = [await anext(updates) for _ in range(4)]
    await updates.aclose()

    assert first is None
    assert [report.status for report in reports] == [OrderStatus.ACKNOWLEDGED] * 3 + [OrderStatus.FILLED]


async def test_a_reader_that_fell_behind_is_told_to_look_again(monkeypatch):
    monkeypatch.setattr("trading_bot.simulator.in_process.broker._STREAM_ROWS_MAX", 3)
    day = VenueDay(QUOTES)
    broker = SimulatedBroker(day.venue)
    updates = broker.order_updates()
    await anext(updates)
    await broker.place(request())
    day.play("09:21")

    missed, newest = await anext(updates), await anext(updates)

    assert missed is None
    assert newest.status is OrderStatus.FILLED


async def test_the_venue_is_advanced_to_the_callers_time():
    day = VenueDay(QUOTES)
    now = [instant("09:20:01")]
    broker = SimulatedBroker(day.venue, now_ms=lambda: now[0])
    await broker.place(request())
    now[0] = instant("09:20:02")

    (report,) = await broker.orders()

    assert report.status is OrderStatus.FILLED


async def test_orders_from_before_are_known():
    day = VenueDay(f"{QUOTES}\n09:20:01 place order BUY 5 SBIN LIMIT price=99\n09:20:02 cancel order")
    broker = SimulatedBroker(day.venue)

    (report,) = await broker.orders()

    assert (report.status, report.change) == (OrderStatus.OPEN, ReportedChange.PENDING)


async def test_margin_is_asked_for_several_orders_together():
    broker = SimulatedBroker(VenueDay(QUOTES).venue)
    question = MarginQuestion(
        instrument_key=SBIN.key, side=Side.BUY, quantity=10, product=Product.INTRADAY, price=10_000
    )
    at_market = MarginQuestion(
        instrument_key=SBIN.key, side=Side.BUY, quantity=10, product=Product.INTRADAY, price=0
    )

    assert await broker.margin([question, at_market]) == 400


async def test_price_bands_are_those_of_the_venue_without_indices():
    day = VenueDay(QUOTES)

    bands = await SimulatedBroker(day.venue).price_bands([SBIN.key, NIFTY.key])

    assert bands == {SBIN.key: day.venue.band(SBIN.key)}


async def test_a_question_about_an_unlisted_instrument_is_a_failed_read():
    broker = SimulatedBroker(VenueDay(QUOTES).venue)

    with pytest.raises(ReadFailedError):
        await broker.price_bands(["NSE_EQ|NOBODY"])


async def test_orders_of_others_that_wait_for_the_session_are_reported_as_such():
    day = VenueDay("08:00 place theirs BUY 10 SBIN LIMIT price=100 amo")
    broker = SimulatedBroker(day.venue)
    seen = [(await broker.orders())[0]]
    for line in ("08:01 modify theirs LIMIT price=99", "08:02 cancel theirs"):
        day.play(line)
        seen += await broker.orders()

    assert [(report.status, report.change) for report in seen] == [
        (OrderStatus.ACKNOWLEDGED, None),
        (OrderStatus.ACKNOWLEDGED, ReportedChange.MODIFIED),
        (OrderStatus.CANCELLED, None),
    ]


async def test_orders_of_the_program_never_wait_for_the_session():
    broker = SimulatedBroker(VenueDay("08:00").venue)

    assert await broker.place(request()) == Refused("UDAPI100057", "The market is closed")
