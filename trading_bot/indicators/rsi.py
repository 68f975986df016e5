"""Relative strength index: Wilder's running average of rises as a share of that of all changes."""

import numpy as np
import talib
from talib import stream

from trading_bot.indicators.indicator import FloatArray, PriceSeries
from trading_bot.indicators.opening import Opening, finite_rows, is_finite, over_finite_rows


class Rsi:
    """RSI(period) of the close, 0 to 100.

    Where the close has not moved for at least a period and nothing older is left in the averages, the
    formula divides nothing by nothing. TA-Lib then says 0, "deeply oversold"; here the answer is None.
    """

    __slots__ = ("_close", "_handle", "_opening", "_unchanged", "period")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self._handle: stream.RSI | None = None
        self._opening = Opening(self.lookback, self._open)
        self._close = np.nan
        self._unchanged = 0

    @property
    def lookback(self) -> int:
        """Bars up to and including the first that has a value."""
        return self.period + 1

    @property
    def value(self) -> float | None:
        """Value at the newest bar."""
        return None if self._handle is None else self._defined(self._handle.value, self._unchanged)

    def warm_up(self, prices: PriceSeries) -> None:
        """Take history in one go; only before the indicator has its first value."""
        assert self._handle is None
        for close in finite_rows(prices).close[-self.lookback :].tolist():
            self._count(close)
        self._handle = self._opening.add(prices)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one closed bar and return the value at it."""
        if not is_finite(high + low + close):
            return None
        self._count(close)
        if self._handle is not None:
            return self._defined(self._handle.update(close), self._unchanged)
        self._handle = self._opening.add_bar(high, low, close)
        return self.value

    def peek(self, high: float, low: float, close: float) -> float | None:
        """Return what `update` would, and change nothing."""
        if not is_finite(high + low + close):
            return None
        unchanged = self._unchanged + 1 if close == self._close else 0
        if self._handle is not None:
            return self._defined(self._handle.peek(close), unchanged)
        opened = self._opening.peek_bar(high, low, close)
        return None if opened is None else self._defined(opened.value, unchanged)

    def batch(self, prices: PriceSeries) -> FloatArray:
        """Values at all these bars, NaN where there is none."""
        closes = finite_rows(prices).close
        values = talib.RSI(closes, timeperiod=self.period)
        values[(values == 0.0) & (_unchanged_bars(closes) >= self.period)] = np.nan
        return over_finite_rows(values, prices)

    def _count(self, close: float) -> None:
        self._unchanged = self._unchanged + 1 if close == self._close else 0
        self._close = close

    def _defined(self, value: float, unchanged: int) -> float | None:
        return None if value == 0.0 and unchanged >= self.period else value

    def _open(self, prices: PriceSeries) -> stream.RSI:
        return stream.RSI(prices.close, timeperiod=self.period)


def _unchanged_bars(closes: FloatArray) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """For each bar, how many bars in a row up to it closed where the one before did."""
    positions = np.arange(len(closes))
    moved = np.concatenate(([True], closes[1:] != closes[:-1]))[: len(closes)]
    last_moved = np.maximum.accumulate(np.where(moved, positions, 0))
    unchanged: np.ndarray[tuple[int], np.dtype[np.int64]] = positions - last_moved
    return unchanged
