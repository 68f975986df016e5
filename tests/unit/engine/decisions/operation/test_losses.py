"""Losses that a person is told of before they halt the day."""

from decimal import Decimal

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.risk.limits import loss_to_warn_of
from trading_bot.risk.settings import LimitSettings, RiskSettings, SizingSettings

HELD = 35
"""Units of an entry of the driver's: a loss of 286 paise each is a thousandth of a percent of the capital."""
WARNED = PRICE - 400


def driver_with(**limits) -> EngineDriver:
    usual = {"max_daily_loss": 0.0005, "warn_daily_loss": 0.0001, "symbol_spacing_s": 0}
    return EngineDriver(risk=RiskSettings(limits=LimitSettings(**(usual | limits))))


def told(driver, kind) -> list[Alert]:
    return [one for one in driver.drain() if isinstance(one, Alert) and one.kind is kind]


def test_the_loss_of_the_day_is_told_once_before_it_halts():
    driver = driver_with()
    driver.enter()
    driver.price(WARNED)

    driver.later(1)
    driver.later(1)

    (warning,) = told(driver, AlertKind.LOSS_WARNING)
    assert (warning.level, driver.book.halts) == ("warning", {})
    assert warning.text == "the day has lost 140.00 net, 0.01% of the capital; 0.05% halts it"


def test_a_restart_does_not_repeat_the_warning():
    """V17: the incident is journaled."""
    driver = driver_with()
    driver.enter()
    driver.price(WARNED)
    driver.later(1)

    driver = driver.restarted(is_recovered=True)
    driver.price(WARNED)
    driver.later(1)

    assert told(driver, AlertKind.LOSS_WARNING) == []
    assert AlertKind.LOSS_WARNING in driver.book.incident_kinds


def test_nothing_is_told_of_a_gain_or_a_small_loss():
    driver = driver_with()
    driver.enter()
    for price in (PRICE + 500, PRICE - 100):
        driver.price(price)
        driver.later(1)

    assert told(driver, AlertKind.LOSS_WARNING) == []


@pytest.mark.parametrize("warned", [0, 0.0005, 0.2])
def test_a_threshold_that_is_off_or_not_below_the_limit_tells_nothing(warned):
    driver = driver_with(warn_daily_loss=warned)
    driver.enter()
    driver.price(WARNED)

    driver.later(1)

    assert told(driver, AlertKind.LOSS_WARNING) == []


def test_the_usual_threshold_is_one_percent_of_the_capital():
    assert loss_to_warn_of(LimitSettings(), SizingSettings()) == Decimal(10_000)


def losing_trade(driver, exit_price=PRICE - 10) -> None:
    _, stop = driver.enter()
    driver.fill(stop, HELD, exit_price)
    driver.price(PRICE)


def test_losing_trades_in_a_row_are_told_and_a_gain_begins_anew():
    driver = driver_with(
        warn_consecutive_losses=2,
        max_consecutive_losses=100,
        max_trades_per_symbol_per_day=50,
        max_entries_per_minute=50,
        warn_daily_loss=0,
    )
    texts = []
    for exit_price in (-10, -10, -10, 10, -10, -10):
        losing_trade(driver, PRICE + exit_price)
        texts.append(len(told(driver, AlertKind.LOSING_STREAK)))

    assert texts == [0, 1, 0, 0, 0, 1]


def test_an_entry_that_did_not_fill_breaks_no_row():
    driver = driver_with(warn_consecutive_losses=2, max_trades_per_symbol_per_day=50)
    losing_trade(driver)
    driver.signal()
    entry = driver.places()[0].request.tag
    driver.answer(entry)
    driver.push(entry, OrderStatus.CANCELLED)
    driver.drain()

    losing_trade(driver)

    (streak,) = told(driver, AlertKind.LOSING_STREAK)
    assert streak.text.startswith("2 losing trades in a row, net -7.00 today")
