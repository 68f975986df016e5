from dataclasses import replace

import numpy as np
import pytest

from trading_bot.research.deflated_sharpe import Trials, deflated_sharpe, sharpe_sample
from trading_bot.research.promotion import Bar, Evidence, promote

RETURNS = np.tile([0.012, -0.008], 252)
"""Two years with an annual Sharpe ratio of 3.2."""
GOOD = Evidence(
    returns=RETURNS,
    trades=400,
    trials=Trials(count=20, variance=0.001),
    overfit_probability=0.2,
    loss_probability=0.3,
    permutation_p=0.025,
    doubled_cost_return=0.001,
    looks_ahead=False,
    warm_up_change=0.01,
    shuffled_drawdown=0.5,
)
PERMUTED = "3.0% is the chance of as much on a permuted market, 2.5% allowed"
OVERFIT = (
    "out of sample the chosen trial is below the median in 20.1% of the splits, 20% allowed, "
    "or loses in 5.1%, 5% allowed"
)


def failed(**changed):
    """The criteria that fail when the evidence is good but for these, with their reasons."""
    return {one.name: one.reason for one in promote(replace(GOOD, **changed)).failed}


def test_what_meets_every_limit_passes():
    verdict = promote(GOOD)

    assert verdict.passed
    assert [criterion.name for criterion in verdict.criteria] == [
        "length",
        "deflated Sharpe ratio",
        "overfitting",
        "bar permutation",
        "costs doubled",
        "look-ahead",
        "warm-up",
        "shuffled drawdown",
    ]


@pytest.mark.parametrize(
    ("changed", "name", "reason"),
    [
        ({"trades": 29}, "length", "days: 504 of 250 needed, closed trades: 29 of 30"),
        (
            {"overfit_probability": 0.201, "loss_probability": 0.051},
            "overfitting",
            OVERFIT,
        ),
        ({"permutation_p": 0.03}, "bar permutation", PERMUTED),
        ({"doubled_cost_return": 0.0}, "costs doubled", "makes +0.0% then, more than 0 needed"),
        ({"looks_ahead": True}, "look-ahead", "decisions depend on the future"),
        ({"warm_up_change": 0.02}, "warm-up", "2.0% of decisions change with a longer one, 1.0% allowed"),
        (
            {"shuffled_drawdown": 0.51},
            "shuffled drawdown",
            "51.0% is the drawdown that one order of its results in twenty exceeds, 50.0% allowed",
        ),
    ],
)
def test_each_criterion_fails_alone_and_says_why(changed, name, reason):
    assert failed(**changed) == {name: reason}


def test_a_year_is_the_shortest_record():
    few_trials = Trials(count=1, variance=0)

    assert not failed(returns=RETURNS[:250], trials=few_trials)
    assert list(failed(returns=RETURNS[:249], trials=few_trials)) == ["length"]


def test_many_trials_make_the_same_result_less_sure():
    reasons = failed(trials=Trials(count=2_000, variance=0.003))

    assert list(reasons) == ["deflated Sharpe ratio"]
    assert reasons["deflated Sharpe ratio"].startswith(
        "59.7% sure to be better than the best of 2000 trials by luck"
    )


def test_a_record_that_is_only_too_short_is_told_how_long_it_would_have_to_be():
    reason = failed(trials=Trials(count=2_000, variance=0.0025))["deflated Sharpe ratio"]

    assert reason.endswith("of 97.5% needed; at this ratio 5,104 days would do")


def test_a_ratio_below_what_luck_shows_is_told_no_length():
    assert failed(returns=-RETURNS)["deflated Sharpe ratio"].endswith("of 97.5% needed")


@pytest.mark.parametrize(
    ("unmeasured", "name"),
    [
        ("trials", "deflated Sharpe ratio"),
        ("overfit_probability", "overfitting"),
        ("loss_probability", "overfitting"),
        ("permutation_p", "bar permutation"),
        ("doubled_cost_return", "costs doubled"),
        ("looks_ahead", "look-ahead"),
        ("warm_up_change", "warm-up"),
        ("shuffled_drawdown", "shuffled drawdown"),
    ],
)
def test_what_was_not_measured_does_not_pass(unmeasured, name):
    reasons = failed(**{unmeasured: None})

    assert list(reasons) == [name]
    assert any(words in reasons[name] for words in ("not measured", "not cross-validated", "nobody counted"))


def test_a_single_trial_needs_no_cross_validation_and_uncounted_ones_do():
    unmeasured = {"overfit_probability": None, "loss_probability": None}

    assert not failed(trials=Trials(count=1, variance=0), **unmeasured)
    assert failed(trials=None, **unmeasured) == {
        "deflated Sharpe ratio": "nobody counted the trials",
        "overfitting": "the choice among the trials was not cross-validated",
    }


def test_a_choice_among_equals_passes_when_it_does_not_lose():
    assert not failed(overfit_probability=0.6, loss_probability=0.05)


@pytest.mark.parametrize("returns", [np.zeros(300), np.empty(0), np.ones(1)])
def test_returns_that_do_not_vary_are_sure_of_nothing(returns):
    assert failed(returns=returns)["deflated Sharpe ratio"] == "the returns do not vary"


def test_another_bar_demands_something_else():
    assert promote(replace(GOOD, trades=5), Bar(trades=5)).passed
    assert not promote(GOOD, Bar(certainty=0.9999)).passed


@pytest.mark.parametrize(
    "changed",
    [{"permutation_p": float("nan")}, {"returns": np.full(300, np.nan)}, {"doubled_cost_return": np.inf}],
)
def test_a_figure_that_is_unreadable_is_an_error_and_no_failure(changed):
    with pytest.raises(ValueError, match="what is unknown is None"):
        failed(**changed)


def test_criteria_that_pass_say_why_too():
    alone = promote(replace(GOOD, trials=Trials(count=1, variance=0)))
    reasons = {one.name: one.reason for one in alone.criteria}

    assert reasons["deflated Sharpe ratio"] == "100.0% sure to be above 0, of 97.5% needed"
    assert reasons["overfitting"] == "not applicable: one trial, nothing was chosen"
    assert reasons["look-ahead"] == "a changed future changes no decision"


def test_a_certainty_at_the_limit_passes():
    certainty = deflated_sharpe(sharpe_sample(RETURNS), GOOD.trials)

    assert promote(GOOD, Bar(certainty=certainty)).passed
