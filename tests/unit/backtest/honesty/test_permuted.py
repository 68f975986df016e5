from dataclasses import replace

import numpy as np
import pytest

from tests.fakes.played_days import DAYS, MINUTES, candles_of
from trading_bot.backtest.honesty.permuted import Permutable
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.ist import midnight_ms

FROM_MS = midnight_ms(DAYS[1])


def market(**series):
    return Permutable(series=series, ticks=dict.fromkeys(series, 5), from_ms=FROM_MS)


def drawn(series, rng):
    change = market(**series).drawn(rng)
    return {name: change(name, candles) for name, candles in series.items()}


def only(candles, kept):
    return CandleArrays(*(column[kept] for column in candles))


def test_times_volumes_and_what_was_before_stay(rng):
    before = candles_of()
    after = drawn({"A": before}, rng)["A"]

    assert after.start_ms.tolist() == before.start_ms.tolist()
    assert after.volume.tolist() == before.volume.tolist()
    for column in ("open", "high", "low", "close"):
        old, new = getattr(before, column), getattr(after, column)
        assert new[:MINUTES].tolist() == old[:MINUTES].tolist()
        assert new[MINUTES:].tolist() != old[MINUTES:].tolist()


def test_prices_are_on_the_grid_and_inside_high_and_low(rng):
    after = drawn({"A": candles_of()}, rng)["A"]

    assert all((column % 5 == 0).all() for column in after[1:5])
    assert (np.maximum(after.open, after.close) <= after.high).all()
    assert (np.minimum(after.open, after.close) >= after.low).all()


def test_the_market_ends_where_it_ended(rng):
    before = candles_of()
    after = drawn({"A": before}, rng)["A"]

    assert abs(int(after.close[-1] - before.close[-1])) <= 5


def test_shares_that_move_together_still_do(rng):
    one = candles_of()
    twin = CandleArrays(one.start_ms, *(2 * column for column in one[1:5]), one.volume)

    after = drawn({"A": one, "B": twin}, rng)

    assert np.abs(after["B"].close - 2 * after["A"].close).max() <= 10


def test_a_share_with_holes_is_permuted_on_its_own_times(rng):
    full = candles_of()
    thin = only(candles_of(seed=2), rng.random(len(full.start_ms)) < 0.5)

    after = drawn({"A": full, "B": thin}, rng)["B"]

    assert after.start_ms.tolist() == thin.start_ms.tolist()
    assert after.close.tolist() != thin.close.tolist()
    assert (np.diff(after.start_ms) > 0).all()


def test_a_share_that_misses_a_minute_now_and_then_stays_in_step(rng):
    one = candles_of()
    twin = only(one, np.arange(len(one.start_ms)) % 25 != 7)

    after = drawn({"A": one, "B": twin}, rng)
    places = np.searchsorted(one.start_ms, twin.start_ms)

    moved_alike = np.corrcoef(np.diff(after["A"].close[places]), np.diff(after["B"].close))[0, 1]
    assert moved_alike > 0.9


def test_a_part_of_a_market_is_the_same_whatever_is_read_with_it(rng):
    candles = candles_of()
    change = market(A=candles).drawn(rng)
    whole = change("A", candles)
    begin_ms, end_ms = int(candles.start_ms[23]), int(candles.start_ms[37])

    part = change("A", candles.between(begin_ms, end_ms))

    for column, expected in zip(part, whole.between(begin_ms, end_ms), strict=True):
        assert column.tolist() == expected.tolist()


def test_history_from_elsewhere_stays_as_it_is(rng):
    """A warm-up may come from another folder, which the permuted market does not hold."""
    candles = candles_of()
    change = market(A=candles.between(FROM_MS, 2**62)).drawn(rng)

    after = change("A", candles)

    assert after.start_ms.tolist() == candles.start_ms.tolist()
    assert after.close[:MINUTES].tolist() == candles.close[:MINUTES].tolist()
    assert change("B", candles) is candles


def test_every_draw_is_another_market():
    rng = np.random.default_rng(3)
    candles = candles_of()
    first, second = (market(A=candles).drawn(rng)("A", candles) for _ in range(2))

    assert first.close.tolist() != second.close.tolist()


@pytest.mark.parametrize(
    ("column", "value"), [("low", 0), ("high", 5), ("low", 10**6), ("close", 10**7), ("open", 5)]
)
def test_candles_that_make_no_sense_are_not_permuted(column, value):
    sound = candles_of()
    wrong = getattr(sound, column).copy()
    wrong[7] = value

    assert market(A=sound).is_whole
    assert not market(A=sound._replace(**{column: wrong})).is_whole


def test_cells_are_counted_over_all_times():
    one, other = candles_of(), candles_of(days=DAYS[:2])

    assert market(A=one, B=other).cells == 2 * len(one.start_ms)
    assert replace(market(A=one), from_ms=0).cells == len(one.start_ms)
