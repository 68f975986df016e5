import empyrical
import numpy as np
import pytest

from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.research.drawdown import Drawdown, deepest_drawdown, longest_drawdown, underwater


def days(count):
    return np.arange(count) * MS_PER_DAY


def test_a_fall_runs_from_its_peak_until_the_peak_is_reached_again():
    assert deepest_drawdown(days(6), [100, 120, 90, 96, 120, 130]) == Drawdown(
        depth=0.25, started_ms=MS_PER_DAY, bottom_ms=2 * MS_PER_DAY, ended_ms=4 * MS_PER_DAY, days=3
    )


def test_a_fall_that_is_not_over_has_no_end_and_lasts_until_the_last_point():
    fall = deepest_drawdown(days(4), [100, 50, 60, 99])

    assert (fall.ended_ms, fall.days) == (None, 3)


def test_the_longest_fall_need_not_be_the_deepest():
    equity = [100, 60, 100, 99, 98, 99, 100]

    assert deepest_drawdown(days(7), equity).depth == 0.4
    assert longest_drawdown(days(7), equity) == Drawdown(
        depth=pytest.approx(0.02),
        started_ms=2 * MS_PER_DAY,
        bottom_ms=4 * MS_PER_DAY,
        ended_ms=6 * MS_PER_DAY,
        days=4,
    )


def test_of_equal_falls_the_first_is_told():
    assert deepest_drawdown(days(5), [100, 90, 100, 90, 100]).started_ms == 0


def test_a_curve_that_never_falls_has_no_drawdown():
    assert deepest_drawdown(days(3), [100, 100, 101]) is None
    assert longest_drawdown(days(1), [100]) is None


def test_equity_below_zero_is_a_fall_of_more_than_all():
    assert deepest_drawdown(days(2), [100, -50]).depth == 1.5


def test_the_depth_equals_that_of_empyrical(rng):
    returns = rng.normal(0.0005, 0.01, 500)
    equity = np.concatenate(([1.0], np.cumprod(1 + returns)))

    assert deepest_drawdown(days(501), equity).depth == pytest.approx(
        -empyrical.max_drawdown(returns), rel=1e-12
    )
    assert underwater(equity).max() == deepest_drawdown(days(501), equity).depth


def test_equity_that_begins_at_zero_and_unequal_lengths_are_refused():
    with pytest.raises(ValueError, match="equity begins at 0"):
        underwater([0, 1])
    with pytest.raises(ValueError, match="3 times for 2 equity values"):
        deepest_drawdown(days(3), [1, 2])


def plainly(equity):
    """Each fall as (depth, first point, last point, whether it ended), by a loop."""
    falls, peak, at_peak = [], equity[0], 0
    for place, value in enumerate(equity):
        if value >= peak:
            if at_peak < place - 1:
                falls.append((1 - min(equity[at_peak:place]) / peak, at_peak, place, True))
            peak, at_peak = value, place
    if at_peak < len(equity) - 1:
        falls.append((1 - min(equity[at_peak:]) / peak, at_peak, len(equity) - 1, False))
    return falls


def test_falls_are_those_that_a_loop_finds(rng):
    for _ in range(100):
        equity = (100 + np.cumsum(rng.integers(-2, 3, 40))).tolist()
        falls = plainly(equity)
        if not falls:
            continue
        deepest, longest = deepest_drawdown(days(40), equity), longest_drawdown(days(40), equity)

        depth, first, last, is_over = max(falls, key=lambda fall: round(fall[0], 12))
        assert (deepest.depth, deepest.started_ms, deepest.days) == (
            pytest.approx(depth),
            first * MS_PER_DAY,
            last - first,
        )
        assert (deepest.ended_ms is not None) == is_over
        _, first, last, _ = max(falls, key=lambda fall: fall[2] - fall[1])
        assert (longest.started_ms, longest.days) == (first * MS_PER_DAY, last - first)
