"""The time before a TA-Lib handle exists: it can be opened only once there is enough history."""

from collections.abc import Callable
from typing import Generic, TypeVar

import numpy as np

from trading_bot.indicators.indicator import FloatArray, PriceSeries

Handle = TypeVar("Handle")


class Opening(Generic[Handle]):
    """Bars gathered until there are enough of them to open a handle on."""

    __slots__ = ("_bars", "_needed", "_open_handle")

    def __init__(self, needed: int, open_handle: Callable[[PriceSeries], Handle]) -> None:
        self._needed = needed
        self._open_handle = open_handle
        self._bars = PriceSeries(np.empty(0), np.empty(0), np.empty(0))

    def add(self, prices: PriceSeries) -> Handle | None:
        """Gather more bars, those that are finite, and return the handle as soon as there are enough."""
        self._bars = self._with(prices)
        handle = self._opened(self._bars)
        if handle is not None:
            self._bars = PriceSeries(np.empty(0), np.empty(0), np.empty(0))
        return handle

    def add_bar(self, high: float, low: float, close: float) -> Handle | None:
        """Gather one bar; see `add`."""
        return self.add(_one_bar(high, low, close))

    def peek_bar(self, high: float, low: float, close: float) -> Handle | None:
        """Return the handle that `add_bar` would open, and gather nothing."""
        return self._opened(self._with(_one_bar(high, low, close)))

    def _with(self, prices: PriceSeries) -> PriceSeries:
        more = finite_rows(prices)
        pairs = zip(self._bars, more, strict=True)
        return PriceSeries(*(np.concatenate(pair) for pair in pairs))

    def _opened(self, bars: PriceSeries) -> Handle | None:
        return None if len(bars.close) < self._needed else self._open_handle(bars)


def is_finite(price: float) -> bool:
    """Whether it is a number and not infinite; compiled this costs nothing, unlike a call of `math`."""
    return price - price == 0.0


def finite_rows(prices: PriceSeries) -> PriceSeries:
    """Only the bars that are finite: one NaN would spoil a handle, and every value after it, for good."""
    finite = _is_finite(prices)
    if finite.all():
        return prices
    return PriceSeries(*(column[finite] for column in prices))


def over_finite_rows(values: FloatArray, prices: PriceSeries) -> FloatArray:
    """Spread values that were computed from the finite bars over all bars; the others get NaN."""
    if len(values) == len(prices.close):
        return values
    spread = np.full(len(prices.close), np.nan)
    spread[_is_finite(prices)] = values
    return spread


def _is_finite(prices: PriceSeries) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    finite: np.ndarray[tuple[int], np.dtype[np.bool_]] = np.isfinite(prices.high + prices.low + prices.close)
    return finite


def _one_bar(high: float, low: float, close: float) -> PriceSeries:
    return PriceSeries(np.array([high]), np.array([low]), np.array([close]))
