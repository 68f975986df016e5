"""Session time: the computer's, a simulator's, or that of a virtual-time event loop."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

from trading_bot.domain.ist import MS_PER_SECOND

_NS_PER_MS = 1_000_000
_LONGEST_WALK_MS = 900_000
_TURNS = 6
"""Of the event loop, until what wakes at a second has decided, and what it led to was handed out."""


class SystemClock:
    """Session time is the time of day, and never steps backwards.

    Where the time of day is set back, session time goes on at half its pace until both are the same again:
    what waits for it goes on waiting for less than it would, and not for ever.
    """

    def __init__(
        self,
        wall_ns: Callable[[], int] = time.time_ns,
        steady_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall_ns, self._steady_ns = wall_ns, steady_ns
        self._newest_ns, self._looked_ns = 0, steady_ns()

    def now_ms(self) -> int:
        """Epoch milliseconds, never less than before."""
        looked_ns, before_ns = self._steady_ns(), self._looked_ns
        self._looked_ns = looked_ns
        slow_ns = self._newest_ns + (looked_ns - before_ns) // 2
        self._newest_ns = max(self._wall_ns(), slow_ns if self._newest_ns else 0)
        return self._newest_ns // _NS_PER_MS

    async def sleep_until(self, at_ms: int) -> None:
        """Sleep in steps of at most a minute."""
        while (left_ms := at_ms - self.now_ms()) > 0:  # noqa: ASYNC110  # the wall clock may be set meanwhile
            await asyncio.sleep(min(left_ms, 60_000) / MS_PER_SECOND)

    async def wait_for(self, event: asyncio.Event, until_ms: int) -> None:
        """Wait for the event or the time."""
        await _wait_seconds(event, max(0, until_ms - self.now_ms()) / MS_PER_SECOND)


class LoopClock:
    """Session time runs with the event loop's own time from a given start: virtual time in simulations."""

    def __init__(self, start_ms: int) -> None:
        self._start_ms = start_ms
        self._loop = asyncio.get_running_loop()
        self._loop_start = self._loop.time()

    def now_ms(self) -> int:
        """Epoch milliseconds."""
        elapsed_s = self._loop.time() - self._loop_start
        return self._start_ms + round(elapsed_s * MS_PER_SECOND)

    async def sleep_until(self, at_ms: int) -> None:
        """Sleep in the loop's time."""
        await asyncio.sleep(max(0, at_ms - self.now_ms()) / MS_PER_SECOND)

    async def wait_for(self, event: asyncio.Event, until_ms: int) -> None:
        """Wait for the event or the time."""
        await _wait_seconds(event, max(0, until_ms - self.now_ms()) / MS_PER_SECOND)


class SimulatorClock:
    """Session time is what the simulator last said: it moves only when `sync` is told."""

    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = itertools.count()

    def now_ms(self) -> int:
        """Epoch milliseconds as of the newest word of the simulator."""
        return self._now_ms

    def sync(self, now_ms: int) -> None:
        """Take the simulator's time, from a frame or from its clock, and wake whoever waited for it."""
        if now_ms <= self._now_ms:
            return
        self._now_ms = now_ms
        while self._sleepers and self._sleepers[0][0] <= now_ms:
            sleeper = heapq.heappop(self._sleepers)[2]
            if not sleeper.done():
                sleeper.set_result(None)

    async def walk(self, now_ms: int) -> None:
        """Take the simulator's time second by second, each seen by whoever sleeps from second to second.

        What is quiet for a minute is then quiet for a minute here as well, and a candle that the clock closes
        is closed before anything later is known. A leap over hours is one step.
        """
        if now_ms - self._now_ms <= _LONGEST_WALK_MS:
            while (second_ms := self._now_ms - self._now_ms % MS_PER_SECOND + MS_PER_SECOND) <= now_ms:
                self.sync(second_ms)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
        self.sync(now_ms)

    async def sleep_until(self, at_ms: int) -> None:
        """Sleep until the simulator's time has come."""
        if at_ms > self._now_ms:
            await self._sleeper(at_ms)

    async def wait_for(self, event: asyncio.Event, until_ms: int) -> None:
        """Wait for the event or the time."""
        if event.is_set() or until_ms <= self._now_ms:
            return
        waiting = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((waiting, self._sleeper(until_ms)), return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()

    def _sleeper(self, at_ms: int) -> asyncio.Future[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at_ms, next(self._count), future))
        return future


async def _wait_seconds(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
