"""Closes of whole days, weeks and months before a trading day, out of the closes of its sessions.

A bar is complete when its last session is over: the day's own bar, and the week and month that the day lies
in, are not, whatever is known of them. So nothing in them can come from the future.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import numpy as np

from trading_bot.domain.bar_length import BarLength
from trading_bot.domain.candles.aggregation import to_months, to_weeks
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.outlook import DayClose, DayCloses


def _as_they_are(days: CandleArrays) -> CandleArrays:
    return days


_BARS: Mapping[BarLength, Callable[[CandleArrays], CandleArrays]] = MappingProxyType(
    {BarLength.DAY: _as_they_are, BarLength.WEEK: to_weeks, BarLength.MONTH: to_months}
)


def closed_bars(closes: Sequence[DayClose], length: BarLength, on: date) -> IntArray:
    """The closes in paise of the bars that were complete before a day, oldest first."""
    bars = _BARS[length](_candles(closes))
    complete: IntArray = bars.close[bars.start_ms < _begin_ms(length, on)]
    return complete


def missing_end(known: DayCloses, length: BarLength) -> str:
    """Why the newest complete bar may lack its end; empty where it is whole."""
    last = known.closes[-1].on if known.closes else None
    before = known.previous_session_on
    if last is None or before is None or last >= before or midnight_ms(last) >= _begin_ms(length, known.on):
        return ""
    return f"the newest close is of {last}, the session before was on {before}"


def _begin_ms(length: BarLength, on: date) -> int:
    """When the bar began that a day lies in."""
    return int(_BARS[length](_candles([DayClose(on, 0)])).start_ms[0])


def _candles(closes: Sequence[DayClose]) -> CandleArrays:
    start_ms = np.array([midnight_ms(close.on) for close in closes], dtype=np.int64)
    price = np.array([close.close for close in closes], dtype=np.int64)
    return CandleArrays(start_ms, price, price, price, price, np.full(price.size, UNKNOWN, dtype=np.int64))
