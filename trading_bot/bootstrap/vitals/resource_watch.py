"""Looks now and then at what the process uses, and tells of a leak long before it ends the process.

A fast leak shows in a day, a slow one only from night to night, when nothing is on its way.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise

import structlog

from trading_bot.adapters.process_resources import resource_use
from trading_bot.engine.snapshot import ResourceUse

log = structlog.get_logger()

_LOOK_S = 60.0
_SETTLED_AFTER = 10
_GROWTH = 1.5

LIMITS: Mapping[str, float] = {"resident_mb": 4_000, "descriptors": 500, "threads": 100, "tasks": 300}
"""What a day of thousands of instruments stays far below."""
_ROOM: Mapping[str, float] = {"resident_mb": 200, "descriptors": 50, "threads": 20, "tasks": 50}
"""Growth that is no leak yet, however small the process was."""
_A_NIGHT: Mapping[str, float] = {"resident_mb": 5, "descriptors": 1, "threads": 1, "tasks": 1}
"""What is a leak where each of some nights brings it; no night brings it without one."""
_NIGHTS_IN_A_ROW = 3


@dataclass(slots=True)
class ResourceWorker:
    """Tells of each kind once: when it passes its limit, or grows by half after the day has settled."""

    tell: Callable[[str], None]
    look: Callable[[], ResourceUse] = resource_use
    name: str = "resources"

    async def run(self, beat: Callable[[], None]) -> None:
        """Look until cancelled."""
        settled: ResourceUse | None = None
        told: set[str] = set()
        looks = 0
        while True:
            beat()
            used = self.look()
            looks += 1
            if looks == _SETTLED_AFTER:
                settled = used
            for what, text in _excesses(used, settled or used):
                if what not in told:
                    told.add(what)
                    log.warning("uses_too_much", what=what, **asdict(used))
                    self.tell(text)
            await asyncio.sleep(_LOOK_S)


@dataclass(slots=True)
class NightWatch:
    """Compares the nights of one process, and tells of each kind once."""

    tell: Callable[[str], None]
    look: Callable[[], ResourceUse] = resource_use
    _nights: list[ResourceUse] = field(default_factory=list)
    _told: set[str] = field(default_factory=set)

    def note(self) -> None:
        """Take the figures after a day is over and before the next one begins."""
        self._nights = [*self._nights[-_NIGHTS_IN_A_ROW:], self.look()]
        for kind, step in _A_NIGHT.items():
            figures = [getattr(night, kind) for night in self._nights]
            if kind not in self._told and _climbs(figures, step):
                self._told.add(kind)
                log.warning("grows_from_night_to_night", what=kind, nights=figures)
                row = ", ".join(f"{figure:.0f}" for figure in figures)
                self.tell(f"{kind} at night: {row}: a leak?")


def _climbs(figures: list[float | None], step: float) -> bool:
    known = [figure for figure in figures if figure is not None]
    return len(known) > _NIGHTS_IN_A_ROW and all(later - sooner >= step for sooner, later in pairwise(known))


def _excesses(used: ResourceUse, settled: ResourceUse) -> Iterator[tuple[str, str]]:
    for kind, most in LIMITS.items():
        now, then = getattr(used, kind), getattr(settled, kind)
        if now is None or then is None:
            continue
        if now > most:
            yield f"{kind} limit", f"{kind}: {now:.0f}, more than {most:.0f}"
        elif now > then * _GROWTH and now > then + _ROOM[kind]:
            yield (
                f"{kind} growth",
                f"{kind}: {now:.0f}, and {then:.0f} when the day had settled: a leak?",
            )
