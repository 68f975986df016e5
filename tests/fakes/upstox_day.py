"""The simulator's server in the place of the broker, and daemons of the real market in front of it."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from tests.fakes.short_session import BUSY, DIWALI
from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.adapters.simulator.link import SimulatorClockWorker, SimulatorLink
from trading_bot.bootstrap.market.market_daemon import Surroundings
from trading_bot.bootstrap.modes import market_daemon
from trading_bot.bootstrap.replaying.simulator_program import new_venue, server_settings
from trading_bot.settings.options import SimulatorOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings
from trading_bot.simulator.market.day_plan import plan_of
from trading_bot.simulator.market.generated import DEFAULT_DAY, GeneratedMarket
from trading_bot.simulator.server.run import RunningSimulator, serve
from trading_bot.simulator.server.session.dated_rules import DatedRules
from trading_bot.simulator.venue.settings import VenueSettings

TOKEN = "token-of-the-day"
SYMBOLS = ("RELIANCE", "INFY", "SBIN")
SEED = 3
UPDATES_PER_MINUTE = 8


@dataclass
class Upstox:
    """The simulator in the place of the broker."""

    server: RunningSimulator
    folder: Path
    said: list[str]
    on: date

    async def ledger(self) -> dict:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.server.address}/simulator/ledger") as answer,
        ):
            return await answer.json()

    def settings(self, mode: Mode, **changes) -> Settings:
        """Settings that point every host at the simulator."""
        address = self.server.address
        tree = {
            "run": {
                "mode": mode,
                "symbols": tuple(f"{symbol}.NS" for symbol in SYMBOLS),
                "data_dir": self.folder,
                "exit_after_close": True,
                "live_trading": True,
            },
            "live": {"ramp": {"enabled": False, "loosened": True}},
            "upstox": {
                "api_url": address,
                "order_url": address,
                "instruments_url": f"{address}/market-quote/instruments/exchange",
            },
            # At full speed a busy machine makes an order late by minutes of the session: it is to fill.
            "risk": {"entries": {"limit_buffer": 0.01, "entry_timeout_s": 1_800}},
            "terminal": {"view": "quiet"},
            "credentials": {"access_token": SecretStr(TOKEN)},
        }
        if self.on == DIWALI:
            tree["confluence"] = BUSY
        for section, values in changes.items():
            tree[section] = tree.get(section, {}) | values
        return Settings(**tree)

    @asynccontextmanager
    async def daemon(self, settings: Settings):
        """A daemon whose session time is the simulator's."""
        link = SimulatorLink(self.server.address)
        reading = await link.clock()
        clock = SimulatorClock(reading.now_ms)
        follower = SimulatorClockWorker(link, clock, asyncio.sleep, reading=reading)
        feeds: list[ClockedFeed] = []

        def timed(feed) -> ClockedFeed:
            feeds.append(ClockedFeed(feed, clock))
            return feeds[-1]

        surroundings = Surroundings(
            clock=clock,
            timed=timed,
            on_engine=lambda engine: feeds[-1].wait_for(lambda: engine.is_at_rest),
            workers=(follower,),
            look_s=0.05,
        )
        try:
            daemon = market_daemon(settings, surroundings)
            daemon.write = self.said.append
            yield daemon
        finally:
            await link.close()


@asynccontextmanager
async def generated_upstox(folder: Path, speed: float = 0.0, on: date = DEFAULT_DAY):
    """A generated day of three shares; without a speed it is played as fast as the daemon follows."""
    rules = load_market_rules()
    source = GeneratedMarket(
        plan_of(rules.calendar, on),
        symbols=SYMBOLS,
        seed=SEED,
        updates_per_minute=UPDATES_PER_MINUTE,
        with_index=False,  # it alone would speak every second
    )
    settings = server_settings(SimulatorOptions(port=0, speed=speed, token=TOKEN), source.on, rules)
    server = await serve(
        new_venue(source, rules, VenueSettings(), SEED), source, settings, rules=DatedRules(rules)
    )
    try:
        yield Upstox(server, folder, [], on)
    finally:
        await server.close()


def money(text: str) -> Decimal:
    """An amount of a JSON document."""
    return Decimal(text)


def summary(upstox: Upstox) -> dict:
    """The newest report."""
    return json.loads((upstox.folder / "reports" / "latest" / "summary.json").read_text())
