"""The stretches of days on which numbers are chosen, and those on which they are played."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from trading_bot.backtest.sweeps.market import Market
from trading_bot.domain.errors import HistoryError
from trading_bot.research.arrays import Ints
from trading_bot.research.daily import DailyEquity, start_of_day
from trading_bot.research.splits import walk_forward


class Lengths(NamedTuple):
    """In trading days of the data."""

    train: int
    test: int
    gap: int = 0
    """Left out between the two."""
    anchored: bool = False
    """Whether every training begins with the first day, instead of rolling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One choice and its proof."""

    train: Market
    """What the choice may look at."""
    played: Market
    """From the first day of the training to the last of the test: indicators are warm as the test begins."""
    test_days: Ints
    """Days since 1970-01-01 in India."""

    @property
    def test_from_ms(self) -> int:
        """When the test begins."""
        return start_of_day(int(self.test_days[0]))

    @property
    def train_span(self) -> tuple[date, date]:
        """First and last day of the training."""
        return _dates(self.train.days)

    @property
    def test_span(self) -> tuple[date, date]:
        """First and last day of the test."""
        return _dates(self.test_days)


def windows_of(market: Market, lengths: Lengths) -> tuple[Window, ...]:
    """The windows in the order of time.

    Raises HistoryError when not one fits the days that there are.
    """
    days = market.days
    try:
        splits = walk_forward(
            len(days), train=lengths.train, test=lengths.test, gap=lengths.gap, anchored=lengths.anchored
        )
    except ValueError as error:
        raise HistoryError(f"{error}; shorten --train, --test or --gap, or give more days") from error
    return tuple(
        Window(
            train=market.between(days[split.train[0]], days[split.train[-1]]),
            played=market.between(days[split.train[0]], days[split.test[-1]]),
            test_days=days[split.test],
        )
        for split in splits
    )


def _dates(days: Ints) -> tuple[date, date]:
    first, last = DailyEquity(days[[0, -1]], 0.0, days[[0, -1]].astype(float)).dates
    return first, last
