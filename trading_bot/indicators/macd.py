"""Moving average convergence divergence: a fast EMA less a slow one, and the EMA of that as its signal."""

from typing import NamedTuple

import talib
from talib import stream

from trading_bot.indicators.indicator import FloatArray, PriceSeries
from trading_bot.indicators.opening import Opening, finite_rows, is_finite, over_finite_rows

_tuple = tuple.__new__  # a third of the cost of `_make`


class MacdValue(NamedTuple):
    """The three figures at one bar, in rupees."""

    line: float
    signal: float
    histogram: float
    """The line less its signal."""


class MacdSeries(NamedTuple):
    """The three figures at many bars."""

    line: FloatArray
    signal: FloatArray
    histogram: FloatArray


class Macd:
    """MACD(fast, slow, signal) of the close."""

    __slots__ = ("_handle", "_opening", "fast", "signal", "slow")

    def __init__(self, fast: int = 12, slow: int = 26, signal: int = 9) -> None:
        self.fast = fast
        self.slow = slow
        self.signal = signal
        self._handle: stream.MACD | None = None
        self._opening = Opening(self.lookback, self._open)

    @property
    def lookback(self) -> int:
        """Bars up to and including the first that has a value."""
        return max(self.fast, self.slow) + self.signal - 1

    @property
    def value(self) -> MacdValue | None:
        """Value at the newest bar."""
        return None if self._handle is None else MacdValue._make(self._handle.value)

    def warm_up(self, prices: PriceSeries) -> None:
        """Take history in one go; only before the indicator has its first value."""
        assert self._handle is None
        self._handle = self._opening.add(prices)

    def update(self, high: float, low: float, close: float) -> MacdValue | None:
        """Take one closed bar and return the value at it."""
        if not is_finite(high + low + close):
            return None
        if self._handle is not None:
            return _tuple(MacdValue, self._handle.update(close))
        self._handle = self._opening.add_bar(high, low, close)
        return self.value

    def peek(self, high: float, low: float, close: float) -> MacdValue | None:
        """Return what `update` would, and change nothing."""
        if not is_finite(high + low + close):
            return None
        if self._handle is not None:
            return MacdValue._make(self._handle.peek(close))
        opened = self._opening.peek_bar(high, low, close)
        return None if opened is None else MacdValue._make(opened.value)

    def batch(self, prices: PriceSeries) -> MacdSeries:
        """Values at all these bars, NaN where there is none."""
        columns = talib.MACD(
            finite_rows(prices).close,
            fastperiod=self.fast,
            slowperiod=self.slow,
            signalperiod=self.signal,
        )
        return MacdSeries(*(over_finite_rows(column, prices) for column in columns))

    def _open(self, prices: PriceSeries) -> stream.MACD:
        return stream.MACD(prices.close, fastperiod=self.fast, slowperiod=self.slow, signalperiod=self.signal)
