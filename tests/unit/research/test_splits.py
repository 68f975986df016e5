import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_bot.research.splits import purged_folds, walk_forward


def shown(splits):
    return [((s.train[0], s.train[-1]), (s.test[0], s.test[-1])) for s in splits]


def test_rolling_windows_move_and_their_tests_join():
    assert shown(walk_forward(10, train=4, test=2)) == [
        ((0, 3), (4, 5)),
        ((2, 5), (6, 7)),
        ((4, 7), (8, 9)),
    ]


def test_anchored_windows_grow_and_test_the_same():
    assert shown(walk_forward(10, train=4, test=2, anchored=True)) == [
        ((0, 3), (4, 5)),
        ((0, 5), (6, 7)),
        ((0, 7), (8, 9)),
    ]


def test_windows_of_one_period_are_the_shortest():
    assert shown(walk_forward(3, train=1, test=1)) == [((0, 0), (1, 1)), ((1, 1), (2, 2))]


def test_a_gap_is_kept_and_a_last_window_that_is_not_whole_is_left_out():
    assert shown(walk_forward(10, train=4, test=2, gap=1)) == [((0, 3), (5, 6)), ((2, 5), (7, 8))]


@pytest.mark.parametrize(
    ("periods", "lengths", "words"),
    [
        (5, {"train": 4, "test": 2}, "5 periods hold no window"),
        (9, {"train": 0, "test": 2}, "windows of 0 and 2"),
        (9, {"train": 4, "test": 0}, "windows of 4 and 0"),
        (9, {"train": 4, "test": 2, "gap": -1}, "-1 apart"),
    ],
)
def test_windows_that_cannot_be_are_refused(periods, lengths, words):
    with pytest.raises(ValueError, match=words):
        walk_forward(periods, **lengths)


def test_labels_that_reach_into_the_test_are_purged_before_and_after():
    starts = np.arange(12)

    first, middle, last = purged_folds(starts, starts + 2, 3)

    assert (middle.train.tolist(), middle.test.tolist()) == ([0, 1, 10, 11], [4, 5, 6, 7])
    assert first.train.tolist() == [6, 7, 8, 9, 10, 11]
    assert last.train.tolist() == [0, 1, 2, 3, 4, 5]


def test_labels_of_one_moment_purge_nothing():
    starts = np.arange(6)

    assert [split.train.tolist() for split in purged_folds(starts, starts, 2)] == [[3, 4, 5], [0, 1, 2]]


def test_an_embargo_bars_what_follows_the_test_and_not_what_comes_before():
    starts = np.arange(20)

    split = purged_folds(starts, starts, 4, embargo=0.1)[1]

    assert split.test.tolist() == [5, 6, 7, 8, 9]
    assert split.train.tolist() == [0, 1, 2, 3, 4, *range(12, 20)]


def test_a_long_label_early_in_the_test_purges_beyond_its_end():
    starts, ends = np.arange(9), np.arange(9)
    ends[3] = 7

    assert purged_folds(starts, ends, 3)[1].train.tolist() == [0, 1, 2, 8]


@settings(max_examples=40)
@given(st.data())
def test_no_training_label_ever_meets_a_test_label(data):
    count = data.draw(st.integers(6, 40))
    starts = np.sort(np.array(data.draw(st.lists(st.integers(0, 60), min_size=count, max_size=count))))
    ends = starts + np.array(data.draw(st.lists(st.integers(0, 9), min_size=count, max_size=count)))

    for split in purged_folds(starts, ends, 3, embargo=0.05):
        meets = (starts[split.train][:, None] <= ends[split.test]) & (
            ends[split.train][:, None] >= starts[split.test]
        )
        assert not meets.any()
        assert not set(split.train) & set(split.test)


def test_each_observation_is_tested_once_in_folds():
    tested = np.concatenate([split.test for split in purged_folds(np.arange(11), np.arange(11), 4)])

    assert sorted(tested) == list(range(11))


@pytest.mark.parametrize(
    ("starts", "ends", "words"),
    [
        ([0, 1, 2], [0, 0, 2], "a span ends before it starts"),
        ([0, 1, 2], [0, 1], "3 starts for 2 ends"),
        ([2, 1, 3], [3, 3, 3], "starts of spans are not in order"),
        ([0], [0], "1 observations cannot make 2 groups"),
    ],
)
def test_spans_that_cannot_be_are_refused(starts, ends, words):
    with pytest.raises(ValueError, match=words):
        purged_folds(starts, ends, 2)


def test_an_embargo_of_everything_is_refused():
    with pytest.raises(ValueError, match="an embargo of 1"):
        purged_folds([0, 1], [0, 1], 2, embargo=1)
