"""The days on which numbers are chosen, and those on which they are played."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np

from trading_bot.backtest.sweeps.market import Market
from trading_bot.backtest.walk_forward.played_sets import Stretch
from trading_bot.domain.errors import HistoryError
from trading_bot.report.wording import plural
from trading_bot.research.arrays import Ints
from trading_bot.research.daily import DailyEquity, start_of_day
from trading_bot.research.splits import purged_folds, walk_forward


class Lengths(NamedTuple):
    """In trading days of the data."""

    train: int
    test: int
    gap: int = 0
    """Left out between the two."""
    anchored: bool = False
    """Whether every training begins with the first day, instead of rolling."""


class Folds(NamedTuple):
    """Cross-validation: every part is tested once, by what was chosen on all others."""

    parts: int
    gap: int = 0
    """Trading days after a day in which what was begun on it may still be open: so many before and after a
    test are purged."""
    embargo: float = 0.0
    """The share of all days that is left out after each test, beyond that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One choice and its proof."""

    train: Stretch
    """What the choice may look at."""
    played: Market
    """From the first day of the training to the last of the test, or all there is: indicators are warm as the
    test begins."""
    test_days: Ints
    """Days since 1970-01-01 in India."""

    @property
    def train_days(self) -> Ints:
        """The days that count for the choice."""
        return self.train.market.days if self.train.counted is None else self.train.counted

    @property
    def test_from_ms(self) -> int:
        """When the test begins."""
        return start_of_day(int(self.test_days[0]))

    @property
    def test_end_ms(self) -> int:
        """When the day after the test begins."""
        return start_of_day(int(self.test_days[-1]) + 1)

    @property
    def train_span(self) -> tuple[date, date]:
        """First and last day of the training."""
        return _dates(self.train_days)

    @property
    def test_span(self) -> tuple[date, date]:
        """First and last day of the test."""
        return _dates(self.test_days)


def windows_of(market: Market, lengths: Lengths | Folds) -> tuple[Window, ...]:
    """The windows in the order of their tests.

    Raises HistoryError when not one fits the days that there are.
    """
    return _folds(market, lengths) if isinstance(lengths, Folds) else _forward(market, lengths)


def _forward(market: Market, lengths: Lengths) -> tuple[Window, ...]:
    days = market.days
    try:
        splits = walk_forward(
            len(days), train=lengths.train, test=lengths.test, gap=lengths.gap, anchored=lengths.anchored
        )
    except ValueError as error:
        gap = f", {lengths.gap} between," if lengths.gap else ""
        raise HistoryError(
            f"{plural(len(days), 'trading day')} hold no window of {lengths.train} to choose on{gap} and "
            f"{lengths.test} to play; shorten --train, --test or --gap, or give more days"
        ) from error
    return tuple(
        Window(
            train=Stretch(market.between(days[split.train[0]], days[split.train[-1]])),
            played=market.between(days[split.train[0]], days[split.test[-1]]),
            test_days=days[split.test],
        )
        for split in splits
    )


def _folds(market: Market, folds: Folds) -> tuple[Window, ...]:
    days = market.days
    made_on = np.arange(len(days))
    try:
        splits = purged_folds(made_on, made_on + folds.gap, folds.parts, folds.embargo)
    except ValueError as error:
        raise HistoryError(
            f"{plural(len(days), 'trading day')} cannot make {folds.parts} folds with an embargo of "
            f"{folds.embargo:g}; change --folds or --embargo, or give more days"
        ) from error
    if not all(split.train.size for split in splits):
        raise HistoryError(
            f"of {plural(len(days), 'day')} none is left to choose on: take fewer --folds, a shorter --gap "
            "or --embargo"
        )
    return tuple(
        Window(train=Stretch(market, days[split.train]), played=market, test_days=days[split.test])
        for split in splits
    )


def _dates(days: Ints) -> tuple[date, date]:
    first, last = DailyEquity(days[[0, -1]], 0.0, days[[0, -1]].astype(float)).dates
    return first, last
