"""Average true range: Wilder's running average of the largest of the bar's range and its gaps."""

import talib
from talib import stream

from trading_bot.indicators.indicator import FloatArray, PriceSeries
from trading_bot.indicators.opening import Opening, finite_rows, is_finite, over_finite_rows


class Atr:
    """ATR(period), in rupees; 0 where the price has not moved at all."""

    __slots__ = ("_handle", "_opening", "period")

    def __init__(self, period: int = 14) -> None:
        self.period = period
        self._handle: stream.ATR | None = None
        self._opening = Opening(self.lookback, self._open)

    @property
    def lookback(self) -> int:
        """Bars up to and including the first that has a value."""
        return self.period + 1

    @property
    def value(self) -> float | None:
        """Value at the newest bar."""
        return None if self._handle is None else self._handle.value

    def warm_up(self, prices: PriceSeries) -> None:
        """Take history in one go; only before the indicator has its first value."""
        assert self._handle is None
        self._handle = self._opening.add(prices)

    def update(self, high: float, low: float, close: float) -> float | None:
        """Take one closed bar and return the value at it."""
        if not is_finite(high + low + close):
            return None
        if self._handle is not None:
            return self._handle.update(high, low, close)
        self._handle = self._opening.add_bar(high, low, close)
        return self.value

    def peek(self, high: float, low: float, close: float) -> float | None:
        """Return what `update` would, and change nothing."""
        if not is_finite(high + low + close):
            return None
        if self._handle is not None:
            return self._handle.peek(high, low, close)
        opened = self._opening.peek_bar(high, low, close)
        return None if opened is None else opened.value

    def batch(self, prices: PriceSeries) -> FloatArray:
        """Values at all these bars, NaN where there is none."""
        values = talib.ATR(*finite_rows(prices), timeperiod=self.period)
        return over_finite_rows(values, prices)

    def _open(self, prices: PriceSeries) -> stream.ATR:
        return stream.ATR(*prices, timeperiod=self.period)
