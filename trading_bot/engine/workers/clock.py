"""Time in: once a second of session time, for candles without ticks and everything that waits."""

from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import ClockTicked
from trading_bot.engine.ports import Clock


@dataclass(frozen=True, slots=True)
class ClockWorker:
    """Ticks on whole seconds; seconds that passed while it was late are not made up for."""

    engine: Engine
    clock: Clock
    name: str = "clock"

    async def run(self, beat: Callable[[], None]) -> None:
        """Tick until cancelled."""
        while True:
            now_ms = self.clock.now_ms()
            await self.clock.sleep_until(now_ms - now_ms % MS_PER_SECOND + MS_PER_SECOND)
            beat()
            await self.engine.handle(ClockTicked(at_ms=0))
