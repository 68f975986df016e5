"""At what price a trade is closed: step by step towards the market, and at the price limit."""

import pytest

from tests.fakes.closing_trade import FLATTEN, climbed, held_long, told
from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from trading_bot.domain.order import OrderType
from trading_bot.domain.signal import Direction
from trading_bot.engine.commands import ModifyOrder, ReadBand
from trading_bot.engine.decisions.positions.exits import is_locked

LOWEST, HIGHEST = 126_000, 154_000
"""The price band that the driver's broker has told."""


@pytest.fixture
def driver() -> EngineDriver:
    return held_long()


@pytest.mark.parametrize(("direction", "price"), [(Direction.LONG, 139_860), (Direction.SHORT, 140_140)])
def test_the_first_exit_is_a_limit_a_little_past_the_last_price(direction, price):
    driver = EngineDriver()
    driver.enter(direction)

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert (change.terms.order_type, change.terms.price) == (OrderType.LIMIT, price)


def test_each_step_goes_twice_as_far_past_the_price(driver):
    driver.ask(FLATTEN)
    prices = [driver.confirm_modify(driver.stop).price]
    for _ in range(2):
        driver.now_ms += 5_000
        driver.price(PRICE)
        driver.later(0)
        prices.append(driver.confirm_modify(driver.stop).price)

    assert prices == [139_860, 139_720, 139_440]


def test_within_a_step_an_exit_does_not_run_after_the_price(driver):
    """V9."""
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.drain()

    driver.price(PRICE - 500)
    driver.later(1)

    assert driver.changes() == []


def test_an_exit_whose_last_unit_is_left_is_priced_and_not_cancelled(driver):
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.fill(driver.stop, 34, PRICE)
    driver.drain()
    driver.now_ms += 5_000
    driver.price(PRICE)

    driver.later(0)

    assert [type(change) for change in driver.changes()] == [ModifyOrder]


def test_below_the_last_rung_it_is_a_limit(driver):
    climbed(driver, rungs=5)

    assert driver.book.trade_of(KEY).exit_step == 5
    assert driver.order(driver.stop).requested_terms.order_type is OrderType.LIMIT


def test_a_step_lasts_its_whole_time(driver):
    driver.ask(FLATTEN)
    driver.confirm_modify(driver.stop)
    driver.drain()

    driver.now_ms += 4_999
    driver.later(0)
    assert driver.book.trade_of(KEY).exit_step == 0
    driver.now_ms += 1
    driver.later(0)

    assert driver.book.trade_of(KEY).exit_step == 1


@pytest.mark.parametrize(("age_s", "order_type"), [(30, OrderType.LIMIT), (31, OrderType.MARKET)])
def test_a_price_that_is_too_old_prices_nothing(driver, age_s, order_type):
    driver.now_ms += age_s * 1_000

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert change.terms.order_type is order_type


def test_a_share_without_any_price_goes_to_the_market(driver):
    driver.core.state.market.series[KEY].last_price = 0

    driver.ask(FLATTEN)

    (change,) = driver.changes()
    assert change.terms.order_type is OrderType.MARKET


def test_the_last_rung_is_a_market_order_and_a_person_is_told_once(driver):
    climbed(driver)

    assert driver.order(driver.stop).terms.order_type is OrderType.MARKET
    assert len(told(driver, "is not filled after 5 prices")) == 1
    assert driver.book.trade_of(KEY).exit_step == 6


@pytest.mark.parametrize(
    ("direction", "price", "locked"),
    [
        (Direction.LONG, LOWEST, True),
        (Direction.LONG, LOWEST + 10, False),
        (Direction.LONG, HIGHEST, False),
        (Direction.SHORT, HIGHEST, True),
        (Direction.SHORT, HIGHEST - 10, False),
        (Direction.SHORT, LOWEST, False),
    ],
)
def test_a_price_is_locked_at_the_limit_at_which_nobody_takes_the_other_side(direction, price, locked):
    """Fault 66."""
    driver = EngineDriver()
    driver.enter(direction)
    driver.core.state.market.series[KEY].last_price = price

    assert is_locked(driver.core.state, driver.book.trade_of(KEY)) is locked


def test_without_a_price_or_a_band_nothing_is_locked(driver):
    state, trade = driver.core.state, driver.book.trade_of(KEY)
    state.market.series[KEY].last_price = 0
    assert is_locked(state, trade) is False
    state.market.series[KEY].last_price = LOWEST
    state.account.bands.clear()

    assert is_locked(state, trade) is False


def test_at_the_price_limit_the_exit_rests_as_a_limit_and_a_person_is_told_once(driver):
    """Fault 66, V8, V16: a market order would be refused there."""
    driver.core.state.market.series[KEY].last_price = LOWEST
    climbed(driver, LOWEST)

    terms = driver.order(driver.stop).terms
    assert (terms.order_type, terms.price) == (OrderType.LIMIT, LOWEST)
    assert len(told(driver, "the exit rests there")) == 1
    assert [one for one in driver.commands if isinstance(one, ReadBand)] == [ReadBand(instrument_key=KEY)]


def test_a_trade_that_is_not_being_closed_is_not_told_to_be_locked(driver):
    driver.core.state.market.series[KEY].last_price = LOWEST
    driver.later(1)

    assert told(driver, "the exit rests there") == []
