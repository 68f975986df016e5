"""The process is asked to end: what is not held yet is withdrawn, what protects stays."""

import pytest

from tests.fakes.engine_driver import EngineDriver
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, ModifyOrder, PlaceOrder

STOP_BEGAN = inputs.StopBegan(at_ms=0)


def entry_of(driver: EngineDriver) -> str:
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    return entry.request.tag


def test_an_entry_that_rests_is_withdrawn(driver):
    """Fault 99, V4: once nothing runs nobody would place its stop."""
    entry = entry_of(driver)
    driver.rest(entry)

    driver.take(STOP_BEGAN)

    assert [(type(change), change.tag) for change in driver.changes()] == [(CancelOrder, entry)]


def test_the_rest_of_an_entry_is_withdrawn_and_the_stop_of_its_part_stays(driver):
    """Fault 99, V4."""
    entry, stop = driver.enter_in_parts(20)
    driver.drain()

    driver.take(STOP_BEGAN)

    assert [(type(change), change.tag) for change in driver.changes()] == [(CancelOrder, entry)]
    assert driver.order(stop).status is OrderStatus.TRIGGER_PENDING


def test_an_entry_that_waits_is_not_sent(driver):
    """Fault 99."""
    entry = entry_of(driver)

    driver.take(STOP_BEGAN)

    assert driver.order(entry).status is OrderStatus.DROPPED


def test_an_entry_whose_answer_is_still_to_come_is_withdrawn_when_it_is_seen_to_rest(driver):
    """Fault 99, V4."""
    entry = entry_of(driver)
    driver.take(inputs.SendStarted(at_ms=0, tag=entry))
    driver.take(STOP_BEGAN)
    assert driver.changes() == []

    driver.rest(entry)

    assert [(type(change), change.tag) for change in driver.changes()] == [(CancelOrder, entry)]


@pytest.mark.parametrize("stops", [True, False])
def test_a_signal_enters_nothing_any_more(driver, stops):
    """Fault 99."""
    driver.drain()
    if stops:
        driver.take(STOP_BEGAN)

    driver.signal()

    assert len(driver.places()) == (0 if stops else 1)


def test_a_position_keeps_its_stop(driver):
    """Fault 99, V4."""
    driver.enter()
    driver.drain()

    driver.take(STOP_BEGAN)
    driver.later(1)

    orders = (PlaceOrder, ModifyOrder, CancelOrder)
    assert not [command for command in driver.drain() if isinstance(command, orders)]
