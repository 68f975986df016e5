"""Trades that show late or never, and rows that take back what was reported."""

from decimal import Decimal

import pytest

from tests.fakes.engine_driver import KEY, PRICE
from trading_bot.domain import events as ev
from trading_bot.domain.order import Fill, OrderStatus, Side
from trading_bot.engine.commands import Alert, ReadBooks

AVERAGE = Decimal("1400.0100")
"""Of 35 units: 4,900,035 paise."""


@pytest.fixture
def entry(driver) -> str:
    driver.signal()
    tag = driver.places()[0].request.tag
    driver.rest(tag)
    driver.drain()
    return tag


def show(driver, tag, quantity=35, average=AVERAGE, status=OrderStatus.FILLED):
    return driver.read_books(
        driver.report(tag, status, filled_quantity=quantity, average_price=average, order_id=f"id-{tag}")
    )


def wait(driver, tag, *seconds, **shown):
    show(driver, tag, **shown)
    for pause in seconds:
        driver.later(pause)
        show(driver, tag, **shown)


def real(driver, tag, number, quantity, price) -> Fill:
    return Fill(
        trade_id=f"r{number}",
        order_id=f"id-{tag}",
        instrument_key=KEY,
        side=Side.BUY,
        quantity=quantity,
        price=price,
        filled_at_ms=driver.now_ms,
    )


def position(driver):
    held = driver.book.position_of(KEY)
    return held.quantity, held.cash


def incidents(driver) -> list[str]:
    return [event.kind for event in driver.events if isinstance(event, ev.IncidentRecorded)]


def test_units_without_trades_are_taken_from_the_average_after_the_settle_time(driver, entry):
    """Fault 58, V6, V7."""
    wait(driver, entry, 9)
    assert position(driver) == (0, 0)

    driver.later(1)
    show(driver, entry)

    assert position(driver) == (35, -4_900_035)
    assert "fill_without_trade" in incidents(driver)
    (stop,) = driver.places()
    assert stop.request.terms.quantity == 35


def test_only_what_is_missing_is_taken(driver, entry):
    """Fault 58, V6, V7."""
    driver.fills.append(real(driver, entry, 1, 10, PRICE + 8))

    wait(driver, entry, 11)

    assert position(driver) == (35, -4_900_035)
    assert sum(fill.quantity for fill in driver.book.fills.values()) == 35


def test_a_mean_that_is_no_price_is_kept_to_the_paisa(driver, entry):
    """Fault 58, V7."""
    wait(driver, entry, 11, average=Decimal(4_900_018) / 3_500)

    assert position(driver) == (35, -4_900_018)


def test_trades_that_come_later_are_not_applied_again(driver, entry):
    """Fault 58, V6, V7."""
    wait(driver, entry, 11)
    driver.fills += [real(driver, entry, 1, 20, PRICE), real(driver, entry, 2, 15, PRICE + 2)]
    for _ in range(2):
        show(driver, entry)

    assert position(driver) == (35, -4_900_035)
    assert len([event for event in driver.events if isinstance(event, ev.FillExplained)]) == 2
    assert driver.order(entry).assumed_quantity == 0


def test_of_a_later_trade_only_what_goes_beyond_is_applied(driver, entry):
    """Fault 58, V6."""
    wait(driver, entry, 11, quantity=10, average=Decimal(1400), status=OrderStatus.OPEN)
    driver.fills.append(real(driver, entry, 1, 35, PRICE))

    show(driver, entry, average=Decimal(1400))

    assert position(driver) == (35, -35 * PRICE)


def test_a_restart_remembers_what_was_taken_without_trades(driver, entry):
    """Fault 58, V6, V17."""
    wait(driver, entry, 11)
    driver.restarted()
    driver.fills.append(real(driver, entry, 1, 35, PRICE + 1))

    show(driver, entry)

    assert position(driver) == (35, -4_900_035)


@pytest.mark.parametrize("average", [None, Decimal(0), Decimal(9_000)])
def test_units_at_an_impossible_average_are_not_taken_and_a_person_is_told(driver, entry, average):
    """Fault 59, V6, V16."""
    wait(driver, entry, 11, 5, average=average)

    assert position(driver) == (0, 0)
    assert incidents(driver).count("suspect_order") == 1
    assert any(isinstance(command, Alert) and command.level == "critical" for command in driver.drain())


def test_a_row_with_fewer_filled_units_is_refused_and_the_books_are_read_again(driver, entry):
    """Fault 59, V6."""
    driver.fill(entry, 10, PRICE)
    driver.drain()

    step = show(driver, entry, quantity=5, status=OrderStatus.CANCELLED)

    assert driver.order(entry).status is OrderStatus.OPEN
    assert any(isinstance(command, ReadBooks) for command in step.commands)
    assert position(driver)[0] == 10
    assert "suspect_order" not in incidents(driver)


def test_when_fewer_filled_units_persist_entries_wait_for_a_person(driver, entry):
    """Faults 59 and 62, V6, V16."""
    driver.fill(entry, 10, PRICE)

    wait(driver, entry, 3, 3, 3, quantity=5)

    assert incidents(driver).count("suspect_order") == 1
    assert position(driver)[0] == 10
    assert any(reason == "suspect_order" for _, _, reason in driver.book.halts)


def test_a_fill_that_only_the_stream_has_claimed_is_forgotten(driver, entry):
    """Fault 59, V5, V6."""
    driver.push(entry, OrderStatus.OPEN, filled_quantity=20)

    wait(driver, entry, 6, quantity=0, average=None, status=OrderStatus.OPEN)

    assert driver.order(entry).reported_filled_quantity == 0
    assert "suspect_order" in incidents(driver)
