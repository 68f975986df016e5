"""Candles of a longer interval from shorter ones, by column: the engine's aggregation for whole histories.

Intervals count from the start of each window of continuous trading and end with it, as the candle builder's
do; what was traded outside (the pre-open, an auction's print) is left out. A volume is unknown as soon as
that of one part is.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray, no_candles
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_SECOND, date_of, midnight_ms
from trading_bot.domain.rules.calendar import Calendar

_IST_OFFSET_MS = -midnight_ms(date_of(0))
_THURSDAY = 3
"""The weekday of 1 January 1970, from Monday."""
_DAYS_PER_WEEK = 7


class TradingWindows(NamedTuple):
    """Windows of continuous trading, ascending; the start belongs to one, the end does not."""

    start_ms: IntArray
    end_ms: IntArray


def trading_windows(
    candles: CandleArrays, calendar: Calendar, segment: Segment, *, closing_auction_eligible: bool = False
) -> TradingWindows:
    """The windows of the days that the candles lie on.

    A session whose hours are not on record, or a day that the calendar does not cover, counts from its first
    candle to midnight; a day on which the exchange was closed has none.
    """
    days = _days(candles.start_ms)
    firsts = np.flatnonzero(np.diff(days, prepend=days[:1] - 1))
    windows: list[tuple[int, int]] = []
    for first_ms in candles.start_ms[firsts].tolist():
        on = date_of(first_ms)
        try:
            session = calendar.session(on, segment, closing_auction_eligible=closing_auction_eligible)
        except UncoveredDateError:
            windows.append((first_ms, midnight_ms(on) + MS_PER_DAY))
            continue
        windows += session.continuous if session else ()
    table = np.array(windows, dtype=np.int64).reshape(-1, 2)
    return TradingWindows(table[:, 0], table[:, 1])


def within(candles: CandleArrays, windows: TradingWindows) -> CandleArrays:
    """The candles that start inside a window."""
    chosen = _window_of(candles.start_ms, windows) >= 0
    return CandleArrays(*(column[chosen] for column in candles))


def aggregated(candles: CandleArrays, timeframe_s: int, windows: TradingWindows) -> CandleArrays:
    """Candles of `timeframe_s` seconds, from sorted shorter ones whose interval divides it."""
    window = _window_of(candles.start_ms, windows)
    inside = CandleArrays(*(column[window >= 0] for column in candles))
    origin_ms = windows.start_ms[window[window >= 0]]
    length_ms = timeframe_s * MS_PER_SECOND
    return _folded(inside, inside.start_ms - (inside.start_ms - origin_ms) % length_ms)


def to_days(candles: CandleArrays, windows: TradingWindows) -> CandleArrays:
    """One candle for each day, stamped at midnight, from shorter ones."""
    inside = within(candles, windows)
    return _folded(inside, _midnights(_days(inside.start_ms)))


def to_weeks(days: CandleArrays) -> CandleArrays:
    """One candle for each week, stamped at its Monday, from those of days; a Sunday session ends its week."""
    number = _days(days.start_ms)
    return _folded(days, _midnights(number - (number + _THURSDAY) % _DAYS_PER_WEEK))


def to_months(days: CandleArrays) -> CandleArrays:
    """One candle for each month, stamped at its first day, from those of days."""
    months = _days(days.start_ms).astype("datetime64[D]").astype("datetime64[M]")
    return _folded(days, _midnights(months.astype("datetime64[D]").astype(np.int64)))


def _folded(parts: CandleArrays, bucket_ms: IntArray) -> CandleArrays:
    """One candle for each run of parts with the same bucket, which becomes its start."""
    if not bucket_ms.size:
        return no_candles()
    first = np.flatnonzero(np.diff(bucket_ms, prepend=bucket_ms[0] - 1))
    last = np.append(first[1:], bucket_ms.size) - 1
    is_unknown = np.logical_or.reduceat(parts.volume == UNKNOWN, first)
    return CandleArrays(
        start_ms=bucket_ms[first],
        open=parts.open[first],
        high=np.maximum.reduceat(parts.high, first),
        low=np.minimum.reduceat(parts.low, first),
        close=parts.close[last],
        volume=np.where(is_unknown, UNKNOWN, np.add.reduceat(parts.volume, first)),
    )


def _window_of(at_ms: IntArray, windows: TradingWindows) -> npt.NDArray[np.intp]:
    """The window that holds each instant, -1 where none does."""
    if not windows.start_ms.size:
        return np.full(at_ms.size, -1)
    place = np.searchsorted(windows.start_ms, at_ms, side="right") - 1
    return np.where((place >= 0) & (at_ms < windows.end_ms[place]), place, -1)


def _days(at_ms: IntArray) -> IntArray:
    return (at_ms + _IST_OFFSET_MS) // MS_PER_DAY


def _midnights(days: IntArray) -> IntArray:
    return days * MS_PER_DAY - _IST_OFFSET_MS
