"""Compiled sets against the engine, on what was traded in 2015 and 2016."""

import os
from random import Random

import numpy as np
import pytest

from tests.fakes.sweep_market import assert_is_the_engines, random_sets
from trading_bot.adapters.history import open_history
from trading_bot.backtest.sweeps.market import market_of
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.policy import declared_policy

pytest.importorskip("numba", reason="numba is not installed: without it there is no compiled form")

SETS = int(os.environ.get("SWEEP_SETS", "36"))
SEED = int(os.environ.get("SWEEP_SEED", "1"))
CANDLES = int(os.environ.get("SWEEP_CANDLES", "2000"))
SETS_A_SHARE = 3


def pieces(path, random):
    """A share of the folder and a piece of its history, again and again."""
    folder = open_history(path)
    while True:
        symbol = random.choice(folder.symbols)
        days = folder.days(symbol)
        candles = folder.minute_candles(symbol, days[0], days[-1])
        first = random.randrange(max(1, len(candles.close) - CANDLES))
        instrument = folder.instrument(symbol, days[-1])
        yield market_of([(instrument, [column[first : first + CANDLES] for column in candles[:5]])])


@pytest.mark.parametrize("folder", ["2015_ieod", "2016_kite"])
def test_each_trade_on_real_data_is_the_engines(shared_data, folder):
    random = Random(SEED)
    markets = pieces(shared_data / "nse_1min" / folder, random)

    for _ in range(SETS // 2 // SETS_A_SHARE):
        sets = random_sets(random.random(), SETS_A_SHARE)
        assert_is_the_engines(next(markets), plan_of("ema_cross", declared_policy(), sets)[0])


def test_shares_together_are_played_as_alone(shared_data):
    random = Random(SEED)
    few = [next(pieces(shared_data / "nse_1min" / "2016_kite", random)) for _ in range(3)]
    together = market_of([(one.instruments[0], np.array(one.table)) for one in few])

    assert_is_the_engines(together, plan_of("ema_cross", declared_policy(), random_sets(SEED, 2))[0])
