from datetime import date

import pytest

from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.market import market_of
from trading_bot.backtest.walk_forward.windows import Folds, Lengths, windows_of
from trading_bot.domain.errors import HistoryError

MARKET = walking(1, minutes=10 * 375)  # ten days from 1 January 2024


def spans(*lengths):
    return [
        (*(day.day for day in window.train_span), *(day.day for day in window.test_span))
        for window in windows_of(MARKET, Lengths(*lengths))
    ]


def test_rolling_windows_move_on_by_their_test():
    assert spans(4, 2) == [(1, 4, 5, 6), (3, 6, 7, 8), (5, 8, 9, 10)]


def test_anchored_windows_learn_from_the_first_day_on():
    assert spans(4, 2, 0, True) == [(1, 4, 5, 6), (1, 6, 7, 8), (1, 8, 9, 10)]


def test_a_gap_is_seen_by_neither():
    assert spans(4, 2, 1) == [(1, 4, 6, 7), (3, 6, 8, 9)]


def test_a_window_is_played_from_its_first_day_to_its_last():
    window = windows_of(MARKET, Lengths(4, 2, 1))[0]

    assert window.played.bars == 7 * 375
    assert window.played.times[-1] // 86_400_000 == MARKET.times[7 * 375 - 1] // 86_400_000
    assert window.train.market.times[-1] < window.test_from_ms <= window.played.times[5 * 375]


def test_days_that_hold_no_window_are_said():
    text = "^10 trading days hold no window of 9 to choose on, 1 between, and 2 to play; shorten --train"
    with pytest.raises(HistoryError, match=text):
        windows_of(MARKET, Lengths(9, 2, 1))
    with pytest.raises(HistoryError, match="of 9 to choose on and 2 to play"):
        windows_of(MARKET, Lengths(9, 2))


def test_days_on_which_no_share_can_be_played_are_said():
    market = walking(1, 2, minutes=3 * 375)
    one_a_day = market_of(
        [(one, [column[::375] for column in market.candles(n)]) for n, one in enumerate(market.instruments)]
    )

    with pytest.raises(HistoryError, match="no share has two candles from 2024-01-01 to 2024-01-01"):
        windows_of(one_a_day, Lengths(1, 1))


def test_dates_are_those_of_india():
    assert windows_of(MARKET, Lengths(4, 2))[0].test_span == (date(2024, 1, 5), date(2024, 1, 6))


def folds(*of):
    """The days of the month that are chosen on and tested, by fold."""
    first = int(MARKET.days[0])
    return [
        (
            [int(day) - first + 1 for day in window.train_days],
            [int(day) - first + 1 for day in window.test_days],
        )
        for window in windows_of(MARKET, Folds(*of))
    ]


def test_each_part_is_tested_once_by_what_was_chosen_on_all_others():
    assert folds(2) == [([6, 7, 8, 9, 10], [1, 2, 3, 4, 5]), ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])]
    assert sorted(day for _, tested in folds(3) for day in tested) == list(range(1, 11))


def test_days_whose_outcome_reaches_into_a_test_and_those_that_it_reaches_are_purged():
    """Five parts of two days, outcomes known a day later."""
    assert folds(5, 1)[2] == ([1, 2, 3, 8, 9, 10], [5, 6])


def test_an_embargo_waits_longer_after_a_test():
    assert folds(5, 0, 0.2)[2] == ([1, 2, 3, 4, 9, 10], [5, 6])


def test_a_fold_is_played_over_all_days_but_only_others_count():
    window = windows_of(MARKET, Folds(5, 1))[2]

    assert window.played is window.train.market is MARKET
    assert window.train.counted is not None


@pytest.mark.parametrize(
    ("of", "said"),
    [((11,), "^10 trading days cannot make 11 folds"), ((2, 5), "of 10 days none is left to choose on")],
)
def test_days_that_hold_no_folds_are_said(of, said):
    with pytest.raises(HistoryError, match=said):
        windows_of(MARKET, Folds(*of))
