"""Looks now and then at what the process uses, and tells of a leak long before it ends the process."""

import asyncio
import resource
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import structlog

log = structlog.get_logger()

_LOOK_S = 60.0
_SETTLED_AFTER = 10
_GROWTH = 1.5


LIMITS = Usage(memory_mb=4_000, descriptors=500, tasks=300)
"""What a day of thousands of instruments stays far below."""
_ROOM = Usage(memory_mb=200, descriptors=50, tasks=50)
"""Growth that is no leak yet, however small the process was."""


@dataclass(slots=True)
class ResourceWorker:
    """Tells of each kind once: when it passes its limit, or grows by half after the day has settled."""

    tell: Callable[[str], None]
    look: Callable[[], Usage] = usage
    name: str = "resources"

    async def run(self, beat: Callable[[], None]) -> None:
        """Look until cancelled."""
        settled: Usage | None = None
        told: set[str] = set()
        looks = 0
        while True:
            beat()
            used = self.look()
            looks += 1
            if looks == _SETTLED_AFTER:
                settled = used
            for kind, text in _excesses(used, settled):
                if kind not in told:
                    told.add(kind)
                    log.warning("uses_too_much", kind=kind, **used._asdict())
                    self.tell(text)
            await asyncio.sleep(_LOOK_S)


def _excesses(used: Usage, settled: Usage | None) -> list[tuple[str, str]]:
    found = []
    for kind, now, most, room, then in zip(Usage._fields, used, LIMITS, _ROOM, settled or used, strict=True):
        if now > most:
            found.append((f"{kind} limit", f"{kind}: {now}, more than {most}"))
        elif now > then * _GROWTH and now > then + room:
            found.append((f"{kind} growth", f"{kind}: {now}, and {then} when the day had settled: a leak?"))
    return found
