"""The candles of a sweep as whole columns, one share after the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.domain.errors import HistoryError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.research.arrays import Ints
from trading_bot.research.daily import day_of, start_of_day

_CANDLES_MIN = 2
"""What is ordered at a close needs a next open."""


class Candles(NamedTuple):
    """One share's candles by column: epoch milliseconds rising, prices in paise; all of one length."""

    start_ms: Ints
    opens: Ints
    highs: Ints
    lows: Ints
    closes: Ints


@dataclass(frozen=True, eq=False)
class Market:
    """The candles of every share that a sweep is played on. Candles last a minute.

    Equal to itself only, so that what is made ready for one can be kept.
    """

    instruments: tuple[Instrument, ...]
    bounds: tuple[int, ...]
    """Where each share begins in the table, and where the last one ends."""
    table: Ints
    """Shape (5, candles): the columns, share after share."""

    def candles(self, share: int) -> Candles:
        """The columns of one share."""
        return Candles(*self.table[:, self.bounds[share] : self.bounds[share + 1]])

    @property
    def shares(self) -> range:
        """The places of the shares."""
        return range(len(self.instruments))

    @property
    def bars(self) -> int:
        """Candles of all shares."""
        return self.bounds[-1]

    @cached_property
    def times(self) -> Ints:
        """The moments at which any share has a candle, rising."""
        times: Ints = np.unique(self.table[0])
        return times

    @cached_property
    def slots(self) -> Ints:
        """The place in `times` of each candle of the table."""
        slots: Ints = np.searchsorted(self.times, self.table[0])
        return slots

    @cached_property
    def day_ends(self) -> Ints:
        """The places in `times` after the last of each day."""
        days = day_of(self.times)
        return np.append(np.flatnonzero(np.diff(days)) + 1, len(days)).astype(np.int64)

    @property
    def days(self) -> Ints:
        """Days with candles, counted since 1970-01-01 in India."""
        days: Ints = day_of(self.times[self.day_ends - 1])
        return days

    def between(self, first_day: int, last_day: int) -> "Market":
        """The candles of some days, both included. Shares with fewer than two there are left out.

        Raises HistoryError when no share is left.
        """
        first_ms, end_ms = start_of_day(int(first_day)), start_of_day(int(last_day) + 1)
        kept = []
        for share, instrument in enumerate(self.instruments):
            candles = self.candles(share)
            begin, end = np.searchsorted(candles.start_ms, [first_ms, end_ms])
            if end - begin >= _CANDLES_MIN:
                kept.append((instrument, [column[begin:end] for column in candles]))
        if not kept:
            first, last = (date_of(start_of_day(int(day))) for day in (first_day, last_day))
            raise HistoryError(f"no share has two candles from {first} to {last}; take more days at a time")
        return market_of(kept)

    @cached_property
    def digest(self) -> str:
        """A hash of names, ticks and candles: what a result was found on."""
        found = sha256()
        for one, begin, end in zip(self.instruments, self.bounds, self.bounds[1:], strict=False):
            found.update(f"{one.key} {one.symbol} {one.tick_size} {one.lot_size} {end - begin};".encode())
        found.update(np.ascontiguousarray(self.table).tobytes())
        return found.hexdigest()


def market_of(shares: Sequence[tuple[Instrument, Sequence[npt.ArrayLike]]]) -> Market:
    """Put shares together, each with its five columns in the order of `Candles`.

    Raises ValueError for a share with fewer than two candles, or whose times do not rise.
    """
    if not shares:
        raise ValueError("no shares")
    tables = [np.array(columns, dtype=np.int64) for _, columns in shares]
    for (instrument, _), table in zip(shares, tables, strict=True):
        if table.shape[1] < _CANDLES_MIN:
            raise ValueError(f"{instrument.symbol} has {table.shape[1]} candles; at least two are needed")
        if (np.diff(table[0]) <= 0).any():
            raise ValueError(f"the candles of {instrument.symbol} are not in the order of their time")
    bounds = np.concatenate(([0], np.cumsum([table.shape[1] for table in tables]))).tolist()
    return Market(tuple(one for one, _ in shares), tuple(bounds), np.concatenate(tables, axis=1))
