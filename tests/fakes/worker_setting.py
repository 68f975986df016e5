"""An engine for a worker to work on, in virtual time."""

import asyncio

from tests.fakes.engine_driver import DAY, EngineDriver
from tests.fakes.engine_ports import (
    FakeJournal,
    no_beat,
)
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain.ist import midnight_ms
from trading_bot.engine.engine import Engine
from trading_bot.engine.settings import EngineSettings
from trading_bot.simulator.virtual_time import run_virtually

START_MS = midnight_ms(DAY) + 10 * 3_600_000
SETTINGS = EngineSettings()


class Kinds:
    """An input log that keeps what kinds came, and the newest input."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.newest = ""

    def record(self, kind: str, payload: str) -> None:
        self.kinds.append(kind)
        self.newest = payload


class Setting:
    """An engine with a fresh log and clock."""

    def __init__(self, driver: EngineDriver | None = None) -> None:
        self.driver = driver or EngineDriver()
        self.log = Kinds()
        self.clock = LoopClock(START_MS)
        self.engine = Engine(self.driver.core, self.clock, FakeJournal(), input_log=self.log)

    async def run(self, worker, seconds: float) -> None:
        """Let a worker work for a while."""
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.wait([task])


def in_virtual_time(scenario):
    return run_virtually(scenario())
