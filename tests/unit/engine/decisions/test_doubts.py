import pytest

from tests.fakes.engine_driver import EngineDriver
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.engine.commands import SearchTag
from trading_bot.engine.ports import Unknown


@pytest.fixture
def driver() -> EngineDriver:
    return EngineDriver()


def doubtful_entry(driver: EngineDriver) -> str:
    driver.drain()
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag, Unknown("timed out"))
    driver.drain()
    return entry.request.tag


def test_the_tag_is_searched_with_growing_delays(driver):
    tag = doubtful_entry(driver)

    searched_at = []
    for second in range(1, 32):
        driver.later(1)
        if SearchTag(tag=tag) in driver.drain():
            searched_at.append(second)

    assert searched_at == [1, 3, 7, 15, 23, 31]


def test_reads_before_the_settle_time_prove_nothing(driver):
    tag = doubtful_entry(driver)

    for _ in range(5):
        driver.later(5)
        driver.read_all()

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_two_reads_close_together_prove_nothing(driver):
    tag = doubtful_entry(driver)

    for seconds in (31, 4):
        driver.later(seconds)
        driver.read_all()

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_a_read_that_lost_a_known_order_proves_nothing(driver):
    driver.enter()
    tag = "x"
    driver.read_positions(35)
    driver.push(next(iter(driver.book.orders)), OrderStatus.FILLED)
    stop = list(driver.book.orders)[1]
    driver.push(stop, OrderStatus.CANCELLED)
    (again,) = driver.places()
    tag = again.request.tag
    driver.answer(tag, Unknown("timed out"))

    for seconds in (31, 6, 6):
        driver.later(seconds)
        driver.read_books()

    assert driver.order(tag).status is OrderStatus.IN_DOUBT


def test_a_doubt_that_was_settled_otherwise_is_forgotten_by_the_next_read(driver):
    tag = doubtful_entry(driver)
    state = driver.core.state
    doubt = state.doubts[tag]
    driver.push(tag, OrderStatus.OPEN)
    state.doubts[tag] = doubt

    driver.read_all()

    assert state.doubts == {}


def test_an_absent_stop_counts_as_a_failure_and_is_placed_again(driver):
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, 140_000)
    (stop,) = driver.places()
    driver.answer(stop.request.tag, Unknown("timed out"))
    driver.drain()

    for seconds in (31, 6):
        driver.later(seconds)
        driver.read_all()

    (again,) = driver.places()
    assert again.request.purpose is Purpose.STOP
    assert again.request.tag != stop.request.tag
