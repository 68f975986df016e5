"""Exits under the guard's eyes: locked, refused, cancelled by others."""

from tests.fakes.calm_seconds import seconds
from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.domain import events as ev
from trading_bot.domain.order import OrderStatus, OrderType, Purpose
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, PlaceOrder, ReadBand
from trading_bot.engine.ports import Refused

FLOOR, CEILING = 126_000, 154_000


def at_the_floor(driver: EngineDriver) -> str:
    """A long trade whose exit stands while the price falls to the lower limit; the tag of its stop."""
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.confirm_modify(stop)
    for price in (133_000, FLOOR):
        driver.price(price)
    driver.drain()
    return stop


def test_an_exit_at_the_price_limit_rests_there_and_a_person_is_told_once_within_seconds(driver):
    """Fault 66, V3, V16."""
    stop = at_the_floor(driver)

    first = seconds(driver, 1)
    later = []
    for _ in range(60):
        if driver.order(stop).is_change_pending:
            driver.confirm_modify(stop)
        later += seconds(driver, 1)

    assert sum("price limit" in text for text in first) == 1
    assert sum("price limit" in text for text in later) == 0
    assert (driver.order(stop).terms.order_type, driver.order(stop).terms.price) == (OrderType.LIMIT, FLOOR)
    assert sum(isinstance(event, ev.ModifyIntended) for event in driver.events) <= 3


def test_an_exit_that_is_refused_asks_for_the_band_and_is_tried_ever_less_often(driver):
    """Fault 65 and 66, V16: never a loop, and a person is told at the third."""
    driver.core.state.account.bands.clear()
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.push(stop, OrderStatus.REJECTED, message="x")
    sent_at, told, bands = [], 0, 0
    start_ms = driver.now_ms
    for _ in range(200):
        commands = driver.drain()
        bands += sum(isinstance(one, ReadBand) for one in commands)
        told += sum("refused or cancelled 3 times" in one.text for one in commands if isinstance(one, Alert))
        for tag, order in list(driver.book.orders.items()):
            if order.status is OrderStatus.INTENDED and order.request.purpose is Purpose.EXIT:
                sent_at.append((driver.now_ms - start_ms) // 1_000)
                driver.answer(tag, Refused("x", "price outside the circuit limit"))
        driver.price(PRICE)
        driver.later(1)

    assert len(sent_at) <= 8
    assert told == 1
    assert bands >= len(sent_at)


def test_after_a_refusal_with_no_band_known_the_exit_asks_for_the_last_price(driver):
    """Fault 65: that one is surely inside."""
    driver.core.state.account.bands.clear()
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.push(stop, OrderStatus.REJECTED, message="outside the band")
    (exit_order,) = driver.places()
    driver.answer(exit_order.request.tag, Refused("x", "price outside the circuit limit"))
    driver.later(5)
    driver.price(PRICE)
    driver.later(1)

    (again,) = driver.places()
    assert again.request.terms.price == PRICE


def test_an_exit_that_others_cancel_comes_back_at_once_then_ever_later_and_is_told(driver):
    """V4, V9, V16: whoever does it, cancelling as fast as we place must not eat the budget of other exits."""
    _, stop = driver.enter()
    driver.ask(inputs.OperatorWish.FLATTEN)
    driver.confirm_modify(stop)
    driver.drain()
    tag, waited, pages = stop, [], []
    for _ in range(5):
        driver.push(tag, OrderStatus.CANCELLED, message="cancelled by user")
        seconds = 0
        while not (placed := [one for one in driver.commands if isinstance(one, PlaceOrder)]):
            driver.price(PRICE)
            driver.later(1)
            seconds += 1
        waited.append(seconds)
        pages.append(
            sum(
                "refused or cancelled 3 times" in one.text for one in driver.drain() if isinstance(one, Alert)
            )
        )
        tag = placed[0].request.tag
        driver.answer(tag)
        driver.push(tag, OrderStatus.OPEN)

    assert waited == [0, 0, 5, 10, 20]
    assert pages == [0, 0, 0, 0, 1]
