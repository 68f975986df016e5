"""One strategy off and on: what the dashboard's stop and start do."""

import pytest

from tests.fakes.engine_driver import EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.inputs import OperatorWish

STOPPED = (ev.HaltScope.STRATEGY, "scripted", "stopped_by_operator")


def denials(driver: EngineDriver) -> list[str]:
    return [event.reason for event in driver.events if isinstance(event, ev.EntryDenied)]


def test_a_stopped_strategy_enters_nothing_and_the_journal_says_why(driver):
    driver.ask(OperatorWish.STOP_STRATEGY, "scripted")

    driver.signal()

    assert driver.places() == []
    assert denials(driver) == ["halted_strategy"]
    assert driver.book.halts[STOPPED].until_released


def test_stopping_another_strategy_leaves_this_one_alone(driver):
    driver.ask(OperatorWish.STOP_STRATEGY, "other")

    driver.signal()

    assert len(driver.places()) == 1


def test_a_stopped_strategy_keeps_the_stop_of_what_it_holds(driver):
    """V4."""
    _, stop = driver.enter()

    driver.ask(OperatorWish.STOP_STRATEGY, "scripted")
    driver.later(60)

    assert driver.order(stop).status is OrderStatus.TRIGGER_PENDING


def test_a_started_strategy_enters_again(driver):
    driver.ask(OperatorWish.STOP_STRATEGY, "scripted")
    driver.ask(OperatorWish.START_STRATEGY, "scripted")

    driver.signal()

    assert len(driver.places()) == 1
    assert driver.book.halts == {}


def test_a_resume_after_a_pause_does_not_start_a_stopped_strategy(driver):
    driver.ask(OperatorWish.STOP_STRATEGY, "scripted")
    driver.ask(OperatorWish.PAUSE)

    driver.ask(OperatorWish.RESUME)

    assert set(driver.book.halts) == {STOPPED}


def test_a_strategy_that_was_stopped_is_stopped_after_a_restart(driver):
    """V17."""
    driver.ask(OperatorWish.STOP_STRATEGY, "scripted")

    again = driver.restarted(is_recovered=True)

    assert set((again or driver).book.halts) == {STOPPED}


@pytest.mark.parametrize("wish", [OperatorWish.STOP_STRATEGY, OperatorWish.START_STRATEGY])
def test_asking_twice_changes_nothing_more(driver, wish):
    driver.ask(wish, "scripted")
    before = len(driver.events)

    driver.ask(wish, "scripted")

    assert len(driver.events) == before
