"""Rows and trades that the broker showed and does not show any more."""

from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.commands import Alert, PlaceOrder, ReadBooks, ReadPositions, SearchTag
from trading_bot.engine.ports import Unknown


@pytest.fixture
def driver() -> EngineDriver:
    driver = EngineDriver()
    driver.tags = driver.enter()
    driver.read_positions(35)
    driver.now_ms += 1_000
    return driver


def halts_of(driver: EngineDriver) -> set[str]:
    return {reason for _, _, reason in driver.book.halts}


def without_the_stop(driver: EngineDriver):
    return driver.read_books(driver.report(driver.tags[0], OrderStatus.FILLED))


def test_a_stop_that_is_missing_is_searched_and_the_books_are_read_again(driver):
    """Fault 51, V5."""
    driver.drain()
    without_the_stop(driver)

    commands = driver.drain()
    assert SearchTag(tag=driver.tags[1]) in commands
    assert any(isinstance(command, ReadBooks) for command in commands)
    assert halts_of(driver) == set()


def test_one_that_stays_missing_is_told_once_and_is_neither_ended_nor_doubled(driver):
    """Fault 51, V3, V5, V16."""
    driver.drain()
    for _ in range(4):
        without_the_stop(driver)
        driver.later(3)

    commands = driver.drain()
    told = [one for one in commands if isinstance(one, Alert) and "not in the broker's book" in one.text]
    assert len(told) == 1
    assert halts_of(driver) == {"order_missing"}
    assert driver.order(driver.tags[1]).status is OrderStatus.TRIGGER_PENDING
    assert not any(isinstance(command, PlaceOrder) for command in commands)


def test_one_that_is_back_is_as_before(driver):
    without_the_stop(driver)
    driver.later(3)
    driver.read_all()
    driver.later(3)
    without_the_stop(driver)

    assert halts_of(driver) == set()


def test_a_trade_that_is_not_listed_any_more_is_told_and_positions_are_compared(driver):
    """Fault 62, V6: annulled by the exchange, or a short list; the position tells which."""
    fills, driver.fills = driver.fills, []
    driver.drain()
    for _ in range(3):
        driver.read_all()
        driver.later(3)

    assert halts_of(driver) == {"trade_gone"}
    assert ReadPositions() in driver.drain()
    assert driver.book.position_of(KEY).quantity == 35
    driver.fills = fills


def test_after_an_annulled_entry_no_exit_stands_for_what_the_broker_does_not_hold(driver):
    """Fault 62, V3: our stop would open the opposite position."""
    driver.fills = []
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    driver.drain()

    driver.read_positions(0)
    driver.read_positions(0)

    (change,) = driver.changes()
    assert change.tag == driver.tags[1]
    assert halts_of(driver) == {"trade_gone", "position_difference"}


def test_a_short_list_of_trades_that_is_whole_again_soon_is_no_incident(driver):
    """Fault 62."""
    fills, driver.fills = driver.fills, []
    driver.read_all()
    driver.later(3)
    driver.fills = fills
    driver.read_all()
    driver.later(3)
    driver.read_all()

    assert halts_of(driver) == set()
    assert driver.book.position_of(KEY).quantity == 35


def test_an_assumed_fill_is_not_expected_in_the_list(driver):
    """Fault 58."""
    driver.price(PRICE)
    driver.push(driver.tags[1], OrderStatus.FILLED, filled_quantity=35)
    for _ in range(3):
        driver.later(6)
        driver.read_books(
            driver.report(driver.tags[0], OrderStatus.FILLED),
            driver.report(
                driver.tags[1], OrderStatus.FILLED, filled_quantity=35, average_price=Decimal(1386)
            ),
        )

    assert "trade_gone" not in halts_of(driver)


def keep_reading_without_the_stop(driver, seconds: int) -> None:
    """A read every two seconds that is whole but for the row of the stop."""
    for _ in range(0, seconds, 2):
        driver.later(2)
        without_the_stop(driver)


def test_a_row_that_stays_away_blocks_the_proof_of_other_absences_for_a_while_only(driver):
    """Faults 35 and 51, V5, V16: the doubt would stay for the day."""
    driver.push(driver.tags[1], OrderStatus.CANCELLED)
    (again,) = driver.places()
    driver.answer(again.request.tag, Unknown("timed out"))

    keep_reading_without_the_stop(driver, 58)
    assert driver.order(again.request.tag).status is OrderStatus.IN_DOUBT

    keep_reading_without_the_stop(driver, 10)
    assert driver.order(again.request.tag).status is OrderStatus.ABSENT


def test_a_book_without_any_row_proves_nothing_however_long_it_stays_so(driver):
    """Faults 29 and 51, V2, V5: an empty list is not flat."""
    driver.push(driver.tags[1], OrderStatus.CANCELLED)
    (again,) = driver.places()
    driver.answer(again.request.tag, Unknown("timed out"))

    for _ in range(30):
        driver.later(5)
        driver.read_books()

    assert driver.order(again.request.tag).status is OrderStatus.IN_DOUBT


def test_a_row_that_comes_back_and_goes_again_blocks_anew(driver):
    """Fault 51, V5: the broker's book is unsteady, and a read of it may be short of any row."""
    driver.push(driver.tags[1], OrderStatus.CANCELLED)
    (again,) = driver.places()
    driver.answer(again.request.tag, Unknown("timed out"))
    rows = (
        driver.report(driver.tags[0], OrderStatus.FILLED),
        driver.report(driver.tags[1], OrderStatus.CANCELLED),
    )

    keep_reading_without_the_stop(driver, 20)
    driver.read_books(*rows)
    keep_reading_without_the_stop(driver, 54)

    assert driver.order(again.request.tag).status is OrderStatus.IN_DOUBT


def test_a_stop_whose_row_stays_away_is_counted_as_live_whatever_else_is_proved(driver):
    """Fault 51, V3: it may rest, and a second one may sell twice."""
    driver.drain()
    keep_reading_without_the_stop(driver, 90)

    assert driver.order(driver.tags[1]).status is OrderStatus.TRIGGER_PENDING
    assert driver.places() == []
    assert halts_of(driver) == {"order_missing"}


def test_a_row_that_stays_away_does_not_have_the_books_read_all_day(driver):
    """V9: reads are counted as well."""
    keep_reading_without_the_stop(driver, 70)
    driver.drain()

    without_the_stop(driver)

    assert [one for one in driver.drain() if isinstance(one, ReadBooks | SearchTag)] == []


def test_a_trade_that_stays_away_does_not_have_the_books_read_all_day(driver):
    """Fault 62, V9."""
    driver.fills = []
    for _ in range(3):
        driver.read_all()
        driver.later(3)
    driver.drain()

    driver.read_all()

    assert [one for one in driver.drain() if isinstance(one, ReadBooks)] == []
