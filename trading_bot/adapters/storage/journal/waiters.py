"""Who waits for which row, on the event loop."""

import asyncio
import heapq
from collections.abc import Callable
from contextlib import suppress
from itertools import count

from trading_bot.domain.errors import StorageError


class Waiters:
    """Futures of the rows that are not on disk yet, released in the order of the rows.

    Lives on the loop; only `wake` may be called from another thread.
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = count()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self, settle: Callable[[], None]) -> None:
        """Have `settle` called on the loop if anybody waits there."""
        loop = self._loop
        if loop is None or not self._waiting:
            return
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(settle)

    def add(self, sequence: int) -> asyncio.Future[None]:
        """A future that is done once the row is on disk."""
        self._loop = asyncio.get_running_loop()
        future = self._loop.create_future()
        heapq.heappush(self._waiting, (sequence, next(self._arrivals), future))
        return future

    def release(self, sequence: int) -> None:
        """Let everyone go who waits for this row or an earlier one."""
        while self._waiting and self._waiting[0][0] <= sequence:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)

    def fail(self, error_of: Callable[[int], StorageError]) -> None:
        """Tell everyone that their rows will not reach the disk, each with an error for the row."""
        while self._waiting:
            sequence, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_exception(error_of(sequence))
