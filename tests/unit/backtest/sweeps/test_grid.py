import pytest

from trading_bot.backtest.sweeps.grid import Axis, axis_of, sets_of


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("fast=5:20:5", (5, 10, 15, 20)),
        ("fast=5:19:5", (5, 10, 15)),
        ("fast=7", (7,)),
        ("fast=3,2,4", (3, 2, 4)),
        ("fast=0.1:0.3:0.1", (0.1, 0.2, 0.3)),
        ("fast = 1.50 , 2.0", (1.5, 2)),
    ],
)
def test_values_are_listed_or_counted_up_with_both_ends(text, values):
    assert axis_of(text) == Axis("fast", values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("fast", "names no values"),
        ("=1,2", "names no parameter"),
        ("fast=", "not a number"),
        ("fast=a,b", "not a number"),
        ("fast=nan", "not a number"),
        ("fast=1:2", "not a number"),
        ("fast=9:5:1", "goes up"),
        ("fast=5:9:0", "goes up"),
        ("fast=0:1:0.00001", "the most"),
        ("fast=2,2.0", "twice"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(text, why):
    with pytest.raises(ValueError, match=why):
        axis_of(text)


def test_every_combination_is_a_set_and_the_last_axis_varies_fastest():
    sets = sets_of([Axis("a", (1, 2)), Axis("b", (3, 4))])

    assert list(sets) == [{"a": 1, "b": 3}, {"a": 1, "b": 4}, {"a": 2, "b": 3}, {"a": 2, "b": 4}]


def test_a_name_that_comes_twice_is_refused():
    with pytest.raises(ValueError, match="a is set twice"):
        list(sets_of([Axis("a", (1,)), Axis("a", (2,))]))
