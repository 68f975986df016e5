import pytest

pytest.importorskip("numba", reason="numba is not installed: without it there is no compiled form")

from trading_bot.backtest.sweeps.kernel import losing_streak, planned_stop


@pytest.mark.parametrize(
    ("close", "tick", "distance", "stop"),
    [
        (1_000, 5, 31.0, (965, 0)),  # down to the tick
        (1_001, 5, 31.0, (970, 0)),  # from the tick above the close
        (1_000, 5, 30.0, (970, 1)),  # on a tick: the engine has to say on which side
        (1_000, 5, 30.000_000_1, (965, 1)),
        (1_000, 5, 1.0, (995, 0)),  # one tick away at least
        (1_000, 5, 5_000.0, (5, 1)),  # and positive
        (5, 5, 31.0, (0, 0)),  # no room
    ],
)
def test_a_stop_lies_on_the_tick_below_its_distance(close, tick, distance, stop):
    for function in (planned_stop, planned_stop.py_func):
        assert function(close, tick, distance) == stop


@pytest.mark.parametrize(("bought", "sold", "streak"), [(100, 99, 3), (100, 100, 3), (100, 101, 0)])
def test_a_trade_that_gains_nothing_lengthens_the_streak(bought, sold, streak):
    for function in (losing_streak, losing_streak.py_func):
        assert function(2, bought, sold) == streak
