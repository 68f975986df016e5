import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.backtest.bar_path import corners, next_price
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction

CANDLE = Candle(0, 100, 120, 90, 110, None)


def test_what_hurts_the_position_comes_first():
    assert corners(CANDLE, Direction.LONG) == (100, 90, 120, 110)
    assert corners(CANDLE, Direction.SHORT) == (100, 120, 90, 110)


@pytest.mark.parametrize(
    ("price", "target", "levels", "expected"),
    [
        (100, 90, (), 90),
        (100, 90, (95, 93), 95),
        (90, 120, (95, 93, 90, 120), 93),
        (100, 90, (100, 90, 101), 90),
    ],
)
def test_the_next_price_is_the_nearest_level_on_the_way(price, target, levels, expected):
    assert next_price(price, target, levels) == expected


@given(st.integers(1, 50), st.integers(1, 50), st.sets(st.integers(1, 50), max_size=6))
def test_every_level_on_the_way_is_visited_once_and_the_way_ends(price, target, levels):
    visited = [price]
    while visited[-1] != target:
        visited.append(next_price(visited[-1], target, levels))

    between = {level for level in levels if min(price, target) < level < max(price, target)}
    assert set(visited[1:]) - {target} == between
    assert visited == sorted(visited, reverse=price > target)
