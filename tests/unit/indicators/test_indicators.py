"""What all indicators promise, tried on each of them."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trading_bot.domain.market_data import Candle
from trading_bot.indicators.atr import Atr
from trading_bot.indicators.ema import Ema
from trading_bot.indicators.indicator import PriceSeries, price_series
from trading_bot.indicators.macd import Macd
from trading_bot.indicators.rsi import Rsi
from trading_bot.indicators.supertrend import Supertrend

MAKERS = {
    "ema200": lambda: Ema(200),
    "ema20": lambda: Ema(20),
    "rsi14": lambda: Rsi(14),
    "macd": Macd,
    "atr14": lambda: Atr(14),
    "supertrend": Supertrend,
}
REAL_FILES = [
    "nse_1min/2016_kite/RELIANCE.parquet",
    "nse_1min/2015_ieod/FINCABLES.parquet",
    "index_1min/2024/NIFTY.parquet",
]
every_indicator = pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS.keys())


def random_walk(bars: int, seed: int = 7) -> PriceSeries:
    generator = np.random.default_rng(seed)
    close = 100 + np.cumsum(generator.normal(0, 0.5, bars)).round(2)
    return PriceSeries(close + generator.random(bars), close - generator.random(bars), close)


def real_prices(shared_data: Path, file: str, rows: int = 4000) -> PriceSeries:
    frame = pd.read_parquet(shared_data / file).iloc[:rows]
    return PriceSeries(*(frame[name].to_numpy(float) for name in ("high", "low", "close")))


def rows(prices: PriceSeries) -> Iterator[tuple[float, float, float]]:
    return zip(*(column.tolist() for column in prices), strict=True)


def row_of(value) -> tuple[float, ...] | None:
    if value is None:
        return None
    return tuple(value) if isinstance(value, tuple) else (value,)


def batch_rows(series) -> list[tuple[float, ...] | None]:
    columns = series if isinstance(series, tuple) else (series,)
    table = zip(*(column.tolist() for column in columns), strict=True)
    return [None if math.isnan(row[0]) else row for row in table]


@every_indicator
@pytest.mark.parametrize("file", REAL_FILES)
def test_stream_and_batch_agree_bit_for_bit_on_real_bars(make, file, shared_data):
    prices = real_prices(shared_data, file)
    indicator = make()

    streamed = [row_of(indicator.update(*bar)) for bar in rows(prices)]

    assert streamed == batch_rows(make().batch(prices))


@every_indicator
@pytest.mark.parametrize("warm", [0, 1, 10, 50, 300, 600])
def test_warm_up_on_any_part_of_the_history_changes_no_later_value(make, warm):
    prices = random_walk(600)
    indicator = make()

    indicator.warm_up(PriceSeries(*(column[:warm] for column in prices)))
    for bar in list(rows(prices))[warm:]:
        indicator.update(*bar)

    assert row_of(indicator.value) == batch_rows(make().batch(prices))[-1]


@every_indicator
def test_the_first_value_comes_with_the_bar_that_the_lookback_names(make):
    indicator = make()

    values = [indicator.update(*bar) for bar in rows(random_walk(indicator.lookback + 1))]

    assert values[: indicator.lookback - 1] == [None] * (indicator.lookback - 1)
    assert None not in values[indicator.lookback - 1 :]


@every_indicator
def test_peek_says_what_update_will_say_and_changes_nothing(make):
    indicator, untouched = make(), make()

    for bar in rows(random_walk(300)):
        expected = untouched.update(*bar)
        indicator.peek(bar[0] + 1, bar[1] - 1, bar[2] + 0.5)
        assert indicator.peek(*bar) == expected
        assert indicator.update(*bar) == expected
        assert indicator.value == expected


@every_indicator
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_bar_that_is_not_finite_is_skipped_and_spoils_nothing(make, bad):
    prices = random_walk(400)
    indicator, clean = make(), make()

    for number, bar in enumerate(rows(prices)):
        if number in (3, 250):
            assert indicator.update(bar[0], bar[1], bad) is None
            assert indicator.peek(bad, bar[1], bar[2]) is None
        assert indicator.update(*bar) == clean.update(*bar)


@every_indicator
def test_batch_leaves_out_a_bar_that_is_not_finite_as_the_stream_does(make):
    prices = random_walk(400)
    prices.close[[2, 300]] = math.nan
    indicator = make()

    streamed = [row_of(indicator.update(*bar)) for bar in rows(prices)]

    assert streamed == batch_rows(make().batch(prices))


@every_indicator
@pytest.mark.parametrize("bars", [0, 1, 5])
def test_too_little_history_gives_no_value_and_no_error(make, bars):
    indicator = make()

    indicator.warm_up(random_walk(bars))

    assert indicator.value is None
    assert batch_rows(indicator.batch(random_walk(bars))) == [None] * bars


def test_rsi_of_a_price_that_never_moved_is_unknown_not_oversold():
    flat = PriceSeries(*(np.full(40, 250.0) for _ in range(3)))
    rsi = Rsi(14)

    rsi.warm_up(flat)

    assert rsi.value is None
    assert rsi.update(250.0, 250.0, 250.0) is None
    assert rsi.peek(250.0, 250.0, 250.0) is None
    assert np.isnan(rsi.batch(flat)).all()
    assert rsi.update(251.0, 251.0, 251.0) == 100.0


def test_rsi_of_a_price_that_only_fell_is_zero():
    fall = PriceSeries(*(np.arange(60.0, 20.0, -1.0) for _ in range(3)))
    rsi = Rsi(14)

    rsi.warm_up(fall)

    assert rsi.value == 0.0
    assert rsi.batch(fall)[-1] == 0.0


def test_rsi_agrees_with_its_batch_when_a_moving_price_freezes_for_long():
    close = np.concatenate((random_walk(60).close, np.full(600, 105.0), random_walk(60).close))
    prices = PriceSeries(close, close, close)
    rsi = Rsi(14)

    streamed = [row_of(rsi.update(*bar)) for bar in rows(prices)]

    assert streamed == batch_rows(rsi.batch(prices))


def test_candles_in_paise_become_prices_in_rupees():
    candles = [Candle(0, 1, 20_005, 19_995, 20_000, None), Candle(1, 1, 3, 1, 2, 5)]

    prices = price_series(candles)

    assert [column.tolist() for column in prices] == [[200.05, 0.03], [199.95, 0.01], [200.0, 0.02]]
    assert len(price_series([]).close) == 0
