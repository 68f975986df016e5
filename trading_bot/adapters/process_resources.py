"""What this process takes of the machine: what grows here day after day is a leak."""

import asyncio
import os
import threading
from pathlib import Path

from trading_bot.engine.snapshot import ResourceUse

_MEMORY = Path("/proc/self/statm")
_DESCRIPTORS = (Path("/proc/self/fd"), Path("/dev/fd"))
_MB = 1_000_000


def resource_use() -> ResourceUse:
    """Take the figures now, inside the event loop; the system may not tell some of them."""
    return ResourceUse(
        tasks=len(asyncio.all_tasks()),
        threads=threading.active_count(),
        descriptors=_open_descriptors(),
        resident_mb=_resident_mb(),
    )


def _open_descriptors() -> int | None:
    for folder in _DESCRIPTORS:
        if folder.is_dir():
            return sum(1 for _ in folder.iterdir()) - 1  # one is the listing's own
    return None


def _resident_mb() -> float | None:
    try:
        pages = int(_MEMORY.read_text(encoding="ascii").split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / _MB
