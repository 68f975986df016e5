"""A paper day that goes on in a fresh venue after its process ended."""

from datetime import timedelta
from random import Random

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from tests.fakes.venue_day import FixedDelays, market_rules, no_charges
from trading_bot.domain.order import OrderStatus
from trading_bot.simulator.in_process.broker import SimulatedBroker
from trading_bot.simulator.in_process.restore import restore_venue
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate
from trading_bot.simulator.venue.exchange.day_rules import session_plans
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

QUANTITY = 35


def fresh_venue(driver: EngineDriver, on=DAY) -> Venue:
    """A venue that knows nothing, at the driver's time of a day."""
    settings = VenueSettings()
    venue = Venue(
        on=on,
        instruments=(SHARE,),
        previous_closes={KEY: PRICE},
        plans=session_plans(market_rules().calendar, on, settings, Random(1)),
        settings=settings,
        random=Random(1),
        charges=no_charges,
        delays=FixedDelays(),
    )
    venue.advance(driver.now_ms + (on - DAY) // timedelta(milliseconds=1))
    return venue


def market(venue: Venue, price: int) -> None:
    """A trade with quotes on both sides."""
    now_ms = venue.now_ms + 1_000
    update = MarketUpdate(
        KEY, price, 10, now_ms, 5_000, (Level(price - 10, 1_000),), (Level(price + 10, 1_000),)
    )
    venue.on_market(MarketMoment(now_ms, (update,)))


@pytest.fixture
def driver() -> EngineDriver:
    """A long position with its stop at the broker."""
    driver = EngineDriver()
    driver.entry_tag, driver.stop_tag = driver.enter()
    return driver


async def test_books_of_the_fresh_venue_equal_those_of_the_journal(driver):
    venue = fresh_venue(driver)

    restore_venue(venue, driver.book, DAY)

    broker = SimulatedBroker(venue)
    held = driver.book.position_of(KEY).quantity
    assert [row.quantity for row in await broker.positions()] == [held]
    assert {fill.order_id for fill in await broker.fills()} == {f"id-{driver.entry_tag}"}
    reports = {report.tag: report for report in await broker.orders()}
    assert {tag: report.status for tag, report in reports.items()} == {
        driver.entry_tag: OrderStatus.FILLED,
        driver.stop_tag: OrderStatus.TRIGGER_PENDING,
    }
    assert reports[driver.stop_tag].terms == driver.order(driver.stop_tag).terms


async def test_the_restored_stop_triggers_at_the_first_price_past_it(driver):
    venue = fresh_venue(driver)
    restore_venue(venue, driver.book, DAY)
    broker = SimulatedBroker(venue)

    market(venue, driver.order(driver.stop_tag).terms.trigger_price - 10)

    (report,) = await broker.orders_by_tag(driver.stop_tag)
    assert report.status is OrderStatus.FILLED
    assert [row.quantity for row in await broker.positions()] == [0]


async def test_a_restored_stop_can_be_cancelled(driver):
    venue = fresh_venue(driver)
    restore_venue(venue, driver.book, DAY)
    broker = SimulatedBroker(venue)

    await broker.cancel(f"id-{driver.stop_tag}")
    venue.advance(venue.now_ms + 1_000)

    (report,) = await broker.orders_by_tag(driver.stop_tag)
    assert report.status is OrderStatus.CANCELLED


async def test_a_fill_that_was_reported_but_never_read_comes_back_at_the_limit(driver):
    stop = driver.order(driver.stop_tag)
    driver.push(driver.stop_tag, OrderStatus.FILLED, filled_quantity=stop.terms.quantity)
    venue = fresh_venue(driver)

    restore_venue(venue, driver.book, DAY)

    fills = {fill.order_id: fill for fill in await SimulatedBroker(venue).fills()}
    assert fills[f"id-{driver.stop_tag}"].price == stop.terms.price
    assert venue.position_rows()[0].quantity == 0


async def test_what_was_carried_over_night_is_held_and_protected_the_day_after(driver):
    following = DAY + timedelta(days=1)
    venue = fresh_venue(driver, following)

    restore_venue(venue, driver.book, following)

    broker = SimulatedBroker(venue)
    assert [row.quantity for row in await broker.positions()] == [driver.book.position_of(KEY).quantity]
    assert [report.tag for report in await broker.orders()] == [driver.stop_tag]
