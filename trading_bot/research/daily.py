"""Daily closes and returns of an equity curve of any fineness; a day is a date in India."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.research.arrays import Floats, Ints, finite, rising_times

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class DailyEquity:
    """The last equity of each day that has a point, after the equity at which everything began."""

    days: Ints
    """Days since 1970-01-01 in India, rising; one for each close."""
    begin: float
    """Equity before the first of the days."""
    closes: Floats
    """Equity at the end of each day; as long as `days`."""

    @property
    def returns(self) -> Floats | None:
        """The simple return of each day, as long as `days`; None when a day began at zero or below."""
        before = np.concatenate(([self.begin], self.closes[:-1]))
        if not self.closes.size or (before <= 0).any():
            return None
        return self.closes / before - 1

    @property
    def dates(self) -> tuple[date, ...]:
        """The days as dates."""
        return tuple(_EPOCH + timedelta(days=int(day)) for day in self.days)


def daily_equity(at_ms: npt.ArrayLike, equity: npt.ArrayLike) -> DailyEquity:
    """Resample a curve (epoch ms, rupees; both of length n) to the last value of each day in India.

    The first point is where everything begins. Where it is the only point of its day, that day has no return,
    as with a curve of daily closes. A day without points is no day: give one point for each trading day, also
    when nothing was traded, or volatility is overstated.
    Raises ValueError when lengths differ, times fall, or a value is not finite.
    """
    times, values = rising_times(at_ms, "times of the curve"), finite(equity, "equity values")
    if len(times) != len(values):
        raise ValueError(f"{len(times)} times for {len(values)} equity values")
    days = day_of(times)
    last = np.flatnonzero(np.append(np.diff(days) != 0, True))
    last = last[last > 0]
    return DailyEquity(days[last], float(values[0]), values[last])


def start_of_day(day: int) -> int:
    """The epoch millisecond at which a day (counted since 1970-01-01) begins in India."""
    return midnight_ms(_EPOCH) + day * MS_PER_DAY


def day_of(at_ms: Ints) -> Ints:
    """Days since 1970-01-01 in India of epoch milliseconds."""
    return (at_ms - midnight_ms(_EPOCH)) // MS_PER_DAY
