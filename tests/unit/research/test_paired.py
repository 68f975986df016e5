"""Two ways of trading the same days: what luck explains, and what it does not."""

from itertools import product

import numpy as np
import pytest

from trading_bot.research.paired import least_days, paired_difference

RNG = np.random.default_rng


def compared(differences, confidence=0.95):
    return paired_difference(np.zeros(len(differences)), differences, RNG(1), confidence)


def test_the_p_value_is_that_of_all_choices_of_signs():
    differences = np.array([5.0, -3, 4, 6, 2, 9, 1, 3])
    sums = [abs(np.dot(signs, differences)) for signs in product((-1, 1), repeat=8)]

    assert compared(differences).p == np.mean(np.array(sums) >= abs(differences.sum()))


def test_days_that_do_not_differ_change_nothing_about_luck():
    with_zeros = compared([5.0, 0, -3, 4, 0, 0, 6, 2, 9, 1, 3])

    assert with_zeros.p == compared([5.0, -3, 4, 6, 2, 9, 1, 3]).p
    assert (with_zeros.days, with_zeros.moved) == (11, 8)


def test_five_days_that_all_agree_are_too_few_and_six_are_not():
    five, six = compared([1.0] * 5), compared([1.0] * 6)

    assert (five.is_told, six.is_told) == (False, True)
    assert (five.low, five.high) == (None, None)
    assert least_days() == 6


@pytest.mark.parametrize(("shadows", "days"), [(1, 6), (2, 7), (5, 8)])
def test_the_surer_it_has_to_be_the_more_days_it_takes(shadows, days):
    confidence = 1 - 0.05 / shadows

    assert least_days(confidence) == days
    assert compared([1.0] * days, confidence).is_told
    assert not compared([1.0] * (days - 1), confidence).is_told


def test_the_interval_holds_what_the_test_does_not_refuse():
    found = compared([5.0, -3, 4, 6, 2, 9, 1, 3])

    assert found.low < found.mean < found.high
    assert found.low > 0, "it is told"
    wider = compared([5.0, -3, 4, 6, 2, 9, 1, -3])
    assert not wider.is_told
    assert wider.low < 0 < wider.high


def test_luck_is_taken_for_skill_as_often_as_was_agreed():
    """Records of twelve days with fat tails, of which some do not differ."""
    rng = RNG(7)
    told = sum(compared(rng.standard_t(3, 12) * (rng.random(12) < 0.8)).is_told for _ in range(200))

    assert told <= 200 * 0.05 + 2 * np.sqrt(200 * 0.05 * 0.95)


def test_the_interval_holds_the_truth_as_often_as_it_says():
    rng = RNG(3)
    records = [compared(rng.normal(10, 50, 12)) for _ in range(100)]

    assert sum(one.low <= 10 <= one.high for one in records) >= 90


def test_the_days_that_are_needed_show_the_difference_four_times_of_five():
    needed = compared([130.0, -70.0] * 500).needed

    assert needed == 88
    rng = RNG(5)
    told = sum(compared(rng.normal(30, 100, needed)).is_told for _ in range(10))
    assert told >= 5


def test_what_never_differs_tells_nothing():
    found = compared([0.0] * 20)

    assert (found.p, found.moved, found.needed) == (1.0, 0, None)
    assert not found.is_told


def test_no_days_are_no_comparison():
    assert paired_difference([], [], RNG(1)) is None


def test_what_is_no_pair_is_refused():
    with pytest.raises(ValueError, match="no pairs"):
        paired_difference([1.0], [1.0, 2.0], RNG(1))
    with pytest.raises(ValueError, match="finite"):
        paired_difference([1.0], [float("nan")], RNG(1))
    with pytest.raises(ValueError, match="confidence"):
        paired_difference([1.0], [2.0], RNG(1), 0.2)
