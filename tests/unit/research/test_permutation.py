import numpy as np
import pytest

from trading_bot.research.permutation import best_of_p, normal_tail, p_value, permuted_bars


def bars(rng, count=60, instruments=3):
    """Prices of several instruments that share a part of their moves."""
    common = rng.normal(0, 0.01, (1, count, 2))
    steps = common + rng.normal(0, 0.004, (instruments, count, 2))
    path = 100 * np.exp(np.cumsum(steps.reshape(instruments, -1), axis=1)).reshape(instruments, count, 2)
    opens, closes = path[..., 0], path[..., 1]
    reach = rng.uniform(1, 1.01, (2, instruments, count))
    return np.stack(
        (opens, np.maximum(opens, closes) * reach[0], np.minimum(opens, closes) / reach[1], closes), axis=-1
    )


def gaps(prices):
    return np.log(prices[..., 1:, 0] / prices[..., :-1, 3])


def inner(prices):
    return np.log(prices[..., 1:, 1:] / prices[..., 1:, :1])


def test_the_start_and_the_end_stay(rng):
    prices = bars(rng)
    moved = permuted_bars(prices, rng)

    assert moved[:, 0].tolist() == prices[:, 0].tolist()
    assert moved[:, -1, 3] == pytest.approx(prices[:, -1, 3])
    assert moved.shape == prices.shape


def test_gaps_and_moves_inside_bars_are_the_same_in_two_orders(rng):
    prices = bars(rng)[0]
    moved = permuted_bars(prices, rng)

    gap_order = [int(np.abs(gaps(prices) - gap).argmin()) for gap in gaps(moved)]
    bar_order = [int(np.abs(inner(prices) - bar).sum(axis=1).argmin()) for bar in inner(moved)]
    assert gaps(moved) == pytest.approx(gaps(prices)[gap_order])
    assert inner(moved) == pytest.approx(inner(prices)[bar_order])
    assert sorted(gap_order) == sorted(bar_order) == list(range(59))
    assert gap_order != bar_order
    assert gap_order != list(range(59))


def test_instruments_move_in_step(rng):
    prices = bars(rng)
    moved = permuted_bars(prices, rng)

    before, after = (np.corrcoef(inner(some)[..., 2]) for some in (prices, moved))
    assert after == pytest.approx(before)
    assert np.corrcoef(gaps(moved)) == pytest.approx(np.corrcoef(gaps(prices)))


def test_one_instrument_is_permuted_as_the_first_of_several(rng):
    prices = bars(rng)
    alone = permuted_bars(prices[0], np.random.default_rng(5))

    assert alone == pytest.approx(permuted_bars(prices, np.random.default_rng(5))[0])


def test_the_same_seed_gives_the_same_prices_and_another_seed_others(rng):
    prices = bars(rng)
    first, again, other = (permuted_bars(prices, np.random.default_rng(seed)) for seed in (1, 1, 2))

    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_nights_change_places_with_nights_only(rng):
    prices = bars(rng)[0]
    opens = np.arange(60) % 6 == 0
    prices[opens] *= np.exp(np.arange(10))[:, np.newaxis]

    moved = permuted_bars(prices, rng, opens_session=opens)

    nights = opens[1:]
    assert sorted(gaps(moved)[nights]) == pytest.approx(sorted(gaps(prices)[nights]))
    assert sorted(gaps(moved)[~nights]) == pytest.approx(sorted(gaps(prices)[~nights]))
    assert gaps(moved)[nights] != pytest.approx(gaps(prices)[nights])


def test_the_kept_bars_stay_as_they_are(rng):
    prices = bars(rng)
    moved = permuted_bars(prices, rng, kept=20)

    assert moved[:, :20].tolist() == prices[:, :20].tolist()
    assert moved[:, 20:].tolist() != prices[:, 20:].tolist()
    assert permuted_bars(prices, rng, kept=60).tolist() == prices.tolist()


def test_prices_below_a_rupee_are_prices(rng):
    small = bars(rng)[0] / 1_000

    assert permuted_bars(small, rng)[-1, 3] == pytest.approx(small[-1, 3])


def test_permuted_bars_are_bars(rng):
    for seed in range(20):
        moved = permuted_bars(bars(rng), np.random.default_rng(seed))
        permuted_bars(moved * [1, 1 + 1e-12, 1 - 1e-12, 1], rng)


def test_bars_that_are_none_are_refused(rng):
    good = bars(rng)[0]
    for spoiled, words in (
        (good[:, :3], "shape"),
        (good[0], "shape"),
        (-good, "not positive"),
        (good * np.nan, "not positive"),
        (good * [1, 1, 0, 1], "not positive"),
        (good * [1, 0.9, 1, 1], "outside their high and low"),
        (good * [1, 1, 1.1, 1], "outside their high and low"),
    ):
        with pytest.raises(ValueError, match=words):
            permuted_bars(spoiled, rng)
    with pytest.raises(ValueError, match="0 of 60 bars cannot be kept"):
        permuted_bars(good, rng, kept=0)
    with pytest.raises(ValueError, match="flags of sessions for 60 bars"):
        permuted_bars(good, rng, opens_session=[True])


def test_a_p_value_counts_the_observed_order_and_ties():
    assert p_value(3, [1, 2, 3, 4]) == 3 / 5
    assert p_value(9, [1] * 99) == 0.01


def test_p_values_of_noise_are_below_a_level_no_more_often_than_it_says(rng):
    draws = rng.normal(size=(4_000, 20))

    assert np.mean([p_value(row[0], row[1:]) <= 0.05 for row in draws]) == pytest.approx(0.05, abs=0.01)


def test_an_unreadable_figure_is_no_weak_one():
    with pytest.raises(ValueError, match="permuted figures"):
        p_value(1, [1, float("nan")])
    with pytest.raises(ValueError, match="observed figures"):
        p_value(float("nan"), [1])
    with pytest.raises(ValueError, match="permuted figures are 0"):
        p_value(1, [])


@pytest.mark.parametrize(
    ("count", "quantile", "share"),
    [(2, 12.7062, 0.025), (3, 4.3027, 0.025), (4, 5.8409, 0.005), (19, 2.1009, 0.025), (100, 2.6264, 0.005)],
)
def test_the_tail_is_that_of_student(rng, count, quantile, share):
    """Quantiles as in printed tables, for one figure less than there are."""
    figures = rng.normal(3, 2, count)
    unit = figures.std(ddof=1) * (1 + 1 / count) ** 0.5

    assert normal_tail(figures.mean() + quantile * unit, figures) == pytest.approx(share, rel=1e-4)
    assert normal_tail(figures.mean() - quantile * unit, figures) == pytest.approx(1 - share, rel=1e-4)
    assert normal_tail(figures.mean(), figures) == pytest.approx(0.5)


def test_one_more_normal_figure_is_beyond_the_tail_as_often_as_it_says(rng):
    draws = rng.normal(size=(4_000, 20))
    tails = np.array([normal_tail(row[0], row[1:]) for row in draws])

    assert np.mean(tails <= 0.05) == pytest.approx(0.05, abs=0.01)


def test_figures_without_spread_have_no_tail():
    assert normal_tail(9, [1, 1, 1]) == p_value(9, [1, 1, 1])
    assert normal_tail(9, [1]) == 0.5


def test_the_best_of_one_is_judged_by_rank():
    assert best_of_p(9, range(9), 1) == 0.1


def test_the_best_of_many_needs_no_thousands_of_permutations(rng):
    figures = rng.normal(size=99)

    assert best_of_p(7, figures, 50) < 0.001
    assert p_value(7, figures) * 50 == 0.5


def test_the_best_of_many_pays_for_each_that_was_tried(rng):
    figures = rng.normal(size=99)

    assert best_of_p(4, figures, 50) == pytest.approx(50 * normal_tail(4, figures))
    assert best_of_p(max(figures), figures, 3) == pytest.approx(0.06)
    assert best_of_p(0, figures, 500) == 1


def test_less_than_one_trial_is_an_error():
    with pytest.raises(ValueError, match="0 trials"):
        best_of_p(1, [0, 2], 0)
