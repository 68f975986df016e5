"""Looks now and then at what the process uses, and tells of a leak long before it ends the process."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass

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
