"""Replay: the whole daemon against a simulator, through Upstox's own wire."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from decimal import Decimal

from pydantic import SecretStr

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.adapters.simulator.link import ClockReading, SimulatorClockWorker, SimulatorLink, require_simulator
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.adapters.upstox.instrument_rows import parsed
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.bootstrap.daemon import Daemon, DayFiles, Outcome, World
from trading_bot.bootstrap.day_plans import day_plan
from trading_bot.bootstrap.simulator_child import child_simulator
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.engine.day import TradingDay
from trading_bot.engine.snapshot import RunHeader
from trading_bot.settings.options import RunOptions, SimulatorOptions
from trading_bot.settings.tree import Settings

_TOKEN = "replay"  # noqa: S105  # any word: the child simulator is told the same one
_FASTEST = 0.0


async def replay(settings: Settings, options: RunOptions, files: DayFiles, finish) -> int:
    """Trade one simulated session to its close."""
    async with AsyncExitStack() as owned:
        url = options.simulator_url
        if url is None:
            url = await owned.enter_async_context(child_simulator(_child_options(settings, options)))
        link = SimulatorLink(url)
        owned.push_async_callback(link.close)
        reading = await require_simulator(link, url)
        ...
        return 0
