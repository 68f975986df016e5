"""The vectorised cross-validation against a plain one, and on trials whose truth is known."""

import math
from itertools import combinations

import numpy as np
import pytest

import trading_bot.research.overfitting as unit
from trading_bot.research.overfitting import overfitting


def plainly(table, blocks):
    """Logits and the chosen one's ratios, by loops and by the book."""
    parts = np.split(table, blocks)
    results = []
    for some in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[place] for place in some])
        outside = np.concatenate([parts[place] for place in range(blocks) if place not in some])
        before, after = (half.mean(axis=0) / half.std(axis=0, ddof=1) for half in (inside, outside))
        best = before.argmax()
        share = (after <= after[best]).sum() / (len(after) + 1)
        results.append((math.log(share / (1 - share)), before[best], after[best]))
    return np.array(results).T


def noise(rng, periods=480, trials=30):
    return rng.normal(0, 0.01, (periods, trials))


def test_it_equals_a_plain_cross_validation(rng):
    table = noise(rng, 80, 12)
    logits, inside, outside = plainly(table, 8)

    found = overfitting(table, 8)

    assert found.logits == pytest.approx(logits)
    assert found.chosen_in == pytest.approx(inside)
    assert found.chosen_out == pytest.approx(outside)
    assert found.probability == np.mean(logits <= 0)
    assert found.probability_of_loss == np.mean(outside < 0)
    assert found.degradation == pytest.approx(np.polyfit(inside, outside, 1)[0])


def test_parts_of_the_splits_make_the_same_as_all_at_once(rng, monkeypatch):
    table = noise(rng, 80, 12)
    whole = overfitting(table, 8)
    monkeypatch.setattr(unit, "_CELLS", 100)

    assert overfitting(table, 8).logits.tolist() == whole.logits.tolist()


def test_choosing_among_noise_is_worth_nothing(rng):
    found = [overfitting(noise(rng, 240, 20), 8) for _ in range(60)]

    assert np.mean([one.probability for one in found]) == pytest.approx(0.5, abs=0.07)


def test_a_real_edge_among_noise_is_found_again(rng):
    table = noise(rng)
    table[:, 3] += 0.003

    found = overfitting(table, 10)

    assert found.probability == 0
    assert found.probability_of_loss == 0
    assert len(found.logits) == 252


def test_the_split_between_halves_makes_the_slope_of_noise_negative(rng):
    """What a half has more of the same record, the other has less of."""
    slopes = [overfitting(noise(rng, 240, 20), 8).degradation for _ in range(20)]

    assert np.mean(slopes) < -0.3


def test_trials_that_are_all_the_same_rank_in_the_middle(rng):
    found = overfitting(np.tile(rng.normal(0.001, 0.01, (160, 1)), (1, 7)), 8)

    assert found.logits.tolist() == [0.0] * 70
    assert found.probability == 1


def test_trials_without_a_trade_count_as_zero(rng):
    found = overfitting(np.column_stack((np.zeros(80), rng.normal(-0.02, 0.01, 80))), 8)

    assert not found.chosen_in.any()
    assert (found.logits > 0).all()
    assert found.degradation is None


def test_a_large_mean_does_not_drown_in_rounding():
    """A column that stands still but for rounding has no ratio, and so wins nothing."""
    still = np.full(80, 0.1) + np.tile([0.0, 1e-17], 40)
    moving = np.tile([0.01, -0.005], 40)

    assert overfitting(np.column_stack((still, moving)), 8).chosen_in == pytest.approx(1 / 3, rel=0.05)


def test_the_oldest_periods_that_fill_no_block_are_left_out(rng):
    table = noise(rng, 83, 5)

    assert overfitting(table, 8).logits.tolist() == pytest.approx(overfitting(table[3:], 8).logits.tolist())


@pytest.mark.parametrize(
    ("shape", "blocks", "words"),
    [
        ((80, 1), 8, "leaves nothing to choose"),
        ((80, 4), 7, "7 blocks do not make two halves"),
        ((80, 4), 0, "0 blocks do not make two halves"),
        ((7, 4), 2, "7 periods are too few for 2 blocks"),
    ],
)
def test_what_cannot_be_cross_validated_is_refused(shape, blocks, words):
    with pytest.raises(ValueError, match=words):
        overfitting(np.ones(shape), blocks)


def test_sixteen_blocks_are_usual_and_eight_periods_the_fewest(rng):
    assert len(overfitting(noise(rng, 64, 3)).logits) == 12_870
    assert len(overfitting(noise(rng, 8, 3), 2).logits) == 2


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_size_of_returns_does_not_matter(rng, scale):
    table = noise(rng, 80, 6)

    assert overfitting(table * scale, 8).chosen_out == pytest.approx(overfitting(table, 8).chosen_out)
    assert (
        overfitting(table * [1, scale, 1, 1, 1, 1], 8).logits.tolist()
        == overfitting(table, 8).logits.tolist()
    )
