from dataclasses import replace

import pytest

from tests.fakes.declared import share
from tests.fakes.played_days import DAYS, OPEN_MS, ToyDays, outcome_of, signal_row
from trading_bot.backtest.honesty.decisions import signals_of
from trading_bot.backtest.honesty.warm_up import days_to_warm, lengths_of, warm_up_check


def checked(toy, lengths=(2, 4, 8), usual=4):
    shown = []
    return warm_up_check(toy, DAYS[:3], usual, lengths, shown.append), shown


def test_a_strategy_that_needs_little_history_signals_the_same_with_more():
    found, shown = checked(ToyDays())

    assert found.change == 0
    assert [run.changed for run in found.runs] == [0, 0]
    assert len(shown) == 3 * 3
    assert shown[:4] == [*(f"2 sessions before {day}" for day in DAYS[:3]), f"4 sessions before {DAYS[0]}"]


def test_signals_that_a_longer_history_changes_are_counted():
    """Between four sessions and eight, the first signal of each of three days, since each is begun anew."""
    found, _ = checked(ToyDays(forgets_after=8))
    usual = found.runs[-1]

    assert (usual.sessions, usual.changed) == (4, 3)
    assert found.change == usual.share == 3 / found.signals
    assert usual.first.startswith("2024-01-01 09:")


def test_a_signal_is_named_by_its_symbol_where_the_key_says_nothing():
    key = "NSE_EQ|INE467B01029"
    outcome = replace(
        outcome_of(DAYS[0], [signal_row(OPEN_MS, key)]), instruments=(replace(share("TCS"), key=key),)
    )

    (found,) = signals_of([outcome])

    assert found.text.endswith("toy long TCS")


def test_what_only_a_shorter_history_changes_is_told_but_not_held_against_it():
    found, _ = checked(ToyDays(forgets_after=4))

    assert found.change == 0
    assert [run.changed for run in found.runs] == [3, 0]


def test_without_a_longer_history_the_change_is_not_known():
    assert checked(ToyDays(), lengths=(2, 3))[0].change is None
    assert checked(ToyDays(), lengths=(3,))[0] is None


@pytest.mark.parametrize(
    ("usual", "available", "lengths"),
    [(4, 20, (2, 4, 8)), (4, 6, (2, 4, 6)), (4, 3, (2, 3)), (4, 0, ()), (1, 9, (1, 2)), (0, 5, (1,))],
)
def test_lengths_go_as_far_as_the_data(usual, available, lengths):
    assert lengths_of(usual, available) == lengths


def test_days_with_twice_the_history_before_them_are_chosen():
    earlier = {day: place for place, day in enumerate(DAYS)}

    assert days_to_warm(DAYS, earlier.__getitem__, 1, 2) == DAYS[-2:]
    assert days_to_warm(DAYS, earlier.__getitem__, 1, 0) == DAYS[2:]
    assert days_to_warm(DAYS, earlier.__getitem__, 9, 0) == DAYS[2:]
    assert days_to_warm(DAYS[:1], earlier.__getitem__, 9, 5) == DAYS[:1]
