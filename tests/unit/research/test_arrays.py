import numpy as np
import pytest

from trading_bot.research.arrays import finite, is_flat, rising_times, whole


@pytest.mark.parametrize("values", [[1.0, float("nan")], [float("inf")], [], [[1.0]]])
def test_what_is_not_a_row_of_finite_numbers_is_refused(values):
    with pytest.raises(ValueError, match="returns"):
        finite(values, "returns")


def test_fewer_values_than_needed_are_refused():
    with pytest.raises(ValueError, match="returns are 2, fewer than the 3 needed"):
        finite([1, 2], "returns", least=3)


def test_times_may_stand_still_but_never_fall():
    assert rising_times([1, 1, 2], "times").tolist() == [1, 1, 2]
    with pytest.raises(ValueError, match="times are not in order"):
        rising_times([2, 1], "times")


def test_fractions_are_no_whole_numbers_and_nothing_is_an_empty_row():
    assert whole([], "entries").dtype == np.int64
    with pytest.raises(ValueError, match="entries are not whole numbers but float64"):
        whole([1.5], "entries")


def test_equal_values_are_flat_also_when_they_differ_by_rounding():
    assert is_flat(np.array([0.1 + 0.2, 0.3]))
    assert is_flat(np.zeros(3))
    assert is_flat(np.array([1.0]))
    assert not is_flat(np.array([0.3, 0.3000001]))


def test_one_row_is_enough_unless_more_are_asked_for():
    assert finite([2], "returns").tolist() == [2.0]
    assert rising_times([7], "times").tolist() == [7]


def test_numbers_with_another_axis_are_refused():
    with pytest.raises(ValueError, match="entries have 2 axes instead of 1"):
        whole([[1]], "entries")
