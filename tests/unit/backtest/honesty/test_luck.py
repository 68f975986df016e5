from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.backtest_results import a_result, a_trade, three_trades
from trading_bot.backtest.honesty.luck import (
    Choice,
    Permutation,
    choice,
    daily_returns,
    daily_sharpe,
    permutation,
    shuffling,
)


class Market:
    """Draws numbers instead of markets."""

    def __init__(self):
        self.drawn_so_far = 0

    def drawn(self, rng):
        self.drawn_so_far += 1
        return float(rng.normal())


def permuted(observed, rounds=60):
    market, shown = Market(), []
    figures = permutation(
        observed,
        market,
        lambda change: change,
        rounds=rounds,
        rng=np.random.default_rng(1),
        advance=shown.append,
    )
    return figures, market.drawn_so_far, shown


def test_every_permuted_market_is_scored():
    figures, drawn, shown = permuted(9)

    assert len(figures) == drawn == len(shown) == 60
    assert shown[-1] == "0 of 60 do as well"
    assert permuted(9)[0] == figures


def test_it_ends_once_ten_do_as_well():
    figures, drawn, _ = permuted(0.0)

    assert sum(figure >= 0 for figure in figures) == 10
    assert figures[-1] >= 0
    assert drawn == len(figures) < 60


def test_the_chance_of_the_best_of_many_grows_with_their_number():
    alone = Permutation(observed=1.5, permuted=(0.0, 1.0, 2.0), trials=1)

    assert (alone.as_good, alone.alone, alone.p) == (1, 0.5, 0.5)
    assert replace(alone, trials=2).p == 1


def test_shuffled_trades_end_alike_and_fall_otherwise():
    found = shuffling(a_result(three_trades()), np.random.default_rng(1))

    assert found.observed == pytest.approx(140 / 100_060)
    assert len(found.shuffled) == 1_000
    assert shuffling(a_result([a_trade(exited=None)]), np.random.default_rng(1)) is None


def test_returns_are_those_of_days():
    returns = daily_returns(a_result(three_trades()))

    assert returns.tolist() == pytest.approx([-0.0008, 0, 100_080 / 99_920 - 1])
    assert daily_sharpe(returns) == pytest.approx(returns.mean() / returns.std(ddof=1))


@pytest.mark.parametrize("returns", [[], [0.01], [0.01, 0.01]])
def test_what_does_not_vary_has_no_ratio(returns):
    assert daily_sharpe(np.array(returns)) == 0


def test_an_emptied_account_has_no_returns():
    ruined = replace(a_result(three_trades()), equity=np.array([10_000_000, 0, 0, 0, 0, 0, 5]))

    assert daily_returns(ruined).size == 0


def test_the_choice_is_cross_validated_in_as_many_blocks_as_the_days_allow(rng):
    days = [(200, 12_870), (48, 924), (16, 6)]

    for length, splits in days:
        found = choice(list(rng.normal(size=(5, length))))
        assert isinstance(found, Choice)
        assert (found.trials, found.days, len(found.overfitting.logits)) == (5, length, splits)


def test_a_choice_that_cannot_be_judged_says_why(rng):
    assert choice([rng.normal(size=100)]).startswith("the daily returns of the other trials")
    assert choice(list(rng.normal(size=(3, 15)))) == "too few days: 15, at least 16 are needed"
