"""Fault 99, V4, V16: what a person is told when the daemon is stopped in the middle of a session."""

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from trading_bot.bootstrap.market.last_word import of_open_trades
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.inputs import OperatorWish


@pytest.fixture
def driver() -> EngineDriver:
    return EngineDriver()


def test_what_is_protected_is_a_warning(driver):
    driver.enter()

    text, level = of_open_trades(driver.core.state)

    assert (level, "1 open trades" in text, "keeps its resting stops" in text) == ("warning", True, True)


def test_an_entry_that_has_not_filled_is_not_bare(driver):
    driver.signal()

    assert of_open_trades(driver.core.state)[1] == "warning"


@pytest.mark.parametrize("why", ["exit under way", "stop gone"])
def test_what_no_stop_protects_is_named(driver, why):
    _, stop = driver.enter()
    if why == "exit under way":
        driver.ask(OperatorWish.FLATTEN)
        driver.confirm_modify(stop)
        driver.price(PRICE - 1_000)
    else:
        driver.push(stop, OrderStatus.CANCELLED)

    text, level = of_open_trades(driver.core.state)

    assert (level, "no stop rests for RELIANCE" in text) == ("critical", True)
