import numpy as np
import pytest

from trading_bot.adapters.history.tick_size import coarsest_step


@pytest.mark.parametrize(
    ("lowest", "step", "expected"),
    [(20_000, 1, 1), (60_000, 5, 5), (200_000, 10, 10), (800_000, 50, 50), (1_500_000, 100, 100)],
)
def test_the_grid_of_many_prices_is_found(lowest, step, expected):
    assert coarsest_step(lowest + np.arange(1000) * step) == expected


def test_a_few_round_prices_prove_nothing():
    assert coarsest_step(np.full(10, 100_000)) == 5


def test_a_step_above_a_thousandth_of_the_price_is_not_believed():
    assert coarsest_step(np.full(1000, 9_000)) == 5


def test_no_prices_mean_the_usual_step():
    assert coarsest_step(np.empty(0, dtype=np.int64)) == 5
