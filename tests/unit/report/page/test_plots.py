from xml.etree import ElementTree as ET

import pytest

from tests.fakes.engine_driver import PRICE, EngineDriver
from tests.fakes.scripted_day import OPEN_MS, candles, result_of, whole_day
from trading_bot.domain.market_data import Candle
from trading_bot.report.day.equity import EquityPoint
from trading_bot.report.page.plots import candles_svg, equity_svg


def size_of(svg: str) -> tuple[float, float]:
    root = ET.fromstring(svg)
    return float(root.get("width").removesuffix("pt")), float(root.get("height").removesuffix("pt"))


@pytest.fixture(scope="module")
def result():
    return result_of(whole_day())


def test_the_equity_plot_is_narrower_for_phones(result):
    assert size_of(equity_svg(result.curve))[0] > size_of(equity_svg(result.curve, is_narrow=True))[0]


def test_an_empty_day_can_be_drawn():
    assert size_of(equity_svg([EquityPoint(OPEN_MS, 0, 0), EquityPoint(OPEN_MS + 1, 0, 0)]))[0] == 720


def test_trades_add_to_the_picture_of_their_candles(result):
    assert len(candles_svg(candles(), result.trades)) > len(candles_svg(candles(), ()))


def test_trades_without_candles_can_be_drawn(result):
    assert size_of(candles_svg((), result.trades))[0] == 720


def test_an_open_trade_reaches_to_the_last_candle():
    driver = EngineDriver()
    driver.enter()

    assert "svg" in candles_svg(candles(), result_of(driver).trades)


def test_a_candle_more_makes_the_picture_only_a_little_larger():
    day = [Candle(OPEN_MS + 60_000 * i, PRICE, PRICE + 90, PRICE - 80, PRICE + i, None) for i in range(360)]

    per_candle = (len(candles_svg(day, ())) - len(candles_svg(day[:60], ()))) / 300

    assert per_candle < 200
