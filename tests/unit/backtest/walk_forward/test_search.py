"""The search for the best set, and that it can be taken up again."""

from dataclasses import replace

import pytest

from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.grid import Axis, sets_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.walk_forward.sampler import Sampler
from trading_bot.backtest.walk_forward.search import Search
from trading_bot.domain.errors import HistoryError, SettingsError

pytest.importorskip("optuna", reason="Optuna is not installed")

MARKET = walking(1, minutes=1_500)
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
    best = max(Player(MARKET).figures(plan), key=lambda one: one.sharpe)

    found = search().best(MARKET, "a")

    assert found.best.figures == best
    assert (found.trials, refused.sets) == (9, 3)
    assert len(set(values_of(found))) == len(found.new) == 9


@pytest.mark.parametrize("sampler", [Sampler.TPE, Sampler.RANDOM])
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

    with pytest.raises(HistoryError, match="no set traded there"):
        quiet.best(MARKET, "a")


def test_without_optuna_nothing_can_be_searched(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "optuna", None)

    with pytest.raises(SettingsError, match="Optuna, which is not installed"):
        search().best(MARKET, "a")
