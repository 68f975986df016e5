"""Faults 42, 43 and 103: the broker's rate limiter refuses calls, or no connection to it comes about."""

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import ChangeResult, OrderStatus, Purpose
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, ModifyOrder, PlaceOrder
from trading_bot.engine.decisions.operation import rates
from trading_bot.engine.ports import RefusalCause, Refused

TOO_MANY = Refused("UDAPI10005", "too many requests", RefusalCause.RATE_LIMITED)

UNREACHED = Refused("NOT_SENT", "no connection", RefusalCause.UNREACHED)

either = pytest.mark.parametrize("refused", [TOO_MANY, UNREACHED])


def bought(driver: EngineDriver) -> str:
    """A filled entry; the tag of the stop that is about to be sent."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    (stop,) = driver.places()
    return stop.request.tag


@either
def test_an_entry_is_let_go_and_counts_towards_no_storm(driver, refused):
    """Faults 42 and 103, V9."""
    driver.drain()
    driver.signal()
    (entry,) = driver.places()

    driver.answer(entry.request.tag, refused)
    driver.later(5)

    assert driver.places() == []
    assert driver.book.trades == {}
    assert not driver.core.state.rejections_ms


@either
def test_a_stop_is_placed_again_after_a_pause_and_is_no_failed_stop(driver, refused):
    """Faults 43 and 103, V4, V9: the host's name that cannot be resolved for a moment closes no trade."""
    driver.answer(bought(driver), refused)
    assert driver.places() == []

    driver.later(1)

    (again,) = driver.places()
    assert again.request.purpose is Purpose.STOP
    assert driver.book.trade_of(KEY).stop_failures == 0


def test_the_pause_grows_and_has_a_bound(driver):
    """Fault 43, V4: the longest pause is shorter than the longest time without protection."""
    tag = bought(driver)
    waited = []
    for _ in range(5):
        driver.answer(tag, TOO_MANY)
        seconds = 0
        while not (placed := driver.places()):
            driver.later(1)
            seconds += 1
        tag = placed[0].request.tag
        waited.append(seconds)

    assert waited == [1, 2, 4, 4, 4]


def test_the_third_refusal_in_a_row_is_told_and_an_acceptance_ends_the_row(driver):
    """Fault 43, V16."""
    tag = bought(driver)
    told = []
    for _ in range(4):
        driver.answer(tag, TOO_MANY)
        commands = driver.drain()
        told.append(sum(isinstance(one, Alert) and "too many" in one.text for one in commands))
        driver.later(4)
        tag = driver.places()[0].request.tag
    driver.answer(tag)

    assert told == [0, 0, 1, 0]
    assert driver.core.state.rate_refusals == 0


@pytest.mark.parametrize(
    ("refused", "expected"), [(TOO_MANY, ChangeResult.RATE_LIMITED), (UNREACHED, ChangeResult.NOT_SENT)]
)
def test_a_refused_change_is_asked_for_again_and_the_order_is_not_given_up(driver, refused, expected):
    """Faults 43 and 103, V3: no cancel-then-exit because of a limiter or a connection."""
    _, stop = driver.enter()
    driver.price(driver.book.trade_of(KEY).plan.target_price)

    for _ in range(3):
        (change,) = driver.changes()
        assert isinstance(change, ModifyOrder)
        driver.take(inputs.ModifyAnswered(at_ms=0, tag=stop, outcome=refused))
        driver.later(4)

    results = {event.result for event in driver.events if isinstance(event, ev.ChangeResolved)}
    assert results == {expected}
    assert driver.order(stop).refused_changes == 0
    assert driver.order(stop).status is OrderStatus.TRIGGER_PENDING


@either
def test_an_exit_that_the_limiter_refused_waits_no_longer_than_the_limiter(driver, refused):
    """Faults 43 and 103, V4: nothing was said about the exit, so the growing pause does not begin."""
    driver.answer(bought(driver), refused)
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.later(1)
    waited = []
    for _ in range(6):
        (exit_,) = driver.places()
        assert exit_.request.purpose is Purpose.EXIT
        driver.answer(exit_.request.tag, refused)
        driver.drain()
        seconds = 0
        while not any(isinstance(command, PlaceOrder) for command in driver.commands) and seconds < 60:
            driver.price(PRICE)
            driver.later(1)
            seconds += 1
        waited.append(seconds)

    assert waited == [2, 4, 4, 4, 4, 4]


def test_trouble_is_over_a_while_after_the_last_refusal_though_nothing_was_sent_since(driver):
    """V4: the longer bound of trouble must not last for ever."""
    driver.signal()
    (entry, *_) = driver.places()
    driver.answer(entry.request.tag, TOO_MANY)
    state = driver.core.state

    assert rates.is_troubled(state)
    driver.later(4)
    assert rates.is_troubled(state)
    driver.later(1)

    assert not rates.is_troubled(state)
