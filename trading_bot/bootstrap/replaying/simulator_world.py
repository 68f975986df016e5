"""A running simulator as the world of a daemon: Upstox's adapter at its address, its time as session time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.adapters.simulator.link import (
    ClockReading,
    SimulatorClockWorker,
    SimulatorLink,
    require_simulator,
)
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.adapters.upstox.rest.instrument_rows import parsed
from trading_bot.bootstrap.daemon import World
from trading_bot.bootstrap.market.universe import HeldKeys
from trading_bot.domain.errors import LoginNeededError, NotAuthorisedError
from trading_bot.domain.instrument import Instrument
from trading_bot.engine.engine import Engine
from trading_bot.settings.tree import Settings

_FEED_MODE = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorWorld:
    """Everything that stands behind a daemon which attaches to a simulator."""

    url: str
    link: SimulatorLink
    clock: SimulatorClock
    follower: SimulatorClockWorker
    adapter: UpstoxAdapter
    held: HeldKeys

    @property
    def world(self) -> World:
        """The ports, and the worker that keeps session time."""
        feed = ClockedFeed(self.adapter.feed, self.clock)

        self.follower.is_feed_idle = lambda: feed.is_idle

        def on_engine(engine: Engine) -> None:
            self.held.follow(engine)
            feed.wait_for(lambda: engine.is_at_rest and not engine.has_unread_fills)

        return World(
            clock=self.clock,
            broker=self.adapter.broker,
            feed=feed,
            history=self.adapter.history,
            quotes=self.adapter.market,
            workers=(self.follower,),
            on_engine=on_engine,
        )

    @property
    def reading(self) -> ClockReading:
        """The newest word of the simulator on its session."""
        assert self.follower.reading is not None, "the clock is read before the world is handed out"
        return self.follower.reading

    async def require_login(self) -> None:
        """Read the funds once.

        Raises LoginNeededError when the simulator does not accept the token, ReadFailedError when it does not
        answer.
        """
        try:
            await self.adapter.broker.funds()
        except NotAuthorisedError as error:
            raise LoginNeededError(
                f"the simulator at {self.url} does not accept the access token. Give the one that it was "
                "started with (--token): UPSTOX_ACCESS_TOKEN=..."
            ) from error

    async def instruments(self) -> tuple[Instrument, ...]:
        """What the simulator lists. Raises ReadFailedError."""
        return parsed(await self.link.instruments(), f"{self.url}/simulator/instruments").instruments


@asynccontextmanager
async def simulator_world(
    settings: Settings, url: str, token: SecretStr, cache_folder: Path
) -> AsyncIterator[SimulatorWorld]:
    """Attach to the simulator at `url`.

    Raises UserFacingError when none answers there.
    """
    async with AsyncExitStack() as owned:
        link = SimulatorLink(url)
        owned.push_async_callback(link.close)
        reading = await require_simulator(link, url)
        clock = SimulatorClock(reading.now_ms)
        addresses = {
            "api_url": url,
            "order_url": url,
            "instruments_url": f"{url}/market-quote/instruments/exchange",
            "feed_mode": _FEED_MODE,
        }
        held = HeldKeys()
        adapter = upstox_adapter(
            settings.upstox.model_copy(update=addresses),
            lambda: token,
            cache_folder=cache_folder,
            clock_ms=clock.now_ms,
            priority_keys=held,
        )
        owned.callback(adapter.close)
        yield SimulatorWorld(
            url=url,
            link=link,
            clock=clock,
            follower=SimulatorClockWorker(link, clock, asyncio.sleep, reading=reading),
            adapter=adapter,
            held=held,
        )
