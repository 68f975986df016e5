"""Expected figures are those that the papers print, and simulations."""

import math

import numpy as np
import pytest

from trading_bot.research.deflated_sharpe import (
    SharpeSample,
    Trials,
    deflated_sharpe,
    independent_trials,
    mean_correlation,
    sharpe_sample,
    trials_of,
)


def normal(sharpe, periods):
    return SharpeSample(sharpe=sharpe, periods=periods, skewness=0, kurtosis=3)


PRINTED = SharpeSample(sharpe=2.5 / math.sqrt(250), periods=1_250, skewness=-3, kurtosis=10)
"""The example of "The deflated Sharpe ratio": five years of daily returns."""


@pytest.mark.parametrize(("count", "expected"), [(100, 0.9004), (46, 0.9505)])
def test_the_deflated_ratio_is_the_one_that_its_paper_prints(count, expected):
    assert deflated_sharpe(PRINTED, Trials(count=count, variance=0.5 / 250)) == pytest.approx(
        expected, abs=5e-5
    )


def test_the_expected_maximum_is_the_one_that_its_paper_prints():
    assert Trials(count=100, variance=0.5 / 250).expected_maximum == pytest.approx(0.1132, abs=5e-5)


def test_the_expected_maximum_is_that_of_the_best_of_as_many_draws(rng):
    best = rng.normal(0, 0.05, (20_000, 50)).max(axis=1).mean()

    assert Trials(count=50, variance=0.05**2).expected_maximum == pytest.approx(best, rel=0.02)


def test_one_trial_needs_no_deflation():
    sample = normal(0.1, 250)

    assert Trials(count=1, variance=0).expected_maximum == 0
    assert deflated_sharpe(sample, Trials(count=1, variance=0)) == sample.probability_above(0)


def test_more_trials_and_fatter_tails_make_less_sure():
    few, many = Trials(count=5, variance=0.002), Trials(count=500, variance=0.002)
    tailed = SharpeSample(sharpe=0.15, periods=500, skewness=-2, kurtosis=12)

    assert deflated_sharpe(normal(0.15, 500), few) > deflated_sharpe(normal(0.15, 500), many)
    assert tailed.probability_above(0) < normal(0.15, 500).probability_above(0)


def test_a_ratio_at_its_benchmark_is_above_it_half_of_the_time():
    assert normal(0.1, 250).probability_above(0.1) == 0.5


def test_the_minimum_record_is_the_one_that_its_paper_prints():
    """A daily record of an annual 2 over an annual 1 takes 2.73 years."""
    sample = normal(2 / math.sqrt(252), 100)

    assert sample.minimum_periods(1 / math.sqrt(252)) / 252 == pytest.approx(2.73, abs=0.005)


def test_a_record_as_long_as_the_minimum_reaches_its_confidence():
    periods = normal(0.1, 100).minimum_periods(0.02, 0.9)

    assert normal(0.1, periods).probability_above(0.02) == pytest.approx(0.9)


def test_no_record_is_long_enough_for_a_ratio_below_its_benchmark():
    assert normal(0.1, 100).minimum_periods(0.1) is None
    for confidence in (0.5, 1.0):
        with pytest.raises(ValueError, match="a confidence of"):
            normal(0.1, 100).minimum_periods(confidence=confidence)


def test_the_error_is_the_spread_of_measured_ratios(rng):
    """Of skewed returns with fat tails, where the formula for normal ones would be off by a sixth."""
    draws = 1.3 - rng.exponential(1, (4_000, 400))
    measured = draws.mean(axis=1) / draws.std(axis=1, ddof=1)
    sample = SharpeSample(sharpe=0.3, periods=400, skewness=-2, kurtosis=9)

    assert measured.std() == pytest.approx(sample.error, rel=0.03)


def test_a_sample_has_the_moments_of_its_returns(rng):
    returns = 0.01 * (rng.exponential(1, 200_000) - 0.9)
    sample = sharpe_sample(returns)

    assert (sample.sharpe, sample.periods) == (pytest.approx(0.1, rel=0.05), 200_000)
    assert (sample.skewness, sample.kurtosis) == (pytest.approx(2, rel=0.05), pytest.approx(9, rel=0.1))


def test_returns_that_do_not_vary_have_no_ratio():
    assert sharpe_sample([0.01, 0.01, 0.01]) is None
    with pytest.raises(ValueError, match="fewer than the 2 needed"):
        sharpe_sample([0.01])


def test_two_values_whose_error_vanishes_make_no_division_by_zero():
    """A skewness of 2 with a kurtosis of 5 at a ratio of 1: the formula's variance is 0."""
    sample = SharpeSample(sharpe=1, periods=100, skewness=2, kurtosis=5)

    assert sample.error == pytest.approx(math.sqrt(1 / 100 / 99))


def test_trials_are_counted_with_the_spread_of_their_ratios(rng):
    ratios = rng.normal(0, 0.05, 40)

    trials = trials_of(ratios, 250)

    assert (trials.count, trials.variance) == (40, pytest.approx(ratios.var(ddof=1)))
    assert trials_of([0.1], 250) == Trials(count=1, variance=0)


def test_a_trial_without_a_ratio_counts_and_does_not_narrow_the_spread():
    """Sets that never traded beside some that did: the best by luck is no less for them."""
    some = trials_of([0.1, -0.1], 250)

    assert trials_of([0.1, None, -0.1, None], 250) == Trials(count=4, variance=some.variance)


def test_where_hardly_a_ratio_is_known_the_trials_vary_as_luck_does():
    for ratios in ([None, None], [0.2, None]):
        assert trials_of(ratios, 400) == Trials(count=2, variance=1 / 400)


def test_a_record_of_trials_that_cannot_be_is_refused():
    with pytest.raises(ValueError, match="0 trials"):
        Trials(count=0, variance=0)
    for variance in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="a variance of"):
            Trials(count=2, variance=variance)


def test_trials_that_are_all_the_same_are_one():
    assert independent_trials(100, 1) == 1
    assert independent_trials(100, 0) == independent_trials(100, -0.1) == 100
    assert independent_trials(100, 0.5) == 50.5
    assert independent_trials(1, 0.3) == 1
    for count, correlation in ((100, 1.1), (100, float("nan")), (0, 0.5)):
        with pytest.raises(ValueError, match="with a mean correlation of"):
            independent_trials(count, correlation)


def test_the_mean_correlation_is_that_of_all_pairs(rng):
    table = rng.normal(0, 0.01, (250, 6)) + rng.normal(0, 0.01, (250, 1))
    pairs = np.corrcoef(table.T)[np.triu_indices(6, 1)]

    assert mean_correlation(table) == pytest.approx(pairs.mean())
    assert mean_correlation(np.column_stack((table, np.full(250, 0.01)))) == pytest.approx(pairs.mean())
    assert mean_correlation(table[:, :1]) is None
    assert mean_correlation(np.full((9, 3), 0.1)) is None
    assert mean_correlation([[0.0, 1.0], [1.0, 0.0]]) == pytest.approx(-1)


def test_two_periods_are_the_fewest():
    assert sharpe_sample([0.0, 0.02]).sharpe == pytest.approx(1 / math.sqrt(2))


def test_the_benchmark_of_a_minimum_record_is_zero_unless_it_is_told():
    assert normal(0.1, 100).minimum_periods() == normal(0.1, 100).minimum_periods(0.0)
