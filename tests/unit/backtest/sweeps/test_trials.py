import json
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from trading_bot.backtest.sweeps import trials
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.sweeps.trials import append_trials, identity_of, record_of, recorded

AT_MS = 1_795_059_000_000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "research" / "trials.jsonl"


def test_every_set_is_a_line_with_all_that_is_needed_to_try_it_again(path, swept):
    result = swept(("fast", (5, 8)), ("slow", (13, 21)))

    append_trials(path, result.attempt, AT_MS)

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["set"] for line in lines] == list(result.plan.sets)
    assert {line["data"] for line in lines} == {result.market.digest}
    assert lines[0]["policy"] == {"cash": "100000000", "fee": "0.0003", "quantity": 100}
    assert lines[0]["flow"] == str(result.figures[0].flow)
    assert lines[0]["at"] == "2026-11-19T09:00:00+05:30"


def test_daily_returns_are_kept_with_their_days(path, swept):
    result = swept(("fast", (5, 8)))

    append_trials(path, result.attempt, AT_MS)

    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert len(lines[0]["returns"]) == len(result.market.days)
    assert lines[0]["returns"] == pytest.approx(result.figures[0].returns.tolist(), rel=1e-6)
    returns = np.array(lines[1]["returns"])
    assert returns.mean() / returns.std(ddof=1) * 252**0.5 == pytest.approx(lines[1]["sharpe"], rel=1e-3)
    days = [str(np.datetime64(int(day), "D")) for day in result.market.days]
    assert (lines[0]["first"], lines[0]["last"]) == (days[0], days[-1])


def test_daily_returns_of_very_many_sets_are_not_kept(path, swept, monkeypatch):
    monkeypatch.setattr(trials, "_RETURNS_MOST", 3)

    append_trials(path, swept(("fast", (5, 8))).attempt, AT_MS)

    assert not any("returns" in json.loads(line) for line in path.read_text().splitlines())


def test_trials_of_earlier_sweeps_count_and_a_repetition_does_not(path, swept):
    append_trials(path, swept(("fast", (5, 8)), ("slow", (13, 21))).attempt, AT_MS)
    later = swept(("fast", (8, 9)), ("slow", (21,)))

    record = record_of(path, later.attempt)
    append_trials(path, later.attempt, AT_MS)
    again = record_of(path, later.attempt)

    assert (record.trials.count, record.earlier) == (5, 3)
    assert (again.trials.count, again.earlier) == (5, 3)


def test_the_spread_is_that_of_all_daily_ratios(path, swept):
    result = swept(("fast", (5, 8)), ("slow", (13, 21)))

    ratios = np.array([one.sharpe for one in result.figures]) / 252**0.5

    assert record_of(path, result.attempt).trials.variance == pytest.approx(ratios.var(ddof=1))


def test_another_fee_or_folder_is_another_trial_and_other_units_are_none(path, swept):
    result = swept(("fast", (5,)))
    dearer = replace(result.plan, policy=declared_policy(fee=Decimal("0.001")))
    larger = replace(result.plan, policy=declared_policy(quantity=200))
    elsewhere = {"folder": "/elsewhere", "first": None, "last": None}
    for one in (replace(result, plan=dearer), replace(result, plan=larger), replace(result, asked=elsewhere)):
        append_trials(path, one.attempt, AT_MS)

    assert record_of(path, result.attempt).earlier == 2


def test_a_line_that_does_not_know_what_is_none_today_is_the_same_trial():
    line = {"strategy": "S", "set": {}, "symbols": ["A"], "asked": {}}

    before, now, other = (
        identity_of({**line, "policy": {"seed": 1, **more}})
        for more in ({}, {"days_folder": None}, {"days_folder": "days"})
    )

    assert before == now != other


def test_of_several_lines_of_a_trial_that_with_most_days_counts(path, swept):
    """As a walk-forward leaves them, window by window."""
    result = swept(("fast", (5,)))
    append_trials(path, result.attempt, AT_MS)
    whole = json.loads(path.read_text())
    with path.open("a") as file:
        file.write(json.dumps(whole | {"days": 1, "sharpe": 9.0, "returns": [0.1]}) + "\n")

    (found,), _ = recorded(path, {"ema_cross"}, whole["symbols"])

    assert recorded(path, {"ema_cross"}, whole["symbols"])[0][found] == whole


def test_other_strategies_and_shares_are_other_trials(path, swept):
    result = swept(("fast", (5, 8)))
    append_trials(path, replace(result, plan=replace(result.plan, strategy="theirs")).attempt, AT_MS)
    elsewhere = json.loads(path.read_text().splitlines()[0]) | {"strategy": "ema_cross", "symbols": ["Z"]}
    path.write_text(json.dumps(elsewhere) + "\n")

    assert record_of(path, result.attempt).earlier == 0


@pytest.mark.parametrize("line", ["{", "[]", '{"strategy": "ema_cross"}', '"x"'])
def test_lines_that_cannot_be_read_are_counted(path, swept, line):
    result = swept(("fast", (5, 8)))
    append_trials(path, result.attempt, AT_MS)
    with path.open("a") as file:
        file.write(line + "\n")

    assert record_of(path, result.attempt).unreadable == 1
