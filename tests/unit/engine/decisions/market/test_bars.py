"""Whole candles as the engine's market, and the policies that only backtests may have."""

import pytest

from tests.fakes.engine_driver import KEY, PRICE, SHARE, EngineDriver
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.market_data import Candle, Tick
from trading_bot.domain.order import OrderType
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert, PlaceOrder
from trading_bot.risk.settings import RiskSettings


def policies(**sections):
    return EngineDriver(risk=RiskSettings.model_validate(sections))


def bar(driver, close=PRICE, *, timeframe_s=60, key=KEY):
    start_ms = driver.now_ms // MS_PER_MINUTE * MS_PER_MINUTE
    driver.now_ms = start_ms + timeframe_s * 1_000
    candle = Candle(start_ms, PRICE, max(PRICE, close), min(PRICE, close), close, 100)
    return driver.take(inputs.BarsClosed(at_ms=driver.now_ms, timeframe_s=timeframe_s, bars=((key, candle),)))


def reasons(driver):
    return [
        event.reason for event in driver.events if hasattr(event, "reason") and event.at_ms == driver.now_ms
    ]


def test_a_candle_moves_the_price_and_counts_as_fresh_data():
    driver = EngineDriver()

    bar(driver, PRICE + 100)

    series = driver.core.state.market.series[KEY]
    assert (series.last_price, series.seen_at_ms, series.candles) == (PRICE + 100, driver.now_ms, 1)


def test_minutes_close_the_longer_candles_that_end_with_them():
    driver = EngineDriver()
    driver.strategy.scripted.next_direction = Direction.LONG
    driver.drain()

    for _ in range(14):
        bar(driver)
    assert driver.places() == []
    bar(driver)

    assert len(driver.places()) == 1


def test_a_candle_of_the_strategys_own_length_is_judged_at_once():
    driver = EngineDriver()
    driver.strategy.scripted.next_direction = Direction.LONG
    driver.drain()

    bar(driver, timeframe_s=900)

    assert len(driver.places()) == 1


def test_a_candle_of_an_unknown_instrument_is_counted_and_left():
    driver = EngineDriver()

    bar(driver, key="NSE_EQ|NOBODY")

    assert driver.core.state.market.unknown_ticks == 1


def test_prices_inside_a_candle_watch_over_what_is_held():
    """V4."""
    driver = EngineDriver()
    driver.enter()
    target = driver.book.trade_of(KEY).plan.target_price

    driver.take(inputs.PricesMoved(at_ms=driver.now_ms, ticks=(Tick(KEY, target, driver.now_ms),)))

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.TARGET


def test_prices_of_what_nobody_holds_close_nothing_and_of_the_unknown_are_left():
    driver = EngineDriver()
    driver.drain()
    prices = (Tick("NSE_EQ|NOBODY", 1, driver.now_ms), Tick(KEY, PRICE + 100, driver.now_ms))

    step = driver.take(inputs.PricesMoved(at_ms=driver.now_ms, ticks=prices))

    assert step.rows == ()
    assert driver.series.last_price == PRICE + 100
    assert "NSE_EQ|NOBODY" not in driver.core.state.market.series


def test_candles_after_a_silence_show_that_the_market_speaks_again():
    """V23."""
    driver = EngineDriver()
    driver.take(inputs.FeedLost(at_ms=driver.now_ms))
    assert not driver.core.state.market.is_feed_up

    bar(driver)

    assert driver.core.state.market.is_feed_up


def test_a_stop_on_the_close_is_no_order_and_is_compared_with_closes_only():
    driver = policies(exits={"stops": "on_close"})
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)
    stop = driver.book.trade_of(KEY).stop_price
    assert driver.places() == []

    bar(driver, stop + 10)
    assert not driver.book.trade_of(KEY).is_exiting
    bar(driver, stop)

    (exit_order,) = driver.places()
    assert exit_order.request.terms.order_type is OrderType.MARKET
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.STOP


def test_without_orders_at_the_broker_nobody_is_told_of_bare_positions():
    driver = policies(exits={"stops": "on_close"})
    driver.signal()
    (entry,) = driver.places()
    driver.answer(entry.request.tag)
    driver.fill(entry.request.tag, 35, PRICE)

    for _ in range(8):
        driver.price(PRICE)
        driver.later(1)

    assert not any(isinstance(one, Alert) and "unprotected" in one.text for one in driver.drain())


@pytest.mark.parametrize(("wanted", "closes"), [(True, True), (False, False)])
def test_a_signal_against_a_trade_closes_it_where_that_is_wanted(wanted, closes):
    driver = policies(exits={"on_opposite_signal": wanted})
    _, stop = driver.enter()
    driver.rest(stop)

    driver.signal(Direction.SHORT)

    trade = driver.book.trade_of(KEY)
    assert trade.is_exiting is closes
    assert trade.exit_reason is (ExitReason.SIGNAL if closes else None)


@pytest.mark.parametrize(
    ("directions", "direction", "is_traded"),
    [
        ("long", Direction.LONG, True),
        ("long", Direction.SHORT, False),
        ("short", Direction.SHORT, True),
        ("short", Direction.LONG, False),
    ],
)
def test_signals_of_the_other_direction_are_denied(directions, direction, is_traded):
    driver = policies(entries={"directions": directions})
    driver.drain()

    driver.signal(direction)

    assert bool(driver.places()) is is_traded
    assert ("direction_off" in reasons(driver)) is not is_traded


def test_an_entry_at_market_carries_no_limit():
    driver = policies(entries={"at_market": True})
    driver.drain()

    driver.signal()

    (place,) = [one for one in driver.drain() if isinstance(one, PlaceOrder)]
    assert (place.request.terms.order_type, place.request.terms.price) == (OrderType.MARKET, 0)


def test_a_position_that_may_be_held_for_days_is_not_squared_off():
    driver = policies(windows={"square_off": False})
    _, stop = driver.enter()
    driver.rest(stop)
    driver.now_ms = driver.core.state.market.series[KEY].hours.close_ms - 1_000

    driver.later(1)

    assert not driver.book.trade_of(KEY).is_exiting
    assert driver.book.orders[stop].request.product.value == "D"
    assert SHARE.product.value == "I"
