"""The stream of events: one document for each change, made once and shared by all who listen."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Encode = Callable[[], Awaitable[tuple[bytes, float]]]
"""Makes the document; with it the seconds that this took of the loop, waiting for its turn left out."""
_COST_SHARE = 20
"""The document may take a twentieth of the loop's time at most: a big one is sent less often."""
_LONGEST_INTERVAL_S = 5.0
_LATE_S = 1.0


@dataclass(slots=True)
class Hub:
    """Holds the newest document, and wakes whoever waits for the next.

    Nothing is queued: a listener that is slow finds the newest document when it comes back.
    """

    encode: Encode
    update_s: float
    sequence: int = 0
    document: bytes = b""
    listeners: int = 0
    is_closed: bool = False
    _made_at_s: float = float("-inf")
    _cost_s: float = 0.0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _making: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def newest(self) -> bytes:
        """The document, at most one interval old."""
        await self._refresh()
        return self.document

    @property
    def is_current(self) -> bool:
        """Whether the document was made, or found unchanged, when it was due: else nothing vouches for it."""
        age_s = asyncio.get_running_loop().time() - self._made_at_s
        return age_s <= self._interval_s + _LATE_S

    async def next(self, after: int, patience_s: float) -> bool:
        """Wait for a later document than this one, or for the end; False when none came in time."""
        self._wanted.set()
        try:
            async with asyncio.timeout(patience_s):
                while self.sequence <= after and not self.is_closed:
                    await self._changed.wait()
        except TimeoutError:
            return False
        return not self.is_closed

    async def publish(self, beat: Callable[[], None]) -> None:
        """Make documents while anybody listens, until cancelled."""
        while True:
            beat()
            if not self.listeners:
                self._wanted.clear()
                await self._wanted.wait()
            await self._refresh()
            await asyncio.sleep(self._interval_s)

    def open(self) -> None:
        """Serve again, after an end."""
        self.is_closed = False
        self.document = b""

    def close(self) -> None:
        """Let every listener go."""
        self.is_closed = True
        self._wake()

    @property
    def _interval_s(self) -> float:
        return max(self.update_s, min(_COST_SHARE * self._cost_s, _LONGEST_INTERVAL_S))

    async def _refresh(self) -> None:
        async with self._making:
            started_s = asyncio.get_running_loop().time()
            if self.document and started_s - self._made_at_s < self._interval_s * 0.9:
                return
            document, self._cost_s = await self.encode()
            self._made_at_s = asyncio.get_running_loop().time()
            if document != self.document:
                self.document = document
                self.sequence += 1
                self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
