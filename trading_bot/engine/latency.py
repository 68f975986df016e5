"""Durations as counts in fixed buckets: adding one is a shift and two additions, without a lock."""

from collections.abc import Iterator
from dataclasses import dataclass, field

_SHIFT = 10
_BUCKETS = 64
_SHOWN = 24
"""The last bucket that is shown ends at eight seconds; what took longer is in the total only."""
_NS_PER_S = 1_000_000_000


@dataclass(slots=True)
class LatencyTally:
    """A histogram whose buckets end at powers of two of a microsecond."""

    counts: list[int] = field(default_factory=lambda: [0] * _BUCKETS)
    total_ns: int = 0

    def add(self, duration_ns: int) -> None:
        """Count one duration; 63 bits hold three centuries, so every one has its bucket."""
        self.counts[(duration_ns >> _SHIFT).bit_length()] += 1
        self.total_ns += duration_ns

    @property
    def count(self) -> int:
        """How many durations were added."""
        return sum(self.counts)

    @property
    def total_s(self) -> float:
        """Their sum in seconds."""
        return self.total_ns / _NS_PER_S

    def cumulative(self) -> Iterator[tuple[float, int]]:
        """Upper ends of the buckets in seconds, and how many durations lie below each."""
        below = 0
        for number in range(_SHOWN):
            below += self.counts[number]
            yield (1 << (_SHIFT + number)) / _NS_PER_S, below


@dataclass(slots=True)
class Latencies:
    """What the engine's way of a tick took, since the process started."""

    frames: LatencyTally = field(default_factory=LatencyTally)
    """From a frame's arrival until everything that it led to at once is on its way."""
    evaluations: LatencyTally = field(default_factory=LatencyTally)
    """From the close of candles until the strategies had spoken about them."""
