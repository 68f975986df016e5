"""Simulated closes: flat before the cut-off wherever somebody trades, told where nobody does."""

from functools import cache

import pytest

from tests.fakes.closing_days import simulated_close

SEEDS = range(40, 46)
close_of = cache(simulated_close)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_close_is_flat_where_there_is_liquidity_and_told_where_there_is_none(seed):
    """Faults 25, 42, 43, 61, 65, 66 and 78; V3, V4, V16."""
    assert close_of(seed).problems == []


def test_these_closes_hold_positions_and_meet_locks_gaps_and_silence():
    closes = [close_of(seed) for seed in SEEDS]

    assert sum(close.held for close in closes) >= 12
    assert sum(len(close.page_s) for close in closes) >= 1
    assert {fate.kind for close in closes for fate in close.fates.values()} >= {"locked", "gap", "silent"}
