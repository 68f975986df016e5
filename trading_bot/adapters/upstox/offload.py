"""Where blocking calls run: in a few threads in life, inline in virtual time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


class Offload(Protocol):
    """Runs a blocking call without blocking whoever awaits it."""

    async def run(self, work: Callable[[], T], limit_s: float) -> T:
        """Return what the call returns; raise what it raises, or TimeoutError after `limit_s` of running."""
        ...

    def close(self) -> None:
        """Take no more work; calls that run are left to their own time-outs."""
        ...


class InlineOffload:
    """Runs the call on the spot, so that a simulated loop stays deterministic."""

    async def run(self, work: Callable[[], T], limit_s: float) -> T:  # noqa: ARG002  # nothing else runs
        """Return what the call returns."""
        return work()

    def close(self) -> None:
        """Nothing is held."""


class ThreadOffload:
    """Runs calls in at most `workers` threads of its own."""

    def __init__(self, name: str, workers: int) -> None:
        self._executor = ThreadPoolExecutor(max_workers=workers, thread_name_prefix=name)
        self._free = asyncio.Semaphore(workers)

    async def run(self, work: Callable[[], T], limit_s: float) -> T:
        """Return what the call returns; waiting for a free thread does not count towards the limit."""
        async with self._free, asyncio.timeout(limit_s):
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def close(self) -> None:
        """Take no more work and drop what has not started."""
        self._executor.shutdown(wait=False, cancel_futures=True)
