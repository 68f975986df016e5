"""How long to wait: back-off between attempts, and a limit on calls in a minute."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

Jitter = Callable[[], float]
"""A number in [0, 1), for example ``random.Random(seed).random``."""

Sleep = Callable[[float], Awaitable[None]]
"""Wall-clock sleep in seconds."""

_WINDOW_S = 60.0


class Backoff:
    """Delays that double up to a limit, each shortened by up to half so that clients do not march in step."""

    def __init__(self, first_s: float, longest_s: float, jitter: Jitter) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._jitter = jitter
        self._full_s = first_s

    def next_s(self) -> float:
        """Return the next delay in seconds."""
        delay_s = self._full_s * (0.5 + self._jitter() / 2)
        self._full_s = min(self._full_s * 2, self._longest_s)
        return delay_s

    def reset(self) -> None:
        """Start again from the first delay."""
        self._full_s = self._first_s


class CallPace:
    """Lets at most so many calls pass in any sliding minute."""

    def __init__(self, calls_per_minute: int, sleep: Sleep, monotonic_s: Callable[[], float]) -> None:
        self._sleep = sleep
        self._monotonic_s = monotonic_s
        self._passed: deque[float] = deque(maxlen=calls_per_minute)
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when one more call may be made."""
        async with self._turn:
            if len(self._passed) == self._passed.maxlen:
                wait_s = self._passed[0] + _WINDOW_S - self._monotonic_s()
                if wait_s > 0:
                    await self._sleep(wait_s)
            self._passed.append(self._monotonic_s())
