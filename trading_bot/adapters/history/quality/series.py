"""One series as the checks see it: its rows as found, and those of them that can be candles."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.adapters.history.rows import Found
from trading_bot.adapters.history.series_key import DAY_S
from trading_bot.adapters.history.times import days_of
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.rules.provenance import Adjustment

BoolArray = npt.NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
_PAISE_PER_RUPEE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What is known of a series before its rows are looked at."""

    symbol: str
    instrument: Instrument
    interval_s: int | None
    adjustment: Adjustment = Adjustment.UNKNOWN
    known_splits: tuple[date, ...] = ()
    """First days of trading after splits and bonuses that are on record."""

    @property
    def is_intraday(self) -> bool:
        """Whether a day has several candles."""
        return self.interval_s is not None and self.interval_s < DAY_S

    @property
    def is_index(self) -> bool:
        """Whether it is an index: it has no shares that could be split, and no ticks."""
        return not self.instrument.is_tradable


def sound_candles(found: Found) -> CandleArrays:
    """The rows that can be candles, sorted, each time once (the first of them)."""
    prices = np.stack(found[1:5])
    with np.errstate(invalid="ignore"):
        sound = (
            (prices > 0).all(axis=0) & (prices.max(axis=0) == found.high) & (prices.min(axis=0) == found.low)
        )
    chosen = np.flatnonzero(sound)
    chosen = chosen[np.argsort(found.ts_ms[chosen], kind="stable")]
    times = found.ts_ms[chosen]
    chosen = chosen[np.diff(times, prepend=times[:1] - 1) != 0]
    volume = found.volume[chosen]
    usable = np.isfinite(volume) & (volume >= 0)
    prices_paise = [np.rint(column[chosen] * _PAISE_PER_RUPEE).astype(np.int64) for column in found[1:5]]
    whole = np.where(usable, volume, UNKNOWN).astype(np.int64)
    return CandleArrays(*(found.ts_ms[chosen], *prices_paise, whole))


class Days(NamedTuple):
    """The days of sorted candles, and where each begins and ends among them."""

    number: IntArray
    """Days since the epoch."""
    first: IntArray
    end: IntArray
    dates: tuple[date, ...]
    """The same as dates."""


def days_in(candles: CandleArrays) -> Days:
    """Split sorted candles into days."""
    number, first = np.unique(days_of(candles.start_ms), return_index=True)
    return Days(number, first, np.append(first[1:], candles.start_ms.size), dates_of(number))


def dates_of(numbers: IntArray) -> tuple[date, ...]:
    """Days since the epoch as dates."""
    return tuple(EPOCH + timedelta(days=number) for number in numbers.tolist())
