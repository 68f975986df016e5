"""What every indicator is: one bar in, its value out, in constant time; and the same over whole arrays."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from trading_bot.domain.market_data import Candle
from trading_bot.domain.money import PAISE_PER_RUPEE

FloatArray = npt.NDArray[np.float64]
Value_co = TypeVar("Value_co", covariant=True)
Series_co = TypeVar("Series_co", covariant=True)


class PriceSeries(NamedTuple):
    """Bars as three arrays of equal length, oldest first, in rupees."""

    high: FloatArray
    low: FloatArray
    close: FloatArray


def price_series(candles: Sequence[Candle]) -> PriceSeries:
    """Prices of the candles in rupees."""
    rows = np.array([candle[2:5] for candle in candles], dtype=np.float64).reshape(-1, 3) / PAISE_PER_RUPEE
    return PriceSeries(rows[:, 0].copy(), rows[:, 1].copy(), rows[:, 2].copy())


class Indicator(Protocol[Value_co, Series_co]):
    """A value that moves on with each closed bar; prices are floats in rupees.

    Before there is enough history, and wherever the formula has no answer, the value is None. A bar that
    is not finite is no bar: it is skipped, and the answer to it is None. After the same bars, `update`,
    `warm_up` and `batch` agree bit for bit. It cannot be pickled: keep the candles and warm up again.
    """

    @property
    def lookback(self) -> int:
        """Bars up to and including the first that has a value."""
        ...

    @property
    def value(self) -> Value_co | None:
        """Value at the newest bar."""
        ...

    def warm_up(self, prices: PriceSeries) -> None:
        """Take history in one go; only before the indicator has its first value."""
        ...

    def update(self, high: float, low: float, close: float) -> Value_co | None:
        """Take one closed bar and return the value at it."""
        ...

    def peek(self, high: float, low: float, close: float) -> Value_co | None:
        """Return what `update` would, and change nothing."""
        ...

    def batch(self, prices: PriceSeries) -> Series_co:
        """Values at all these bars, from these bars alone; NaN (direction: 0) where there is none."""
        ...
