"""Time inside the venue: what is due when, and how long each hop of a request takes."""

import heapq
from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from random import Random
from typing import Protocol

from trading_bot.simulator.venue.settings import VenueSettings

Deed = Callable[[], None]


class Hop(StrEnum):
    """The legs of a request's way."""

    API = "api"
    """From the broker's answer to its risk desk."""
    RISK = "risk"
    """The risk desk's checks."""
    EXCHANGE = "exchange"
    """From the risk desk to the exchange's matching engine."""


class DelayPolicy(Protocol):
    """Decides how long a hop takes; the seam for latency faults."""

    def delay_ms(self, hop: Hop) -> int:
        """Milliseconds that the hop takes this time."""
        ...


class SeededDelays:
    """Configured delays with a jitter from a seeded generator: the same seed, the same delays."""

    def __init__(self, settings: VenueSettings, random: Random) -> None:
        self._random = random
        means = {
            Hop.API: settings.api_delay_ms,
            Hop.RISK: settings.risk_delay_ms,
            Hop.EXCHANGE: settings.exchange_delay_ms,
        }
        self._ranges = {hop: _range_ms(mean, settings.delay_jitter) for hop, mean in means.items()}

    def delay_ms(self, hop: Hop) -> int:
        """Milliseconds that the hop takes this time."""
        return self._random.randint(*self._ranges[hop])


class Agenda:
    """What is due, in due order and, among equals, in the order of entry; it also keeps the time."""

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self._entries: list[tuple[int, int, Deed]] = []
        self._entered = 0

    @property
    def next_due_ms(self) -> int | None:
        """When the next deed is due; None when nothing is."""
        return self._entries[0][0] if self._entries else None

    def add(self, due_ms: int, deed: Deed) -> None:
        """Enter a deed; one that is due in the past happens as soon as time moves."""
        self._entered += 1
        heapq.heappush(self._entries, (due_ms, self._entered, deed))

    def run_until(self, to_ms: int) -> None:
        """Do everything due up to and including an instant, each deed at its own time; never goes back."""
        entries = self._entries
        while entries and entries[0][0] <= to_ms:
            due_ms, _, deed = heapq.heappop(entries)
            self.now_ms = max(self.now_ms, due_ms)
            deed()
        self.now_ms = max(self.now_ms, to_ms)


def _range_ms(mean_ms: int, jitter: Decimal) -> tuple[int, int]:
    spread = int(mean_ms * jitter)
    return mean_ms - spread, mean_ms + spread
