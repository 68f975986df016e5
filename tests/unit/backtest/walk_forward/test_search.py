"""The search for the best set, and that it can be taken up again."""

from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.figures import annual_sharpe, daily_equity_of_fills
from trading_bot.backtest.sweeps.grid import Axis, sets_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.walk_forward.played_sets import Stretch
from trading_bot.backtest.walk_forward.sampler import Pruner, Sampler
from trading_bot.backtest.walk_forward.search import Search
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.research.daily import DailyEquity

pytest.importorskip("optuna", reason="Optuna is not installed")

MARKET = Stretch(walking(1, minutes=1_500))
AXES = (Axis("fast", (4, 6, 9, 30)), Axis("slow", (14, 21, 28)), Axis("ignored", (60,)))


def search(**changes):
    return replace(
        Search(
            strategy="ema_cross",
            policy=declared_policy(),
            axes=AXES,
            sampler=Sampler.GRID,
            trials=12,
            seed=1,
        ),
        **changes,
    )


def values_of(found):
    return [tuple(one.values.values()) for one in found.new]


def test_the_grid_tries_every_set_once_and_finds_the_best():
    plan, refused = plan_of("ema_cross", declared_policy(), sets_of(AXES))
    best = max(Player(MARKET.market).figures(plan), key=lambda one: one.sharpe)

    found = search().best(MARKET, "a")

    assert found.best.figures == best
    assert (found.trials, refused.sets) == (9, 3)
    assert len(set(values_of(found))) == len(found.new) == 9


@pytest.mark.parametrize("sampler", [Sampler.TPE, Sampler.EVOLUTION, Sampler.RANDOM])
def test_the_same_seed_tries_the_same_sets(sampler):
    tried = [values_of(search(sampler=sampler, seed=seed).best(MARKET, "a")) for seed in (1, 1, 2)]

    assert tried[0] == tried[1] != tried[2]


def test_what_was_tried_is_not_tried_again(tmp_path):
    stored = search(sampler=Sampler.RANDOM, storage=tmp_path / "new" / "studies.db")

    first, again = stored.best(MARKET, "a"), stored.best(MARKET, "a")
    longer = replace(stored, trials=20).best(MARKET, "a")

    assert again.best == first.best
    assert again.trials == first.trials
    assert again.new == ()
    assert not set(values_of(longer)) & set(values_of(first))
    assert longer.trials == first.trials + len(longer.new)


def test_studies_of_other_names_know_nothing_of_each_other(tmp_path):
    stored = search(trials=3, sampler=Sampler.RANDOM, storage=tmp_path / "studies.db")
    first = stored.best(MARKET, "a")

    assert stored.best(MARKET, "b").new == first.new


def test_a_stretch_without_trades_has_no_best_set():
    quiet = search(axes=(Axis("fast", (4, 6)), Axis("ignored", (5_000,))))

    with pytest.raises(HistoryError, match="of 2 sets none has a Sharpe ratio from 2024-01-01 to 2024-01-04"):
        quiet.best(MARKET, "a")


def test_sets_that_the_strategy_refuses_one_and_all_are_told_with_its_reason():
    impossible = search(axes=(Axis("fast", (30, 40)), Axis("slow", (14,))))

    with pytest.raises(SettingsError, match=r"fast \(40\) must be shorter than slow \(14\)"):
        impossible.best(MARKET, "a")


@pytest.mark.parametrize("pruner", [Pruner.MEDIAN, Pruner.HALVING])
def test_sets_that_begin_badly_are_given_up_and_never_the_best(pruner):
    found = search(pruner=pruner).best(MARKET, "a")

    given_up = [one for one in found.new if not one.is_whole]
    assert found.trials == len(found.new) == 9
    assert given_up
    assert all("given up after" in one.figures.path for one in given_up)
    assert found.best.is_whole
    assert found.best.score == max(one.score for one in found.new if one.is_whole)


def test_sets_that_were_given_up_are_not_played_again(tmp_path):
    axes = (Axis("fast", (4, 6, 9)), Axis("slow", (14,)), AXES[2])
    stored = search(axes=axes, pruner=Pruner.HALVING, storage=tmp_path / "studies.db")

    first, again = stored.best(MARKET, "a"), stored.best(MARKET, "a")

    assert not all(one.is_whole for one in first.new)
    assert again.best == first.best
    assert (again.trials, again.new) == (first.trials, ())


def test_only_the_days_that_count_decide():
    """The best set of some days is found, and days that do not count may bring what they like."""
    market = MARKET.market
    late = market.days[-2:]
    plan, _ = plan_of("ema_cross", declared_policy(), sets_of(AXES))

    def ratio(number):
        daily = daily_equity_of_fills(Player(market).fills(plan, number), declared_policy(), market)
        closes = daily.closes[np.isin(daily.days, late)]
        begin = daily.closes[np.isin(daily.days, late).argmax() - 1]
        changed = DailyEquity(late, daily.begin, daily.begin + closes - begin)
        return annual_sharpe(changed)

    found = search().best(Stretch(market, late), "a")

    expected = {tuple(one.values()): ratio(number) for number, one in enumerate(plan.sets)}
    scores = {tuple(one.values.values()): one.score for one in found.new}
    assert scores == pytest.approx(expected)
    assert found.best.score == max(scores.values())
    assert found.best.score != found.best.figures.sharpe


def test_without_optuna_nothing_can_be_searched(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)

    with pytest.raises(SettingsError, match="Optuna, which is not installed"):
        search().best(MARKET, "a")
