import json

import numpy as np
import pytest

from tests.fakes.backtest_results import DAYS, a_result
from trading_bot.backtest.honesty.luck import Choice
from trading_bot.backtest.honesty.tried import Trial, record_trial, text_of, tried

AT_MS = 1_795_059_000_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "research" / "trials.jsonl"


def a_trial(number=0, days=40, **changes):
    returns = np.random.default_rng(number).normal(0.001, 0.01, days)
    given = {
        "strategies": ("toy",),
        "settings": {"length": number},
        "policy": {"seed": 1, "slippage_bps": "0.5"},
        "asked": {"folder": "/prices", "first": None, "last": None},
        "data": "digest",
        "folder": "prices",
        "result": a_result(),
        "returns": returns,
        "sharpe": float(returns.mean() / returns.std(ddof=1) * 252**0.5),
    }
    return Trial(**given | changes)


def a_sweep_line(path, number, **changes):
    """As a sweep leaves it."""
    trial = a_trial(number)
    line = trial.line(AT_MS) | {"kind": "sweep", "policy": {"fee": "0"}, "set": {"fast": number}} | changes
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def test_a_backtest_alone_is_one_trial(path):
    found, choice = tried(path, a_trial())

    assert (found.trials.count, found.trials.variance, found.unreadable) == (1, 0, 0)
    assert choice == "not applicable: one trial"
    assert text_of(found) == "1 (1 by backtest)"


def test_what_was_tried_before_counts_each_setting_once(path):
    for number in (1, 2, 2, 0):
        record_trial(path, a_trial(number), AT_MS)

    found, _ = tried(path, a_trial())

    ratios = np.array([a_trial(number).sharpe for number in range(3)]) / 252**0.5
    assert found.trials.count == 3
    assert found.trials.variance == pytest.approx(ratios.var(ddof=1))


def test_the_same_settings_on_days_that_the_folder_gained_are_no_other_trial(path):
    record_trial(path, a_trial(0, days=20, data="other"), AT_MS)

    assert tried(path, a_trial())[0].trials.count == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"settings": {"length": 9}},
        {"policy": {"seed": 2, "slippage_bps": "0.5"}},
        {"policy": {"seed": 1, "slippage_bps": "0"}},
        {"asked": {"folder": "/prices", "first": "2016-09-01", "last": None}},
        {"asked": {"folder": "/others", "first": None, "last": None}},
        {"result": a_result(closes={"TCS": (1, 2, 3)})},
    ],
)
def test_whatever_one_could_choose_until_it_pleases_is_another_trial(path, changes):
    record_trial(path, a_trial(**changes), AT_MS)

    assert tried(path, a_trial())[0].trials.count == 2


def test_cash_that_only_scales_is_no_other_trial_and_stress_no_trial_at_all(path):
    record_trial(path, a_trial(policy={"seed": 1, "slippage_bps": "0.5", "cash": "7"}), AT_MS)
    record_trial(path, a_trial(3, policy={"seed": 1, "stress": "gaps"}), AT_MS)

    assert tried(path, a_trial())[0].trials.count == 1


def test_lines_of_before_are_told_apart_by_their_settings(path):
    for number in (1, 1, 2):
        line = a_trial(number).line(AT_MS)
        for name in ("policy", "asked", "days"):
            del line[name]
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(json.dumps(line) + "\n")

    found, _ = tried(path, a_trial())

    assert (found.trials.count, found.unreadable) == (3, 0)


def test_the_ratio_of_a_few_days_does_not_widen_the_spread_of_long_records(path):
    """Luck alone: a ratio of ten days spreads twice as much as one of forty."""
    record_trial(path, a_trial(1, days=10), AT_MS)

    found, _ = tried(path, a_trial())

    ratios = np.array([a_trial().sharpe, a_trial(1, days=10).sharpe * 0.5]) / 252**0.5
    assert found.trials.variance == pytest.approx(ratios.var(ddof=1))


def test_other_strategies_and_shares_are_not_counted(path):
    record_trial(path, a_trial(1, strategies=("theirs",)), AT_MS)
    record_trial(path, a_trial(2, result=a_result(closes={"SBIN": (1, 2, 3)})), AT_MS)

    assert tried(path, a_trial())[0].trials.count == 1


def test_strategies_together_are_judged_by_the_trials_of_each(path):
    record_trial(path, a_trial(1), AT_MS)

    assert tried(path, a_trial(2, strategies=("toy", "other")))[0].trials.count == 2


def test_sweeps_and_backtests_of_the_same_days_are_cross_validated_together(path):
    record_trial(path, a_trial(1), AT_MS)
    for number in range(2, 6):
        a_sweep_line(path, number)

    found, choice = tried(path, a_trial())

    assert isinstance(choice, Choice)
    assert (choice.trials, choice.days) == (6, 40)
    assert text_of(found) == "6 (4 by sweep, 2 by backtest)"


@pytest.mark.parametrize(
    "changes",
    [
        {"first": "2020-01-01"},
        {"last": "2030-01-01"},
        {"symbols": ["RELIANCE"]},
        {"returns": None},
        {"returns": [0.1]},
        {"returns": "x"},
        {"returns": ["x"] * 40},
        {"returns": [float("nan")] * 40},
    ],
)
def test_returns_of_other_days_or_shares_and_unreadable_ones_are_not_compared(path, changes):
    record_trial(path, a_trial(1), AT_MS)
    for number in (2, 3, 4):
        a_sweep_line(path, number, **changes)

    found, choice = tried(path, a_trial())

    assert found.trials.count == 5
    assert choice.startswith("the daily returns of 3 of 5 trials are not on record for these days and shares")


def test_half_of_the_trials_is_enough_to_judge_the_choice(path):
    record_trial(path, a_trial(1), AT_MS)
    a_sweep_line(path, 2, first="2020-01-01")
    a_sweep_line(path, 3, first="2020-01-01")

    _, choice = tried(path, a_trial())

    assert choice.trials == 2


def test_lines_that_cannot_be_read_are_told(path):
    record_trial(path, a_trial(1), AT_MS)
    with path.open("a") as file:
        file.write("{broken\n")

    found, _ = tried(path, a_trial())

    assert found.unreadable == 1
    assert text_of(found).endswith("1 line is unreadable, there may be more")


def test_a_line_holds_what_it_takes_to_try_it_again(path):
    record_trial(path, a_trial()._replace(returns=np.array([0.1234567891])), AT_MS)

    (line,) = map(json.loads, path.read_text().splitlines())

    assert line["set"] == {"length": 0}
    assert (line["first"], line["last"]) == (f"{DAYS[0]}", f"{DAYS[-1]}")
    assert line["returns"] == [0.1234568]
    assert line["equity"] == "100000.00"
    assert line["at"] == "2026-11-19T09:00:00+05:30"


def test_a_ratio_that_is_no_number_is_unreadable(path):
    record_trial(path, a_trial(1, sharpe=float("nan")), AT_MS)

    assert tried(path, a_trial())[0].unreadable == 1


def test_a_trial_without_a_ratio_counts(path):
    record_trial(path, a_trial(1, sharpe=None), AT_MS)

    found, _ = tried(path, a_trial())

    assert (found.trials.count, found.trials.variance) == (2, 1 / len(a_trial().returns))
