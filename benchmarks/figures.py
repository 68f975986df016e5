"""One line for each measurement: what was measured, its limit, and the ratio of the two."""

import statistics
from collections.abc import Sequence
from typing import NamedTuple


class Spread(NamedTuple):
    """Median and 99th percentile, in the unit of what was measured."""

    p50: float
    p99: float


def spread_of(values: Sequence[float]) -> Spread:
    """Median and 99th percentile; with fewer than a hundred values the latter is the worst of them."""
    ordered = sorted(values)
    return Spread(statistics.median(ordered), ordered[min(len(ordered) - 1, len(ordered) * 99 // 100)])


def show(name: str, measured: float, limit: float | None, unit: str, *, at_least: bool = False) -> None:
    """Print a line; above 1.00 the ratio misses the limit, whichever way round the limit is meant."""
    if limit is None:
        print(f"{name:62} {measured:11,.2f} {unit}")
        return
    ratio = limit / measured if at_least else measured / limit
    words = "at least" if at_least else "at most"
    print(f"{name:62} {measured:11,.2f} {unit:8} {words} {limit:>9,g}   {ratio:5.2f}")
