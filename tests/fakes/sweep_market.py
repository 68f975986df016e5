"""Markets for sweeps: random walks of one or several shares."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from tests.fakes.declared import share
from tests.fakes.walks import walk
from trading_bot.backtest.sweeps.figures import COMPILED, figures_of_fills
from trading_bot.backtest.sweeps.interpreted import engine_run, fills_of
from trading_bot.backtest.sweeps.market import Market, market_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.strategies.ema_cross import EmaCross, EmaCrossEvaluator
from trading_bot.strategies.strategy import WarmUp


def columns(rows):
    return tuple(zip(*rows, strict=True))


def walking(*seeds, minutes=2_000, tick=5, without=()) -> Market:
    """A share for each seed; the candles with a number in `without` are missing in all but the first."""
    shares = []
    for place, seed in enumerate(seeds):
        rows = walk(seed, minutes)
        if place:
            rows = [row for number, row in enumerate(rows) if number not in without]
        shares.append((replace(share(f"S{place}"), tick_size=tick), columns(rows)))
    return market_of(shares)


def random_sets(seed, count):
    """Sets for the crossing averages, long before their first stops or after."""
    random = Random(seed)
    for _ in range(count):
        fast = random.randint(2, 30)
        yield {
            "fast": fast,
            "slow": random.randint(fast + 1, 90),
            "atr": random.randint(2, 30),
            "ignored": random.choice([60, 200]),
            "atr_stop_multiple": round(random.uniform(0.1, 8), 2),
        }


def assert_is_the_engines(market, plan):
    """Every fill, every paisa and every figure of each set: compiled against the engine."""
    player = Player(market)
    for number, (figures, case) in enumerate(zip(player.figures(plan), plan.cases(), strict=True)):
        runs = [engine_run(case, market, share) for share in market.shares]
        fills = [fills_of(run, market, share) for share, run in enumerate(runs)]
        by_engine = figures_of_fills(fills, case.policy, market, COMPILED)
        assert figures.path == COMPILED
        for mine, theirs in zip(player.fills(plan, number), fills, strict=True):
            np.testing.assert_array_equal(mine, theirs)
        assert figures.flow == sum(run.flow for run in runs)
        assert figures.equity == sum(run.equity - run.cash for run in runs) + case.policy.cash
        assert (figures.trades, figures.held, figures.fees) == (
            by_engine.trades,
            by_engine.held,
            by_engine.fees,
        )
        assert figures.drawdown == pytest.approx(by_engine.drawdown, rel=1e-9, abs=1e-12)
        assert figures.sharpe == pytest.approx(by_engine.sharpe or 0, rel=1e-6)


class Contrary(EmaCross):
    """A strategy of somebody else: long where the other is short."""

    name = "contrary"

    def evaluator(self, instrument):
        return ContraryEvaluator(self.name, instrument.key, self.settings)


class ContraryEvaluator(EmaCrossEvaluator):
    def _crossed(self, candle, direction):
        return super()._crossed(candle, direction.opposite)


class Patient(EmaCross):
    """A strategy that wants history before it acts."""

    warm_up = WarmUp(required=100, wanted=100)


class LooksBack(EmaCross):
    """A heir that looks at the closes of earlier days."""

    close_days = 300
