"""A thread that looks whether the event loop moves, and says so when it does not: the loop cannot.

It counts its looks, not the time: where the whole process stood, this thread stood as well.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Self

import structlog

log = structlog.get_logger()

_LIMIT_S = 5.0
_LOOK_S = 0.5


def log_blocked(stuck_s: float, stack: str) -> None:
    """Log it, with what the loop is at."""
    log.critical("loop_is_blocked", for_s=round(stuck_s, 1), stack=stack)


class LoopWatch:
    """Watches the running loop while the block runs. Positions keep their stops at the exchange meanwhile."""

    def __init__(
        self,
        tell: Callable[[float, str], None] = log_blocked,
        *,
        limit_s: float = _LIMIT_S,
        look_s: float = _LOOK_S,
    ) -> None:
        self._tell, self._limit_s, self._look_s = tell, limit_s, look_s
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self._moved_s = time.monotonic()
        self._unmoved_looks = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="loop watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()

    def _watch(self) -> None:
        is_told = False
        while not self._is_over.wait(self._look_s):
            self._unmoved_looks += 1
            if self._unmoved_looks * self._look_s <= self._limit_s:
                is_told = False
            elif not is_told:
                is_told = True
                self._tell(time.monotonic() - self._moved_s, self._stack())
            try:
                self._loop.call_soon_threadsafe(self._move)
            except RuntimeError:  # the loop is closed
                return

    def _move(self) -> None:
        self._moved_s, self._unmoved_looks = time.monotonic(), 0

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._loop_thread)  # noqa: SLF001  # the one way to see another thread
        return "".join(traceback.format_stack(frame))
