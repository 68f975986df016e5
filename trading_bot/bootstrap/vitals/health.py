"""Whether a daemon is well in its own judgement: what moves while all is well, and has stopped moving.

A worker that failed and waits to be started again is the supervisor's business, and one that needs a login
waits for a person: neither is ill. One that ended without a word is, and so is one that hangs.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import WorkerHealth

INPUTS_S = 60.0
"""The clock alone gives the engine an input each second of session time."""
_COMMIT_S = 60.0
_READS_S = 300.0
"""Five reads of three attempts each are a comparison of positions with a broker who does not answer."""


class Records(Protocol):
    """How far a journal has come."""

    @property
    def last_sequence(self) -> int:
        """Number of the newest row that was appended."""
        ...

    @property
    def last_durable(self) -> int:
        """Number of the newest row that is on disk."""
        ...


@dataclass(frozen=True, slots=True)
class Pulse:
    """A count that grows again and again while all is well."""

    what: str
    count: Callable[[], int]
    limit_s: float
    """For how long it may stand still."""


@dataclass(slots=True, kw_only=True)
class Health:
    """Remembers what moved, and when."""

    workers: Mapping[str, WorkerHealth]
    vital: Collection[str]
    """Names of the workers without which nothing is looked after."""
    journal: Records
    pulses: Sequence[Pulse] = ()
    beating: Mapping[str, float] = field(default_factory=dict)
    """Vital workers that beat on their own, and for how long they may be silent while they run."""
    _seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    def complaints(self, now_s: float) -> tuple[str, ...]:
        """What is not well, in words; `now_s` is steady time."""
        return (*self._ended(), *self._silent(now_s), *self._stuck(now_s))

    def _ended(self) -> Iterator[str]:
        for name in self.vital:
            worker = self.workers.get(name)
            if worker is not None and worker.state == "stopped":
                yield f"worker {name} has ended"

    def _silent(self, now_s: float) -> Iterator[str]:
        for name, limit_s in self.beating.items():
            worker = self.workers.get(name)
            if worker is None:
                continue
            still_s = self._still_s(f"worker {name}", worker.beats, now_s)
            if worker.state != "running":  # the silence of before does not count against the next start
                self._seen[f"worker {name}"] = (worker.beats, now_s)
            elif still_s >= limit_s:
                yield f"worker {name} has not moved for {still_s:.0f} s"

    def _stuck(self, now_s: float) -> Iterator[str]:
        for pulse in self.pulses:
            still_s = self._still_s(pulse.what, pulse.count(), now_s)
            if still_s >= pulse.limit_s:
                yield f"{pulse.what}: nothing for {still_s:.0f} s"
        if self._still_s("journal", self.journal.last_durable, now_s) < _COMMIT_S:
            return
        if self.journal.last_sequence > self.journal.last_durable:
            yield f"the journal has not committed for {_COMMIT_S:.0f} s"

    def _still_s(self, what: str, count: int, now_s: float) -> float:
        """For how long a count has stood where it is."""
        seen = self._seen.get(what)
        if seen is None or seen[0] != count:
            self._seen[what] = (count, now_s)
            return 0.0
        return now_s - seen[1]


def beating_workers(settings: EngineSettings) -> dict[str, float]:
    """The workers of a day that read on a beat, and how long one round may take at worst."""
    return {
        "order polling": _READS_S + settings.order_poll_s,
        "positions": _READS_S + settings.position_poll_s,
    }
