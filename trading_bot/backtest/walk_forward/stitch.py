"""The tests of all windows as one record: what would have been had by always playing the newest choice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from trading_bot.backtest.sweeps.figures import annual_sharpe, daily_equity_of_fills
from trading_bot.backtest.sweeps.plan import Plan
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.backtest.walk_forward.search import Found
from trading_bot.backtest.walk_forward.windows import Window
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.research.arrays import Floats, Ints
from trading_bot.research.daily import DailyEquity

Held = dict[str, tuple[int, int]]
"""Signed units and the last close in paise, by instrument key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One window's test, by the best set of its training."""

    window: Window
    found: Found
    changes: Floats
    """Rupees by which equity changed on each day of the test, without what changing sets cost."""
    held_before: Held
    """What the set held as the test began: it is played from the first day of `played` on."""
    held_after: Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Stitched:
    """All tests, one after the other."""

    parts: tuple[Part, ...]
    days: Ints
    equity: Floats
    """Rupees at the end of each day of any test, from `begin` on."""
    begin: float
    switching: tuple[float, ...]
    """What coming from one set's position to the next one's cost at each window, in rupees."""

    @property
    def daily(self) -> DailyEquity:
        """The record as a curve."""
        return DailyEquity(self.days, self.begin, self.equity)

    @property
    def sharpe(self) -> float | None:
        """Annual, out of sample."""
        return annual_sharpe(self.daily)

    @property
    def dates(self) -> tuple[date, ...]:
        """The days of the record."""
        return self.daily.dates


def part_of(window: Window, found: Found, strategy: str, policy: Policy) -> Part:
    """Play the best set from the first day on, and keep what its test brought."""
    plan = Plan(strategy=strategy, policy=policy, sets=(found.best.values,))
    fills = Player(window.played).fills(plan, 0)
    daily = daily_equity_of_fills(fills, policy, window.played)
    return Part(
        window=window,
        found=found,
        changes=_changes(daily, window.test_days),
        held_before=_held(window, fills, window.test_from_ms),
        held_after=_held(window, fills, window.test_end_ms),
    )


def stitched(parts: Sequence[Part], policy: Policy) -> Stitched:
    """Join the tests; a change of position between two sets costs the fee, at the last close."""
    costs, before = [], Held()
    for part in parts:
        costs.append(_switching(before, part.held_before, float(policy.fee)))
        before = part.held_after
    changes = [
        np.concatenate(([part.changes[0] - cost], part.changes[1:]))
        for part, cost in zip(parts, costs, strict=True)
    ]
    begin = float(policy.cash)
    return Stitched(
        parts=tuple(parts),
        days=np.concatenate([part.window.test_days for part in parts]),
        equity=begin + np.cumsum(np.concatenate(changes)),
        begin=begin,
        switching=tuple(costs),
    )


def _changes(daily: DailyEquity, days: Ints) -> Floats:
    """What each of the days brought: nothing, where all that traded on it is too little to be played."""
    _, places, played = np.intersect1d(days, daily.days, assume_unique=True, return_indices=True)
    changes = np.zeros(len(days))
    changes[places] = np.diff(daily.closes, prepend=daily.begin)[played]
    return changes


def _held(window: Window, fills: list[Ints], before_ms: int) -> Held:
    """What is held before a moment, with the last close then."""
    held: Held = {}
    for share, rows in zip(window.played.shares, fills, strict=True):
        candles = window.played.candles(share)
        end = int(np.searchsorted(candles.start_ms, before_ms))
        units = int(rows[rows[:, 0] < end, 1].sum())
        if units:
            held[window.played.instruments[share].key] = (units, int(candles.closes[end - 1]))
    return held


def _switching(before: Held, after: Held, fee: float) -> float:
    """The fee in rupees for what has to be bought and sold."""
    value = 0
    for key in before.keys() | after.keys():
        (had, old), (has, new) = before.get(key, (0, 0)), after.get(key, (0, 0))
        value += abs(has - had) * (new or old)
    return fee * value / PAISE_PER_RUPEE
