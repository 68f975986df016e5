"""Falls of equity below its highest value so far."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.research.arrays import Floats, Ints, finite, rising_times


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
    times, depths = _curve(at_ms, equity)
    bottom = int(depths.argmax())
    if not depths[bottom]:
        return None
    firsts, afters = _falls(depths)
    which = int(np.searchsorted(firsts, bottom, side="right")) - 1
    return _fall(times, depths, int(firsts[which]), int(afters[which]))


def longest_drawdown(at_ms: npt.ArrayLike, equity: npt.ArrayLike) -> Drawdown | None:
    """The fall that lasted longest, also when it is not over; None when it never fell. Errors as above."""
    times, depths = _curve(at_ms, equity)
    firsts, afters = _falls(depths)
    if not firsts.size:
        return None
    which = int((times[np.minimum(afters, len(times) - 1)] - times[firsts - 1]).argmax())
    return _fall(times, depths, int(firsts[which]), int(afters[which]))


def _curve(at_ms: npt.ArrayLike, equity: npt.ArrayLike) -> tuple[Ints, Floats]:
    times, depths = rising_times(at_ms, "times of the curve"), underwater(equity)
    if len(times) != len(depths):
        raise ValueError(f"{len(times)} times for {len(depths)} equity values")
    return times, depths


def _falls(depths: Floats) -> tuple[Ints, Ints]:
    """The first point of each fall, and the one after its last."""
    below = np.concatenate(([False], depths > 0, [False]))
    changes = np.flatnonzero(below[1:] != below[:-1])
    return changes[::2], changes[1::2]


def _fall(times: Ints, depths: Floats, first: int, after: int) -> Drawdown:
    bottom = first + int(np.argmax(depths[first:after]))
    is_over = after < len(times)
    started_ms, last_ms = int(times[first - 1]), int(times[after if is_over else -1])
    return Drawdown(
        depth=float(depths[bottom]),
        started_ms=started_ms,
        bottom_ms=int(times[bottom]),
        ended_ms=last_ms if is_over else None,
        days=(last_ms - started_ms) / MS_PER_DAY,
    )
