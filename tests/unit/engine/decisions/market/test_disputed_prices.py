"""Trades at a price that only the broker's price band rules out: nobody knows which of the two is old."""

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.market_data import Frame, Tick
from trading_bot.domain.order import OrderStatus, OrderType
from trading_bot.engine import inputs

BELOW = 123_000
"""Below the band that the driver's broker has told."""


@pytest.fixture
def driver() -> EngineDriver:
    """A long of 35; its stop has triggered and rests, passed by the price."""
    driver = EngineDriver()
    _, driver.stop = driver.enter()
    driver.push(driver.stop, OrderStatus.OPEN)
    driver.drain()
    return driver


def trades_at(driver: EngineDriver, *trades: tuple[int, int]) -> None:
    """A message with each price, and the second in which it traded; then the time of the stop is over."""
    began_ms = driver.now_ms
    for paise, second in trades:
        driver.now_ms += 1_000
        tick = Tick(KEY, paise, began_ms + second * 1_000, 1_000, paise - 10, 500, paise + 10, 500)
        driver.take(inputs.FrameReceived(at_ms=0, frame=Frame(driver.now_ms, (tick,))))
    driver.take(inputs.ClockTicked(at_ms=0))


@pytest.mark.parametrize("last", [(BELOW, 3), (BELOW, 2)], ids=["trades go on", "its depth is sent again"])
def test_an_exit_is_not_priced_around_a_price_that_trades_no_more(driver, last):
    """Faults 7 and 61, V4: it would rest far from the market for as long as its steps take."""
    trades_at(driver, (BELOW, 1), (BELOW, 2), last)

    (change,) = driver.changes()
    assert (change.tag, change.terms.order_type) == (driver.stop, OrderType.MARKET)


@pytest.mark.parametrize(
    "prices",
    [[(PRICE, 1), (BELOW, 2), (BELOW, 2)], [(BELOW, 1), (BELOW, 2), (PRICE, 3)]],
    ids=["one odd trade, told twice", "the old price trades again"],
)
def test_where_the_last_price_still_stands_an_exit_is_priced_around_it(driver, prices):
    """Fault 7, V8."""
    trades_at(driver, *prices)

    (change,) = driver.changes()
    assert change.terms.order_type is OrderType.LIMIT
    assert change.terms.price == pytest.approx(PRICE, rel=0.01)
