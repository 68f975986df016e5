from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.scripted_day import CLOSE_MS, MINUTE_MS, OPEN_MS, rows_of, whole_day
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.report.day.equity import EquityPoint, drawdowns, equity_curve, max_drawdown
from trading_bot.report.day.reading import day_record

SPAN = (OPEN_MS, CLOSE_MS)


def trades_of(driver, charges="0"):
    return [(trade, Decimal(charges)) for trade in day_record(rows_of(driver)).trades if trade.has_traded]


def minute(driver, number: int, close: int) -> Candle:
    start_ms = driver.now_ms + (number - 1) * MINUTE_MS
    return Candle(start_ms, close, close, close, close, None)


@pytest.fixture
def long():
    driver = EngineDriver()
    driver.enter()
    return driver


def test_without_trades_the_curve_is_flat():
    assert equity_curve([], {}, SPAN, {}) == (EquityPoint(OPEN_MS, 0, 0), EquityPoint(CLOSE_MS, 0, 0))


def test_an_open_position_is_valued_at_each_minutes_close(long):
    closes = {KEY: [minute(long, 1, PRICE + 10), minute(long, 2, PRICE - 20)]}

    curve = equity_curve(trades_of(long), closes, SPAN, {})

    assert [point.gross for point in curve] == [0, 0, 350, -700, -700]


def test_a_short_position_earns_when_the_price_falls():
    driver = EngineDriver()
    driver.enter(Direction.SHORT)

    curve = equity_curve(trades_of(driver), {KEY: [minute(driver, 1, PRICE - 10)]}, SPAN, {})

    assert curve[-1].gross == 350


def test_the_end_is_valued_at_the_last_price(long):
    assert equity_curve(trades_of(long), {}, SPAN, {KEY: PRICE + 2})[-1].gross == 70


def test_charges_are_taken_with_the_value_that_traded():
    driver = EngineDriver()
    _, stop = driver.enter()
    driver.later(60)
    driver.fill(stop, 35, PRICE)

    curve = equity_curve(trades_of(driver, "64.93"), {}, SPAN, {})

    assert [point.charges for point in curve] == [0, 3_246, 6_493, 6_493]


def test_the_last_gross_is_the_cash_of_a_flat_day():
    driver = whole_day()

    curve = equity_curve(trades_of(driver), {}, SPAN, {})

    assert curve[-1].gross == sum(trade.gross_pnl for trade in driver.book.closed_trades)


def test_the_drawdown_is_counted_from_the_start_of_the_day():
    curve = [EquityPoint(0, 0, 0), EquityPoint(1, -500, 100), EquityPoint(2, 300, 100)]

    assert drawdowns(curve) == [0, 600, 0]
    assert max_drawdown(curve) == Decimal("6.00")


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1))
def test_no_drawdown_is_negative_and_none_exceeds_the_whole_range(results):
    curve = [EquityPoint(at_ms, gross, 0) for at_ms, gross in enumerate(results)]

    falls = drawdowns(curve)

    assert min(falls) >= 0
    assert max(falls) <= max(0, *results) - min(results)
