"""How big a page is, and what became too big meanwhile."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

_PAGE_MB = 4_096 / 1e6


class Size(NamedTuple):
    """A page, its process, and what its daemon holds for it, at one moment."""

    heap_mb: float
    nodes: int
    listeners: int
    documents: int
    renderer_mb: float
    """Resident memory of the browser's processes that draw: what a stream keeps outside the heap is in it."""
    streams: int
    """Streams that the daemon serves."""
    unread_bytes: int
    """What the daemon has written to them and nobody has read."""


MOST_GROWTH = Size(
    heap_mb=2.0,
    nodes=2_500,  # orders are shown, up to 60, each with two buttons
    listeners=150,
    documents=0,
    renderer_mb=80.0,  # the browser gives memory back when it likes
    streams=0,
    unread_bytes=200_000,
)


def size_of(chromium: Any, cdp: Any, streams: int = 1, unread_bytes: int = 0) -> Size:
    """The page behind a session of the browser's tools, after its garbage was collected."""
    cdp.send("HeapProfiler.collectGarbage")
    found = {row["name"]: row["value"] for row in cdp.send("Performance.getMetrics")["metrics"]}
    return Size(
        heap_mb=round(found["JSHeapUsedSize"] / 1e6, 2),
        nodes=int(found["Nodes"]),
        listeners=int(found["JSEventListeners"]),
        documents=int(found["Documents"]),
        renderer_mb=_renderer_mb(chromium),
        streams=streams,
        unread_bytes=unread_bytes,
    )


def measured(page: Any) -> Any:
    """A session of the browser's tools that counts."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    return cdp


def grown(sizes: Sequence[Size]) -> list[str]:
    """What the newest size has more of than a page of the first may; empty where nothing has grown."""
    first, last = sizes[0], sizes[-1]
    return [
        f"{name}: {before} to {after}"
        for name, before, after, most in zip(Size._fields, first, last, MOST_GROWTH, strict=True)
        if after - before > most
    ]


def _renderer_mb(chromium: Any) -> float:
    browser = chromium.new_browser_cdp_session()
    processes = browser.send("SystemInfo.getProcessInfo")["processInfo"]
    browser.detach()
    pages = 0
    for process in processes:
        statm = Path(f"/proc/{process['id']}/statm")
        if process["type"] == "renderer" and statm.exists():
            pages += int(statm.read_text().split()[1])
    return round(pages * _PAGE_MB, 1)
