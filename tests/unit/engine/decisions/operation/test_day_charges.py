from decimal import Decimal

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import Side
from trading_bot.engine.decisions.operation.day_charges import charges_of, dealings_of


def test_before_the_first_fill_nothing_is_charged(market_rules):
    assert charges_of(EngineDriver().book, market_rules.charges, {KEY: SHARE}) == 0


def test_fills_are_charged_by_instrument_and_product(market_rules):
    driver = EngineDriver()
    _, stop = driver.enter()
    driver.fill(stop, 35, PRICE + 100)

    (dealing,) = dealings_of(driver.book, {KEY: SHARE})

    assert dealing.product is Product.INTRADAY
    assert [fill.side for fill in dealing.fills] == [Side.BUY, Side.SELL]
    charged = charges_of(driver.book, market_rules.charges, {KEY: SHARE})
    assert charged == market_rules.charges.charge_day(DAY, [dealing]).total
    assert charged > Decimal(40)


def test_a_trade_by_hand_that_closed_ours_is_charged_with_it():
    driver = EngineDriver()
    driver.enter()
    driver.foreign_fill(Side.SELL, 35, PRICE)

    (dealing,) = dealings_of(driver.book, {KEY: SHARE})

    assert [fill.quantity for fill in dealing.fills] == [35, 35]


def test_a_trade_by_hand_in_what_was_carried_over_counts_as_intraday():
    driver = EngineDriver()
    driver.enter()
    driver.foreign_fill(Side.SELL, 35, PRICE)
    del driver.book.fills[next(iter(driver.book.fills))]
    driver.book.orders.clear()
    driver.book.tags_by_order_id.clear()

    (dealing,) = dealings_of(driver.book, {KEY: SHARE})

    assert dealing.product is Product.INTRADAY
