"""The sets that are played on one stretch of candles, each once, and what counts of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import ceil
from typing import NamedTuple

import numpy as np

from trading_bot.backtest.sweeps.figures import Figures, annual_sharpe, daily_equity_of_fills
from trading_bot.backtest.sweeps.grid import Axis, ParameterSet
from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.sweeps.plan import Plan, plan_of
from trading_bot.backtest.sweeps.play import Player
from trading_bot.backtest.sweeps.policy import Policy
from trading_bot.domain.errors import SettingsError
from trading_bot.research.arrays import Ints
from trading_bot.research.daily import DailyEquity

Places = tuple[int, ...]
"""A set: the place of its value on each axis."""
STAGES = (0.25, 0.5, 1.0)
"""Shares of the days after which a set may be given up; the last is all of them."""
WHOLE = len(STAGES) - 1


class Tried(NamedTuple):
    """One set and what came of it."""

    values: ParameterSet
    figures: Figures
    """Of all days that were played."""
    score: float | None
    """The annual Sharpe ratio of the days that count; None where they do not vary."""
    is_whole: bool = True
    """Whether it was played to the last day, and not given up before."""


class Stretch(NamedTuple):
    """What sets are chosen on."""

    market: Market
    counted: Ints | None = None
    """Days that count, since 1970-01-01 in India; the others are played without looking. None: all."""


@dataclass(slots=True, kw_only=True)
class PlayedSets:
    """Plays sets of one strategy on a stretch and remembers them."""

    strategy: str
    policy: Policy
    axes: tuple[Axis, ...]
    stretch: Stretch
    refusal: str = ""
    """Why the last set was refused that the strategy refuses."""
    _found: dict[Places, Tried | None] = field(default_factory=dict)
    _players: dict[int, tuple[Market, Player]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[Tried]:
        """Those that could be played, in the order of their first try."""
        return (one for one in self._found.values() if one is not None)

    def since(self, count: int) -> Iterator[Tried]:
        """The same, without the first of them, refused ones counted."""
        return (one for one in list(self._found.values())[count:] if one is not None)

    def played(self, places: Places, stage: int = WHOLE) -> Tried | None:
        """What comes of a set by the end of a stage; None where the strategy refuses it."""
        known = self._found.get(places)
        if places in self._found and (known is None or known.is_whole):
            return known
        values = {axis.name: axis.values[place] for axis, place in zip(self.axes, places, strict=True)}
        try:
            plan, _ = plan_of(self.strategy, self.policy, [values])
        except SettingsError as error:
            self._found[places], self.refusal = None, str(error)
        else:
            self._found[places] = self._tried(values, plan, stage)
        return self._found[places]

    def _tried(self, values: ParameterSet, plan: Plan, stage: int) -> Tried:
        if stage not in self._players:
            market = _beginning(self.stretch.market, STAGES[stage])
            self._players[stage] = market, Player(market)
        market, player = self._players[stage]
        (figures,) = player.figures(plan)
        counted = self.stretch.counted
        score = figures.sharpe if counted is None else self._score(plan, market, player, counted)
        if stage == WHOLE:
            return Tried(values, figures, score)
        path = f"given up after {len(market.days)} of {len(self.stretch.market.days)} days"
        return Tried(values, replace(figures, path=path), score, is_whole=False)

    def _score(self, plan: Plan, market: Market, player: Player, counted: Ints) -> float | None:
        daily = daily_equity_of_fills(player.fills(plan, 0), self.policy, market)
        counts = np.isin(daily.days, counted)
        if not counts.any():
            return None
        changes = np.diff(daily.closes, prepend=daily.begin)[counts]
        return annual_sharpe(DailyEquity(daily.days[counts], daily.begin, daily.begin + np.cumsum(changes)))


def _beginning(market: Market, share: float) -> Market:
    """The first part of the days."""
    days = market.days
    return market if share >= 1 else market.between(days[0], days[ceil(len(days) * share) - 1])
