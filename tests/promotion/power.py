"""Made-up markets and strategies of known true Sharpe ratio, and how often `promote` lets the best pass.

A strategy is a row of directions, one for each day: it enters at the open and leaves at the close. Directions
are drawn before the market is, so nothing is learnt from prices and nothing but the planted edge is there to
be found. The best of all trials by its Sharpe ratio is put before `promote`, with all evidence measured on
the same record.
"""

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trading_bot.research.arrays import Floats
from trading_bot.research.deflated_sharpe import trials_of
from trading_bot.research.overfitting import overfitting
from trading_bot.research.permutation import best_of_p, permuted_bars
from trading_bot.research.promotion import Bar, Evidence, Verdict, promote
from trading_bot.research.ratios import TRADING_DAYS, total_return
from trading_bot.research.shuffling import shuffled_drawdowns

Moves = Literal["normal", "fat tails", "clustered"]
Edge = Literal["one", "neighbours"]

_DAILY_MOVE = 0.01
_NIGHT = 0.005
_REACH = 0.004
_FLIPPED = 0.1
"""The share of days on which a neighbour of the planted strategy goes the other way: it keeps 80%."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One kind of made-up market and search."""

    sharpe: float = 0.0
    """The true annual Sharpe ratio of the planted strategy, after costs."""
    edge: Edge = "one"
    """One trial has it and the others nothing, or all others are neighbours that resemble it."""
    trials: int = 50
    days: int = 2 * TRADING_DAYS
    moves: Moves = "normal"
    cost: float = 0.0
    """Of each day, as a share of the value traded."""
    drift: float = 0.0
    """The annual Sharpe ratio of being long from every open to every close."""
    longs: float = 0.5
    """The share of days on which a strategy is long."""
    counted: bool = True
    """Whether all trials are told, or the best is shown as if it were the only one."""
    permutations: int = 99
    blocks: int = 16
    rounds: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Power:
    """How often the best of the trials passed."""

    series: int
    passed: int
    failures: Counter[str]
    """How often each criterion failed."""

    @property
    def share(self) -> float:
        """Passed, as a share."""
        return self.passed / self.series


def power(world: World, series: int, seed: int, bar: Bar | None = None) -> Power:
    """Judge so many series of a world, each with a generator of its own."""
    verdicts = list(_verdicts(world, series, seed, bar))
    failures = Counter(criterion.name for verdict in verdicts for criterion in verdict.failed)
    return Power(series=series, passed=sum(verdict.passed for verdict in verdicts), failures=failures)


def _verdicts(world: World, series: int, seed: int, bar: Bar | None) -> Iterator[Verdict]:
    for child in np.random.SeedSequence(seed).spawn(series):
        yield promote(evidence(world, np.random.default_rng(child)), bar)


def evidence(world: World, rng: np.random.Generator) -> Evidence:
    """Make a market, try everything on it, and measure the best."""
    directions = _directions(world, rng)
    bars = _bars(_moves(world, rng) + _planted(world) * directions[:, 0], rng)
    table = _returns(directions, bars, world.cost)
    ratios = table.mean(axis=0) / table.std(axis=0, ddof=1)
    best = int(ratios.argmax())
    if not world.counted:
        directions, table, ratios, best = directions[:, [best]], table[:, [best]], ratios[[best]], 0
    by_luck = [
        _sharpe(directions[:, best], permuted_bars(bars, rng), world.cost) for _ in range(world.permutations)
    ]
    choice = overfitting(table, world.blocks) if table.shape[1] > 1 else None
    chosen = table[:, best]
    return Evidence(
        returns=chosen,
        trades=world.days,
        trials=trials_of(ratios, world.days),
        overfit_probability=choice.probability if choice else None,
        loss_probability=choice.probability_of_loss if choice else None,
        permutation_p=best_of_p(float(ratios[best]), by_luck, table.shape[1]),
        doubled_cost_return=total_return(chosen - world.cost),
        looks_ahead=False,
        warm_up_change=0.0,
        shuffled_drawdown=shuffled_drawdowns(chosen, 1.0, rng, world.rounds).quantile(0.95),
    )


def _directions(world: World, rng: np.random.Generator) -> Floats:
    """Long (1) or short (-1) on each day, shape (days, trials); the planted strategy is the first."""
    drawn = np.where(rng.random((world.days, world.trials)) < world.longs, 1.0, -1.0)
    if world.edge == "one":
        return drawn
    flips = np.where(rng.random(drawn.shape) < _FLIPPED, -1.0, 1.0)
    flips[:, 0] = 1.0
    return drawn[:, :1] * flips


def _planted(world: World) -> float:
    """What the planted strategy makes each day before costs; nothing where it has no edge."""
    return world.sharpe / math.sqrt(TRADING_DAYS) * _DAILY_MOVE + world.cost if world.sharpe else 0.0


def _moves(world: World, rng: np.random.Generator) -> Floats:
    """Moves from open to close that no direction knows of, as fractions with a deviation of 1%."""
    drawn = rng.standard_normal(world.days)
    match world.moves:
        case "fat tails":
            drawn = rng.standard_t(3, world.days) / math.sqrt(3)
        case "clustered":
            drawn *= _clusters(rng, world.days)
        case _:
            pass
    return np.maximum((drawn + world.drift / math.sqrt(TRADING_DAYS)) * _DAILY_MOVE, -0.2)


def _clusters(rng: np.random.Generator, days: int) -> Floats:
    """A deviation that drifts: root mean square 1, its logarithm remembers 97% of the day before."""
    memory, spread = 0.97, 0.5
    level, shocks = 0.0, rng.standard_normal(days) * spread * math.sqrt(1 - memory**2)
    levels = np.empty(days)
    for day, shock in enumerate(shocks):
        level = memory * level + shock
        levels[day] = level
    scale = np.exp(levels)
    return scale / math.sqrt(float(np.mean(scale**2)))


def _bars(moves: Floats, rng: np.random.Generator) -> Floats:
    """Daily bars with these moves from open to close, random nights before them, highs and lows beyond."""
    nights = rng.standard_normal(len(moves)) * _NIGHT
    closes = 1_000 * np.exp(np.cumsum(nights + np.log1p(moves)))
    opens = closes / (1 + moves)
    above, below = np.exp(_REACH * rng.random((2, len(moves))))
    highs, lows = np.maximum(opens, closes) * above, np.minimum(opens, closes) / below
    return np.stack((opens, highs, lows, closes), axis=-1)


def _returns(directions: Floats, bars: Floats, cost: float) -> Floats:
    """Daily returns after costs, shape (days, trials)."""
    return directions * (bars[:, 3] / bars[:, 0] - 1)[:, np.newaxis] - cost


def _sharpe(directions: Floats, bars: Floats, cost: float) -> float:
    """What one strategy shows, for one day."""
    returns = directions * (bars[:, 3] / bars[:, 0] - 1) - cost
    return float(returns.mean() / returns.std(ddof=1))
