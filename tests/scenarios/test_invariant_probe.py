"""The probe of the simulated days finds what it is there to find."""

from dataclasses import replace

import pytest

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.invariants import ProbedCore
from trading_bot.domain.order import OrderStatus
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, ModifyOrder, PlaceOrder


@pytest.fixture
def driver():
    """A driver under a probe, with an open trade and its resting stop."""
    driver = EngineDriver()
    driver.core = ProbedCore(driver.core.state)
    driver.tags = driver.enter()
    assert driver.core.violations == []
    return driver


def journal_something(driver):
    driver.take(inputs.OperatorAsked(at_ms=0, wish=inputs.OperatorWish.PAUSE, asked_by="test"))


def test_a_position_whose_stop_vanished_is_found_after_half_a_minute(driver):
    _, stop = driver.tags
    driver.book.orders[stop] = replace(driver.order(stop), status=OrderStatus.CANCELLED)
    journal_something(driver)
    assert driver.core.violations == []

    driver.later(31)

    assert "bare for 31 s (V4)" in driver.core.violations[0]


def test_a_second_exit_is_found(driver):
    _, stop = driver.tags
    driver.book.orders["another"] = driver.order(stop)

    journal_something(driver)

    assert "(V3)" in driver.core.violations[0]


def test_a_position_that_turned_round_is_found(driver):
    position = driver.book.position_of(driver.instrument.key)
    driver.book.positions[driver.instrument.key] = replace(position, quantity=-position.quantity)

    journal_something(driver)

    assert "turned round" in driver.core.violations[0]


def test_a_tag_that_is_used_twice_is_found(driver):
    entry, _ = driver.tags

    driver.core._check_command(PlaceOrder(request=driver.order(entry).request))

    assert f"tag {entry} is used twice" in driver.core.violations[0]


def test_a_change_of_an_unknown_order_is_found(driver):
    _, stop = driver.tags

    driver.core._check_command(ModifyOrder(tag=stop, order_id="unheard of", terms=driver.order(stop).terms))

    assert "does not know" in driver.core.violations[0]


def test_a_cancellation_of_an_order_of_others_without_an_intent_is_found(driver):
    driver.core._check_command(CancelOrder(tag=None, order_id="theirs"))

    assert "has no intent (V19)" in driver.core.violations[0]
