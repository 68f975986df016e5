"""Falls of equity below its highest value so far."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.research.arrays import Floats, finite, rising_times


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """One fall from a peak, until equity was back there."""

    depth: float
    """The fall as a fraction of the peak, positive."""
    started_ms: int
    """The peak."""
    bottom_ms: int
    ended_ms: int | None
    """The first point at the height of the peak again; None while it is not reached."""
    days: float
    """Calendar days from the peak to its end, or to the last point."""


def underwater(equity: npt.ArrayLike) -> Floats:
    """The fall below the highest equity so far at each point, as a fraction of it: 0 at a peak.

    Takes the curve's values (n,) in rupees. Raises ValueError when the first is not above zero.
    """
    values = finite(equity, "equity values")
    if values[0] <= 0:
        raise ValueError(f"equity begins at {values[0]}: a fall has no fraction of that")
    peaks = np.maximum.accumulate(values)
    return (peaks - values) / peaks


def deepest_drawdown(at_ms: npt.ArrayLike, equity: npt.ArrayLike) -> Drawdown | None:
    """The fall that cost the largest fraction (of equals the first); None when equity never fell.

    Takes every point that it is given: intraday falls count, which daily closes would hide.
    Raises ValueError as `underwater` does, and when times fall.
    """
    falls = _falls(at_ms, equity)
    return max(falls, key=lambda fall: fall.depth) if falls else None


def longest_drawdown(at_ms: npt.ArrayLike, equity: npt.ArrayLike) -> Drawdown | None:
    """The fall that lasted longest, also when it is not over; None when it never fell. Errors as above."""
    falls = _falls(at_ms, equity)
    return max(falls, key=lambda fall: fall.days) if falls else None


def _falls(at_ms: npt.ArrayLike, equity: npt.ArrayLike) -> list[Drawdown]:
    times, depths = rising_times(at_ms, "times of the curve"), underwater(equity)
    if len(times) != len(depths):
        raise ValueError(f"{len(times)} times for {len(depths)} equity values")
    below = np.concatenate(([False], depths > 0, [False]))
    firsts, afters = np.flatnonzero(np.diff(below.astype(np.int8))).reshape(-1, 2).T
    return [
        _fall(times.tolist(), depths, int(first), int(after))
        for first, after in zip(firsts, afters, strict=True)
    ]


def _fall(times: list[int], depths: Floats, first: int, after: int) -> Drawdown:
    bottom = first + int(np.argmax(depths[first:after]))
    is_over = after < len(times)
    last_ms = times[after] if is_over else times[-1]
    return Drawdown(
        depth=float(depths[bottom]),
        started_ms=times[first - 1],
        bottom_ms=times[bottom],
        ended_ms=last_ms if is_over else None,
        days=(last_ms - times[first - 1]) / MS_PER_DAY,
    )
