"""Stops that have to grow: what the broker lets grow, and growth that may still arrive."""

from dataclasses import replace

import pytest

from tests.fakes.engine_driver import PRICE, SHARE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import ChangeResult, OrderStatus, ReportedChange
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, ModifyOrder, PlaceOrder
from trading_bot.engine.ports import Refused
from trading_bot.engine.settings import EngineSettings


def test_a_stop_that_may_not_grow_beyond_the_freeze_gets_a_second_one():
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=20))
    driver.signal()
    first, second = driver.places()
    for place in (first, second):
        driver.answer(place.request.tag)
    driver.fill(first.request.tag, 10, PRICE)
    (stop,) = driver.places()
    driver.rest(stop.request.tag)

    driver.order_fills((second.request.tag, 15, PRICE))

    commands = driver.drain()
    grown = [command.terms.quantity for command in commands if isinstance(command, ModifyOrder)]
    placed = [command.request.terms.quantity for command in commands if hasattr(command, "request")]
    assert grown == [20]
    assert placed == [5]


def test_a_stop_that_covers_all_that_is_held_is_left_as_it_is(driver):
    """V9."""
    driver.enter()
    driver.drain()

    driver.read_all()
    driver.later(1)

    assert not [one for one in driver.drain() if isinstance(one, ModifyOrder | CancelOrder | PlaceOrder)]


def test_a_refusal_that_is_shown_again_is_not_that_of_the_next_change(driver):
    """V3, faults 54 and 55: a second one would place another stop beside a change that is under way."""
    entry, stop = driver.enter_in_parts(10, 25)
    refused = driver.report(
        stop,
        OrderStatus.TRIGGER_PENDING,
        change=ReportedChange.NOT_MODIFIED,
        reported_at_ms=driver.now_ms,
    )
    driver.drain()

    for _ in range(3):
        driver.read_books(driver.report(entry, OrderStatus.FILLED), refused)

    (again,) = [one for one in driver.drain() if isinstance(one, ModifyOrder | PlaceOrder)]
    assert isinstance(again, ModifyOrder)
    assert again.terms.quantity == 35
    assert driver.order(stop).requested_terms == again.terms
    newer = replace(refused, reported_at_ms=driver.now_ms + 1_000)
    driver.later(1)
    driver.drain()
    driver.read_books(driver.report(entry, OrderStatus.FILLED), newer)
    assert len(driver.places()) == 1


def test_a_stop_that_the_broker_does_not_let_grow_gets_a_second_one(driver):
    _, stop = driver.enter_in_parts(10, 25)
    for _ in range(2):
        driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=Refused("x", "no")))
        driver.drain()
        driver.later(1)

    (second,) = driver.places()
    assert second.request.terms.quantity == 25


def unseen(driver: EngineDriver, tag: str) -> None:
    """A modification is sent, nobody answers, and the books go on showing the old terms."""
    driver.drain()
    driver.later(6)
    driver.price(PRICE)
    driver.read_books(driver.report(tag, OrderStatus.TRIGGER_PENDING))


def test_a_stop_whose_growth_may_still_arrive_gives_way_to_one_of_the_whole_size(driver):
    """Fault 36, V3, V4: the modification may be on its way as long as an order may; none stands beside it."""
    _, stop = driver.enter_in_parts(10, 25)
    unseen(driver, stop)
    assert [change.terms.quantity for change in driver.changes()] == [35]
    unseen(driver, stop)

    (withdrawn,) = driver.changes()
    assert withdrawn == CancelOrder(tag=stop, order_id=driver.order(stop).order_id)
    assert driver.places() == []
    driver.push(stop, OrderStatus.CANCELLED)
    (whole,) = driver.places()
    assert whole.request.terms.quantity == 35


def test_after_the_settle_time_growth_does_not_arrive_any_more(driver):
    driver.core.state.settings = EngineSettings(unprotected_s=300, unprotected_degraded_s=300)
    _, stop = driver.enter_in_parts(10, 25)
    unseen(driver, stop)
    driver.core.state.rate_limited_until_ms = driver.now_ms + 36_000
    unseen(driver, stop)

    driver.later(31)
    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING))

    (second,) = driver.places()
    assert second.request.terms.quantity == 25


@pytest.mark.parametrize(("seconds_later", "remembered"), [(59, 35), (60, 12)])
def test_growth_of_a_minute_ago_is_forgotten_when_a_later_change_is_lost(driver, seconds_later, remembered):
    """V3: what was sent so long ago does not arrive any more."""
    _, stop = driver.enter_in_parts(10)
    terms, sent_ms = driver.order(stop).terms, driver.now_ms
    for quantity, at_ms in ((35, sent_ms), (12, sent_ms + seconds_later * 1_000)):
        wanted = replace(terms, quantity=quantity)
        driver.book.apply(ev.ModifyIntended(at_ms=at_ms, tag=stop, terms=wanted))
        driver.book.apply(ev.ChangeResolved(at_ms=at_ms + 6_000, tag=stop, result=ChangeResult.NOT_SEEN))

    assert driver.order(stop).unseen_quantity == remembered


def test_a_growth_that_may_still_arrive_is_asked_for_again_beside_a_second_stop():
    """Fault 36, V3: the other stop must not take the units that it would cover."""
    driver = EngineDriver(instrument=replace(SHARE, freeze_quantity=20))
    driver.signal()
    entries = [place.request.tag for place in driver.places()]
    for entry in entries:
        driver.answer(entry)
    driver.fill(entries[0], 10, PRICE)
    (first,) = [place.request.tag for place in driver.places()]
    driver.rest(first)
    driver.order_fills((entries[0], 10, PRICE), (entries[1], 5, PRICE))
    (second,) = [place.request.tag for place in driver.places()]
    driver.rest(second)
    driver.drain()

    driver.later(6)
    driver.read_books(*(driver.report(stop, OrderStatus.TRIGGER_PENDING) for stop in (first, second)))
    commands = driver.drain()

    assert driver.order(first).refused_changes == 1
    assert [(one.tag, one.terms.quantity) for one in commands if isinstance(one, ModifyOrder)] == [
        (first, 20)
    ]
    assert not any(isinstance(one, PlaceOrder) for one in commands)


def test_an_exit_counts_the_growth_of_a_stop_that_may_still_arrive(driver):
    """Fault 36, V3."""
    _, stop = driver.enter_in_parts(10, 25)
    unseen(driver, stop)
    driver.drain()

    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.later(6)
    driver.read_books(driver.report(stop, OrderStatus.TRIGGER_PENDING))

    assert driver.order(stop).cancel_requested
    assert driver.places() == []
    driver.push(stop, OrderStatus.CANCELLED)
    (exit_order,) = driver.places()
    assert exit_order.request.terms.quantity == 35
