import numpy as np
import pytest

import trading_bot.research.shuffling as unit
from trading_bot.research.shuffling import shuffled_drawdowns


def test_the_drawdown_in_the_order_of_life_is_told(rng):
    assert shuffled_drawdowns([100, -50, -60, 200], 1_000, rng, 10).observed == pytest.approx(110 / 1_100)


def test_a_loss_at_once_is_a_fall_from_the_equity_before_it(rng):
    found = shuffled_drawdowns([-100], 1_000, rng, 10)

    assert found.observed == 0.1
    assert found.shuffled.tolist() == [0.1] * 10
    assert found.luck == 1


def test_all_orders_of_few_trades_come_as_often(rng):
    """Of two losses and a gain, one order in three has the gain between: then the fall is the second loss."""
    found = shuffled_drawdowns([-100, -100, 100], 1_000, rng, 6_000)

    assert np.mean(found.shuffled < 0.15) == pytest.approx(1 / 3, abs=0.02)
    assert found.quantile(1) == pytest.approx(0.2)


def test_wins_before_losses_were_not_lucky_and_alternation_was(rng):
    worst = shuffled_drawdowns([10] * 50 + [-10] * 50, 1_000, rng, 200)
    best = shuffled_drawdowns([10, -10] * 50, 1_000, rng, 200)

    assert worst.luck == 0
    assert best.luck == 1
    assert best.quantile(0.5) < best.quantile(0.95) < worst.observed


def test_parts_make_the_same_number_of_orders(rng, monkeypatch):
    monkeypatch.setattr(unit, "_CELLS", 20)

    assert len(shuffled_drawdowns([1, -1, 2], 100, rng, 25).shuffled) == 25


def test_the_same_seed_gives_the_same_orders():
    first, again = (shuffled_drawdowns(range(-9, 9), 100, np.random.default_rng(3), 50) for _ in range(2))

    assert first.shuffled.tolist() == again.shuffled.tolist()


def test_results_without_equity_rounds_or_trades_are_refused(rng):
    for equity, rounds in ((0, 10), (100, 0), (float("nan"), 10)):
        with pytest.raises(ValueError, match="rounds with an equity of"):
            shuffled_drawdowns([1], equity, rng, rounds)
    with pytest.raises(ValueError, match="results are 0"):
        shuffled_drawdowns([], 100, rng)


def test_a_single_order_and_an_equity_of_paise_are_enough(rng):
    assert shuffled_drawdowns([-0.1], 0.5, rng, 1).shuffled == pytest.approx([0.2])
    assert len(shuffled_drawdowns([1.0], 1, rng).shuffled) == 1_000
