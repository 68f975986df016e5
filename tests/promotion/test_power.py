"""Small seeded versions of the tables in docs/research.md; `scripts/promotion_power.py` measures them."""

import numpy as np
import pytest

from tests.promotion.power import World, evidence, power
from trading_bot.research.deflated_sharpe import sharpe_sample

QUICK = {"blocks": 8, "rounds": 20, "permutations": 39}


@pytest.mark.parametrize("moves", ["normal", "fat tails", "clustered"])
def test_noise_does_not_pass_more_often_than_one_time_in_twenty(moves):
    assert power(World(moves=moves, **QUICK), 20, seed=4).share <= 0.05


def test_a_single_trial_of_noise_does_not_either():
    assert power(World(trials=1, **QUICK), 40, seed=4).share <= 0.05


@pytest.mark.parametrize("edge", ["one", "neighbours"])
def test_a_true_ratio_of_five_passes_four_times_in_five(edge):
    world = World(sharpe=5, edge=edge, cost=0.0005, **QUICK)

    assert power(world, 15, seed=4).share >= 0.8


def test_trials_that_are_not_told_let_noise_pass():
    """Why every trial is recorded."""
    assert power(World(counted=False, **QUICK), 15, seed=4).share > 0.2


def test_a_market_that_rises_is_no_edge_to_bar_permutation_alone():
    found = power(World(longs=0.9, drift=2, **QUICK), 12, seed=4)

    assert found.share <= 0.05
    assert found.failures["bar permutation"] > found.failures["deflated Sharpe ratio"]


@pytest.mark.parametrize("cost", [0.0, 0.0005])
def test_the_planted_ratio_is_the_true_one_after_costs(cost):
    world = World(sharpe=5, trials=1, days=40_000, cost=cost, permutations=1, rounds=1)

    measured = sharpe_sample(evidence(world, np.random.default_rng(2)).returns)

    assert measured.sharpe * 252**0.5 == pytest.approx(5, abs=0.2)


def test_an_edge_that_doubled_costs_eat_fails_for_that():
    found = power(World(sharpe=3, trials=1, cost=0.003, **QUICK), 5, seed=4)

    assert found.passed == 0
    assert found.failures["costs doubled"] == 5
