"""Supertrend: a band of some average true ranges around the middle of the bar, which only ever tightens."""

from typing import NamedTuple

import numpy as np
import talib
from talib import stream

from trading_bot.indicators.indicator import FloatArray, PriceSeries
from trading_bot.indicators.opening import Opening, finite_rows, is_finite, over_finite_rows

_tuple = tuple.__new__  # a third of the cost of `_make`


class SupertrendValue(NamedTuple):
    """The active band at one bar, and the side of it that the price is on."""

    line: float
    """In rupees."""
    direction: int
    """+1: the close is above the band, the trend is up; -1: below, down."""


class SupertrendSeries(NamedTuple):
    """Band and direction at many bars; NaN and 0 where there is none."""

    line: FloatArray
    direction: FloatArray


class Supertrend:
    """Supertrend(period, multiplier): the band lies `multiplier` times ATR(period) from the middle."""

    __slots__ = ("_handle", "_opening", "multiplier", "period")

    def __init__(self, period: int = 10, multiplier: float = 3.0) -> None:
        self.period = period
        self.multiplier = multiplier
        self._handle: stream.SUPERTREND | None = None
        self._opening = Opening(self.lookback, self._open)

    @property
    def lookback(self) -> int:
        """Bars up to and including the first that has a value."""
        return self.period + 1

    @property
    def value(self) -> SupertrendValue | None:
        """Value at the newest bar."""
        return None if self._handle is None else SupertrendValue._make(self._handle.value)

    def warm_up(self, prices: PriceSeries) -> None:
        """Take history in one go; only before the indicator has its first value."""
        assert self._handle is None
        self._handle = self._opening.add(prices)

    def update(self, high: float, low: float, close: float) -> SupertrendValue | None:
        """Take one closed bar and return the value at it."""
        if not is_finite(high + low + close):
            return None
        if self._handle is not None:
            return _tuple(SupertrendValue, self._handle.update(high, low, close))
        self._handle = self._opening.add_bar(high, low, close)
        return self.value

    def peek(self, high: float, low: float, close: float) -> SupertrendValue | None:
        """Return what `update` would, and change nothing."""
        if not is_finite(high + low + close):
            return None
        if self._handle is not None:
            return SupertrendValue._make(self._handle.peek(high, low, close))
        opened = self._opening.peek_bar(high, low, close)
        return None if opened is None else SupertrendValue._make(opened.value)

    def batch(self, prices: PriceSeries) -> SupertrendSeries:
        """Values at all these bars, NaN and 0 where there is none."""
        line, direction = talib.SUPERTREND(
            *finite_rows(prices), timeperiod=self.period, multiplier=self.multiplier
        )
        directions = over_finite_rows(direction.astype(np.float64), prices)
        return SupertrendSeries(over_finite_rows(line, prices), np.nan_to_num(directions))

    def _open(self, prices: PriceSeries) -> stream.SUPERTREND:
        return stream.SUPERTREND(*prices, timeperiod=self.period, multiplier=self.multiplier)
