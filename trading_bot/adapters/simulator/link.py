"""The simulator's control paths over HTTP. Trading itself goes through Upstox's paths, not through these."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import aiohttp

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.domain.errors import ReadFailedError, UserFacingError

_TIMEOUT = aiohttp.ClientTimeout(total=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What the simulator says of its time."""

    now_ms: int
    speed: float
    """Session seconds per wall second, as it really runs."""
    phase: str
    """pre_open, open, closing_auction or closed."""
    is_finished: bool
    data: str = ""
    """What the simulator plays, in words."""


class SimulatorLink:
    """Reads the simulator's clock, instruments and ledger."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._http: aiohttp.ClientSession | None = None

    async def clock(self) -> ClockReading:
        """Read the session clock. Raises ReadFailedError."""
        answer = await self._get("/simulator/clock")
        return ClockReading(
            now_ms=int(answer["now_ms"]),
            speed=float(answer["speed"]),
            phase=str(answer["phase"]),
            is_finished=bool(answer["finished"]),
            data=str(answer.get("data", "")),
        )

    async def instruments(self) -> list[dict[str, Any]]:
        """Read its list of instruments, rows as in the instruments file. Raises ReadFailedError."""
        answer = await self._get("/simulator/instruments")
        if not isinstance(answer, list):
            raise ReadFailedError(f"{self._url}/simulator/instruments did not answer with a list")
        return answer

    async def ledger_net_pnl(self) -> Decimal:
        """Read the net result in rupees that the simulator's own ledger shows. Raises ReadFailedError."""
        return Decimal((await self._get("/simulator/ledger"))["net_pnl"])

    async def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            await self._http.close()

    async def _get(self, path: str) -> Any:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=_TIMEOUT)
        try:
            async with self._http.get(self._url + path) as response:
                response.raise_for_status()
                return await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            raise ReadFailedError(f"{self._url}{path}: {error}") from error


async def require_simulator(link: SimulatorLink, url: str) -> ClockReading:
    """Read the clock once.

    Raises UserFacingError when no simulator answers there.
    """
    try:
        return await link.clock()
    except ReadFailedError as error:
        raise UserFacingError(
            f"no simulator answers at {url} ({error}). Start one with: python main.py simulator --port PORT"
        ) from error


@dataclass(slots=True)
class SimulatorClockWorker:
    """Keeps session time with the simulator where frames do not: before the open, in quiet minutes.

    The simulator's time is that of frames which may still be on their way. So it is taken a moment after it
    was read, and only when no frame waits to be worked off: else candles would close before their ticks.
    """

    link: SimulatorLink
    clock: SimulatorClock
    pause: Callable[[float], Any]
    """Wall-time sleep, for example ``asyncio.sleep``."""
    interval_s: float = 0.05
    reading: ClockReading | None = None
    is_feed_idle: Callable[[], bool] = lambda: True
    name: str = "simulator clock"

    async def run(self, beat: Callable[[], None]) -> None:
        """Follow until the simulator's day is finished."""
        while True:
            beat()
            self.reading = await self.link.clock()
            await self.pause(self.interval_s)
            if not self.is_feed_idle():
                continue
            await self.clock.walk(self.reading.now_ms)
            if self.reading.is_finished:
                return
