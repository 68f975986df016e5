"""Stops and exits that were accepted and are never seen to rest. Faults 36 and 40, V4."""

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.engine import inputs
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert, CancelOrder, PlaceOrder, ReadBooks, SearchTag
from trading_bot.engine.ports import Accepted, RefusalCause, Refused, Unknown

NOT_KNOWN = Refused("UDAPI100010", "not found", RefusalCause.NO_SUCH_ORDER)


@pytest.fixture
def driver() -> EngineDriver:
    """A driver with an open trade whose stop was accepted a moment ago."""
    driver = EngineDriver()
    driver.signal()
    (entry,) = driver.places()
    driver.entry = entry.request.tag
    driver.answer(driver.entry)
    driver.fill(driver.entry, 35, PRICE)
    (stop,) = driver.places()
    driver.stop = stop.request.tag
    driver.answer(driver.stop)
    driver.drain()
    return driver


def read(driver, *rows):
    driver.read_books(driver.report(driver.entry, OrderStatus.FILLED), *rows)


def incidents(driver) -> list[str]:
    return [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)]


def cancelled(driver) -> list[str]:
    return [change.tag for change in driver.changes() if isinstance(change, CancelOrder)]


def test_an_accepted_stop_is_searched_from_the_second_second_on(driver):
    driver.later(1)
    before = driver.drain()
    driver.later(1)

    assert before == []
    commands = driver.drain()
    assert SearchTag(tag=driver.stop) in commands
    assert any(isinstance(command, ReadBooks) for command in commands)


def test_within_five_seconds_nothing_is_done_but_looking(driver):
    driver.later(4)
    driver.drain()

    read(driver)

    assert driver.drain() == []


def test_after_five_seconds_a_person_is_told_once_and_it_is_cancelled_by_its_id(driver):
    """V16."""
    driver.later(5)
    driver.drain()

    read(driver)

    commands = driver.drain()
    assert CancelOrder(tag=driver.stop, order_id=f"id-{driver.stop}") in commands
    assert [command.level for command in commands if isinstance(command, Alert)] == ["critical"]
    read(driver)
    assert driver.changes() == []
    assert incidents(driver).count("order_not_seen") == 1


def test_one_that_the_broker_denies_to_hold_is_replaced(driver):
    """V2: a new intent, when the old one is proved absent."""
    driver.later(5)
    read(driver)
    driver.drain()

    driver.take(inputs.CancelAnswered(at_ms=0, tag=driver.stop, outcome=NOT_KNOWN))

    (again,) = driver.places()
    assert driver.order(driver.stop).status is OrderStatus.ABSENT
    assert (again.request.purpose, again.request.terms.quantity) == (Purpose.STOP, 35)


def test_one_that_was_cancelled_is_replaced(driver):
    driver.later(5)
    read(driver)
    driver.take(inputs.CancelAnswered(at_ms=0, tag=driver.stop, outcome=Accepted(f"id-{driver.stop}")))
    driver.drain()

    driver.push(driver.stop, OrderStatus.CANCELLED)

    assert [place.request.purpose for place in driver.places()] == [Purpose.STOP]
    assert driver.book.trade_of(driver.instrument.key).stop_failures == 0


@pytest.mark.parametrize("answer", [Accepted("id"), Unknown("timed out")])
def test_one_whose_cancellation_is_not_seen_either_is_absent_only_after_the_settle_time(driver, answer):
    """V2, V3: until then it may live, and nothing stands beside it."""
    driver.later(5)
    read(driver)
    driver.take(inputs.CancelAnswered(at_ms=0, tag=driver.stop, outcome=answer))
    statuses = []
    for _ in range(6):
        driver.later(5)
        read(driver)
        statuses.append(driver.order(driver.stop).status)
        if len(statuses) < 6:
            assert driver.places() == []

    assert statuses[-2:] == [OrderStatus.IN_DOUBT, OrderStatus.ABSENT]
    commands = driver.drain()
    assert [type(command) for command in commands].count(PlaceOrder) == 1
    told = f"order not taken: order {driver.stop} (id-{driver.stop}) was accepted, and no book has it"
    assert Alert(kind=AlertKind.ORDER_NOT_TAKEN, level="warning", text=told) in commands


def test_one_that_is_shown_but_does_not_rest_is_told_and_kept_for_the_settle_time(driver):
    driver.later(5)
    row = driver.report(driver.stop, OrderStatus.ACKNOWLEDGED)

    read(driver, row)
    early = cancelled(driver)
    driver.later(26)
    read(driver, row)

    assert (early, cancelled(driver)) == ([], [driver.stop])
    assert incidents(driver).count("order_not_seen") == 1


def test_an_incomplete_read_does_not_make_a_stop_unseen(driver):
    """Fault 51, V5."""
    driver.later(6)
    driver.drain()

    driver.read_books()

    assert driver.changes() == []


def test_a_stop_that_is_seen_in_time_is_left_alone(driver):
    driver.later(3)
    read(driver, driver.report(driver.stop, OrderStatus.TRIGGER_PENDING))
    driver.later(30)
    read(driver, driver.report(driver.stop, OrderStatus.TRIGGER_PENDING))

    assert driver.changes() == []
    assert "order_not_seen" not in incidents(driver)
