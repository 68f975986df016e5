"""Second opinions: another library's baselines, and values computed elsewhere on NSE bars."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trading_bot.indicators.atr import Atr
from trading_bot.indicators.ema import Ema
from trading_bot.indicators.indicator import PriceSeries
from trading_bot.indicators.macd import Macd
from trading_bot.indicators.rsi import Rsi
from trading_bot.indicators.supertrend import Supertrend

TIGHT = 1e-11
SETTLED_BARS = 250
NSE_FILES = ["NIFTY_1min_2024-01.parquet", "RELIANCE_daily.parquet"]


def prices_of(frame: pd.DataFrame) -> PriceSeries:
    return PriceSeries(*(frame[name].to_numpy(float) for name in ("high", "low", "close")))


@pytest.fixture(scope="module")
def references(shared_data: Path) -> Path:
    return shared_data / "ta_reference"


@pytest.fixture(scope="module")
def quotes(references: Path) -> PriceSeries:
    return prices_of(pd.read_csv(references / "quotes_default.csv"))


def baseline(references: Path, name: str, column: str) -> np.ndarray:
    return pd.read_csv(references / "results" / f"{name}.csv")[column].to_numpy(float)


@pytest.mark.parametrize(
    ("indicator", "name"), [(Ema(20), "ema"), (Rsi(14), "rsi"), (Atr(14), "atr")], ids=["ema", "rsi", "atr"]
)
def test_ema_rsi_and_atr_equal_the_other_librarys_baseline(indicator, name, references, quotes):
    expected = baseline(references, name, name)

    np.testing.assert_allclose(indicator.batch(quotes), expected, rtol=0, atol=TIGHT)


def test_macd_equals_the_other_librarys_baseline_once_it_has_settled(references, quotes):
    series = Macd().batch(quotes)

    for ours, column in zip(series, ("macd", "signal", "histogram"), strict=True):
        expected = baseline(references, "macd", column)
        np.testing.assert_allclose(ours[-SETTLED_BARS:], expected[-SETTLED_BARS:], rtol=0, atol=1e-6)


def test_supertrend_and_its_direction_equal_the_other_librarys_baseline(references, quotes):
    line, direction = Supertrend(10, 3.0).batch(quotes)

    expected = baseline(references, "supertrend", "superTrend")
    is_up = ~np.isnan(baseline(references, "supertrend", "lowerBand"))
    np.testing.assert_allclose(line, expected, rtol=0, atol=1e-9)
    known = ~np.isnan(expected)
    assert ((direction == 1) == is_up)[known].all()
    assert not direction[~known].any()


@pytest.mark.parametrize("file", NSE_FILES)
def test_values_on_nse_bars_equal_the_reference(file, references):
    frame = pd.read_parquet(references / "nse_talib" / file)
    prices = prices_of(frame)
    macd = Macd().batch(prices)
    ours = {
        "ema20": Ema(20).batch(prices),
        "rsi14": Rsi(14).batch(prices),
        "atr14": Atr(14).batch(prices),
        "macd": macd.line,
        "macd_signal": macd.signal,
        "macd_hist": macd.histogram,
    }

    for column, values in ours.items():
        np.testing.assert_allclose(values, frame[column].to_numpy(float), rtol=0, atol=1e-9, err_msg=column)
