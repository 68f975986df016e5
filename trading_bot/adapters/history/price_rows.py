"""Where the rows of a history lie: in the files of a folder, or in the series of the store."""

from datetime import date
from typing import NamedTuple, Protocol

import numpy as np

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.rows import Found, TickArrays
from trading_bot.adapters.history.times import days_of
from trading_bot.domain.candles.arrays import CandleArrays, IntArray
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.rules.provenance import Provenance


class DayIndex(NamedTuple):
    """What the times of a series alone say."""

    days: IntArray
    """Days since the epoch that have rows, ascending."""
    minutes: IntArray
    """Minutes with rows on each of those days."""
    interval_s: int | None
    """The usual distance of two rows of one day; None where there are no two."""
    is_on_minutes: bool


class PriceRows(Protocol):
    """Rows of candles or ticks by symbol, read a range of days at a time."""

    @property
    def kind(self) -> HistoryKind:
        """What one row is."""
        ...

    @property
    def symbols(self) -> tuple[str, ...]:
        """Names of the instruments, ascending."""
        ...

    @property
    def noun(self) -> str:
        """What each instrument has here: a file, a series."""
        ...

    def place(self, symbol: str) -> str:
        """Words for where the rows of a symbol are."""
        ...

    def origin(self, symbol: str) -> Provenance:
        """Who a symbol's rows come from. Raises HistoryError where more than one series could be meant."""
        ...

    def index(self, symbol: str) -> DayIndex:
        """The days of a symbol; its prices are not read."""
        ...

    def candles(self, symbol: str, first: date | None, last: date | None) -> CandleArrays:
        """Candles of the days from `first` to `last`, both included; None leaves an end open.

        Raises HistoryError at the first row that cannot be a candle.
        """
        ...

    def found(self, symbol: str, first: date | None, last: date | None) -> Found:
        """The same rows as they are there, whatever is wrong with them."""
        ...

    def ticks(self, symbol: str, on: date) -> TickArrays:
        """One day of ticks in the order in which they arrived, defects included. Raises HistoryError."""
        ...


def day_index(ts_ms: IntArray) -> DayIndex:
    """The index of rows that lie at these times, in any order."""
    ordered = np.unique(ts_ms)
    days = days_of(ordered)
    minutes = np.unique(ordered // MS_PER_MINUTE)
    distinct, counts = np.unique(days_of(minutes * MS_PER_MINUTE), return_counts=True)
    steps = np.diff(ordered)[np.diff(days) == 0]
    lengths, votes = np.unique(steps, return_counts=True)
    interval_s = int(lengths[np.argmax(votes)]) // MS_PER_SECOND if steps.size else None
    return DayIndex(distinct, counts.astype(np.int64), interval_s, not (ordered % MS_PER_MINUTE).any())
