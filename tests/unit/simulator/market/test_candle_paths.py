import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.simulator.market.candle_paths import tick_paths

START_MS = 1_767_584_700_000


@st.composite
def candle_rows(draw):
    step = draw(st.sampled_from([1, 5, 10, 100]))
    low = draw(st.integers(1, 5_000))
    high = low + draw(st.integers(0, 40))
    first, last = (draw(st.integers(low, high)) for _ in range(2))
    volume = draw(st.one_of(st.sampled_from([-1, 0, 1, 2, 3, 4, 5]), st.integers(1, 5_000_000)))
    return step, [price * step for price in (first, high, low, last)], volume


def _candles(rows) -> CandleArrays:
    prices = np.array([row[1] for row in rows], dtype=np.int64).reshape(-1, 4)
    return CandleArrays(
        START_MS + np.arange(len(rows)) * 60_000,
        *prices.T,
        np.array([row[2] for row in rows], dtype=np.int64),
    )


@given(rows=st.lists(candle_rows(), min_size=1, max_size=6), ticks=st.integers(4, 60), seed=st.integers(0, 9))
def test_candles_built_from_the_ticks_are_the_candles_given(rows, ticks, seed):
    candles = _candles(rows)
    paths = tick_paths(candles, ticks_per_minute=ticks, tick_size=1, rng=np.random.default_rng(seed))

    for place, (_, (first, high, low, last), volume) in enumerate(rows):
        inside = paths.traded_at_ms // 60_000 == START_MS // 60_000 + place
        prices = paths.price[inside]
        if volume == 0 and high == low:
            assert prices.size == 0
            continue
        assert (prices[0], prices.max(), prices.min(), prices[-1]) == (first, high, low, last)
        assert paths.volume[inside].sum() == max(volume, 0)
        assert paths.volume[inside].min() >= 0
        assert 1 <= prices.size <= ticks


@given(row=candle_rows(), seed=st.integers(0, 9))
def test_prices_stay_on_the_tick_of_the_candle(row, seed):
    step = row[0]
    paths = tick_paths(_candles([row]), ticks_per_minute=12, tick_size=step, rng=np.random.default_rng(seed))

    assert not (paths.price % step).any()


@given(ticks=st.integers(4, 600), seed=st.integers(0, 9))
def test_ticks_ascend_and_never_share_a_tenth_of_a_second(ticks, seed):
    candles = _candles([(5, [100, 200, 50, 150], 1_000_000)] * 3)
    paths = tick_paths(candles, ticks_per_minute=ticks, tick_size=5, rng=np.random.default_rng(seed))

    assert paths.price.size == 3 * ticks
    assert (np.diff(paths.traded_at_ms // 100) > 0).all()


def test_a_candle_of_three_units_has_no_more_than_three_ticks():
    candles = _candles([(5, [100, 100, 100, 100], 3), (5, [100, 110, 100, 110], 2)])
    paths = tick_paths(candles, ticks_per_minute=12, tick_size=5, rng=np.random.default_rng(1))

    assert paths.volume.tolist() == [1, 1, 1, 1, 1]


def test_each_candle_may_have_its_own_number_of_ticks():
    candles = _candles([(5, [100, 200, 50, 150], 1000)] * 2)
    wanted = np.array([4, 30])
    paths = tick_paths(candles, ticks_per_minute=wanted, tick_size=5, rng=np.random.default_rng(1))

    assert np.bincount((paths.traded_at_ms - START_MS) // 60_000).tolist() == [4, 30]


@pytest.mark.parametrize("ticks", [3, 601])
def test_other_densities_are_refused(ticks):
    with pytest.raises(ValueError, match="4 to 600"):
        tick_paths(
            _candles([(5, [1, 1, 1, 1], 1)]),
            ticks_per_minute=ticks,
            tick_size=1,
            rng=np.random.default_rng(1),
        )
