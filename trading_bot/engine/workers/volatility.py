"""The closes of the volatility index in: asked for once a day, again while the broker does not answer."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import VolatilityRead
from trading_bot.engine.ports import Clock, History
from trading_bot.engine.workers.failed_read import tell_failed_read

_DAYS_PER_SESSION = 1.6
_SPARE_DAYS = 15


@dataclass(frozen=True, slots=True)
class VolatilityWorker:
    """Until it is done the regime is unknown."""

    engine: Engine
    history: History
    clock: Clock
    key: str
    on: date
    name: str = "volatility"

    async def run(self, beat: Callable[[], None]) -> None:
        """Ask until there is an answer, and be done."""
        while not await self._read():
            beat()
            await self.clock.sleep_until(self.clock.now_ms() + MS_PER_MINUTE)

    async def _read(self) -> bool:
        sessions = self.engine.state.risk.overlays.vix.lookback_sessions
        first = self.on - timedelta(days=round(sessions * _DAYS_PER_SESSION) + _SPARE_DAYS)
        try:
            closes = await self.history.day_closes(self.key, first, self.on - timedelta(days=1))
        except ReadFailedError as error:
            await tell_failed_read(self.engine, f"closes of {self.key}", error)
            return False
        await self.engine.handle(VolatilityRead(at_ms=0, closes=closes[-sessions:]))
        return True
