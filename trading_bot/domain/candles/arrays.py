"""Candles by column, for everything that looks at many of them at once.

Prices stay whole paise here too: a history of years is then exact wherever it goes, into the engine, into the
store and back, and two sources can be compared for equality. What wants rupees divides by 100 itself.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.domain.market_data import Candle

IntArray = npt.NDArray[np.int64]

UNKNOWN = -1
"""In arrays of volume: the source does not say."""


class CandleArrays(NamedTuple):
    """Candles by column: times in epoch milliseconds ascending, prices in paise, all int64 of one length."""

    start_ms: IntArray
    open: IntArray
    high: IntArray
    low: IntArray
    close: IntArray
    volume: IntArray
    """Units; UNKNOWN where the source has none."""

    def candles(self) -> tuple[Candle, ...]:
        """The same as domain values."""
        columns = (column.tolist() for column in self[:5])
        volumes = [None if volume == UNKNOWN else volume for volume in self.volume.tolist()]
        return tuple(map(Candle, *columns, volumes))

    def between(self, first_ms: int, end_ms: int) -> "CandleArrays":
        """The candles that start in `first_ms` <= start < `end_ms`."""
        first, end = np.searchsorted(self.start_ms, [first_ms, end_ms])
        return CandleArrays(*(column[first:end] for column in self))


def arrays_of(candles: Sequence[Candle]) -> CandleArrays:
    """Domain values by column, in their order."""
    if not candles:
        return no_candles()
    *columns, volumes = zip(*candles, strict=True)
    known = [UNKNOWN if volume is None else volume for volume in volumes]
    return CandleArrays(*(np.array(column, dtype=np.int64) for column in (*columns, known)))


def no_candles() -> CandleArrays:
    """An empty set."""
    return CandleArrays(*(np.empty(0, dtype=np.int64) for _ in range(6)))


def joined(parts: list[CandleArrays]) -> CandleArrays:
    """Sets of candles one after another; the caller sees to their order."""
    if not parts:
        return no_candles()
    return CandleArrays(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
