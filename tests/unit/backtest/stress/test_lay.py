"""What a scenario does to candles."""

from datetime import date

import numpy as np
import pytest

from tests.fakes.walks import walk
from trading_bot.backtest.stress.lay import laid_over
from trading_bot.backtest.stress.scenario import Scenario
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.ist import MS_PER_DAY

TICK = 5
FIRST, SECOND, THIRD = (date(2024, 1, day) for day in (1, 2, 3))


def candles(volume=100):
    """Three days of a walk around 1,000 rupees."""
    columns = [np.array(column, np.int64) for column in zip(*walk(1, 3 * 375), strict=True)]
    return CandleArrays(*columns, np.full(3 * 375, volume, np.int64))


def laid(days=(SECOND,), **what):
    what = {"description": "d", "source": "s"} | what
    return laid_over(candles(), Scenario.model_validate(what), days, TICK)


def minute(of, day, number):
    """The candle of a minute of the session, as the five columns of prices and volume."""
    at_ms = candles().start_ms[0] + (day - 1) * MS_PER_DAY + number * 60_000
    (place,) = np.flatnonzero(of.start_ms == at_ms)
    return [int(column[place]) for column in of[1:]]


def near(prices, factor):
    """The prices of `candles` moved by a factor, within a tick."""
    return pytest.approx([price * factor for price in prices[:4]], abs=TICK)


def test_an_empty_scenario_changes_nothing():
    for before, after in zip(candles(), laid(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_gap_moves_its_day_and_all_later_ones():
    moved, plain = laid(gap=-0.1), candles()

    assert minute(moved, 1, 374) == minute(plain, 1, 374)
    for day in (2, 3):
        assert minute(moved, day, 0)[:4] == near(minute(plain, day, 0), 0.9)


def test_gaps_of_several_days_add_up():
    assert minute(laid((SECOND, THIRD), gap=-0.1), 3, 9)[:4] == near(minute(candles(), 3, 9), 0.81)


def test_a_jump_lies_between_two_candles():
    moved = laid(moves=[{"begin": "12:30", "end": "12:30", "by": 0.05}])

    assert minute(moved, 2, 194) == minute(candles(), 2, 194)
    assert minute(moved, 2, 195)[:4] == near(minute(candles(), 2, 195), 1.05)


def test_a_slow_move_is_there_at_its_end_and_half_way_in_the_middle():
    moved = laid(moves=[{"begin": "10:15", "end": "11:15", "by": -0.19}])

    assert minute(moved, 2, 59) == minute(candles(), 2, 59)
    assert minute(moved, 2, 90)[0] == pytest.approx(minute(candles(), 2, 90)[0] * 0.9, abs=TICK)
    assert minute(moved, 2, 120)[:4] == near(minute(candles(), 2, 120), 0.81)


def test_a_candle_of_a_move_spans_it():
    """A minute that falls by 15% has its open before and its close after the fall."""
    opened, high, low, close, _ = minute(laid(moves=[{"begin": "09:50", "end": "09:51", "by": -0.15}]), 2, 35)
    before = minute(candles(), 2, 35)

    assert opened == before[0]
    assert close == pytest.approx(before[3] * 0.85, abs=TICK)
    assert high >= opened
    assert low <= close


def test_candles_stay_candles_on_the_tick_and_above_zero():
    moved = laid((FIRST, SECOND, THIRD), gap=-0.89, moves=[{"begin": "09:15", "end": "15:00", "by": -0.89}])

    assert (moved.low >= TICK).all()
    assert (moved.low <= np.minimum(moved.open, moved.close)).all()
    assert (moved.high >= np.maximum(moved.open, moved.close)).all()
    assert not any((column % TICK).any() for column in moved[1:5])


def test_a_halt_leaves_no_candles_and_nothing_else_out():
    halted = laid(halts=[{"begin": "09:58", "end": "10:58"}])
    gone = np.setdiff1d(candles().start_ms, halted.start_ms)

    assert [len(gone), (gone[0] - candles().start_ms[375]) / 60_000] == [60, 43]


def test_volume_is_less_on_the_day_alone_and_what_is_not_known_stays_so():
    scenario = Scenario(description="d", source="s", volume=0.5)
    known, unknown = (laid_over(candles(volume), scenario, (SECOND,), TICK) for volume in (100, UNKNOWN))

    assert [minute(known, day, 7)[4] for day in (1, 2, 3)] == [100, 50, 100]
    assert (unknown.volume == UNKNOWN).all()
