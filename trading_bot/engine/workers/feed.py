"""Market data in."""

from asyncio import Event
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter_ns

from trading_bot.domain.market_data import Frame, MarketStatus
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import FeedLost, FrameReceived, PhaseReported
from trading_bot.engine.ports import Clock, Feed


@dataclass(frozen=True, slots=True)
class ReconnectWorker:
    """Has the feed connect anew when the engine finds it silent."""

    engine: Engine
    feed: Feed
    name: str = "feed renewal"

    async def run(self, beat: Callable[[], None]) -> None:
        """Wait and reconnect until cancelled."""
        wanted = self.engine.outbox.connection_wanted
        while True:
            await wanted.wait()
            beat()
            wanted.clear()
            await self.feed.reconnect()


@dataclass(frozen=True, slots=True)
class FeedWorker:
    """Hands every message of the feed to the engine, in order, in the receiving task itself.

    Before the open it first lets the warm-up finish, so that no candle of the day is missed by indicators
    that are not open yet; from the open on it never waits.
    """

    engine: Engine
    feed: Feed
    instrument_keys: Sequence[str]
    clock: Clock
    warmed_up: Event
    open_ms: int
    name: str = "feed"

    async def run(self, beat: Callable[[], None]) -> None:
        """Read until cancelled; the feed reconnects on its own."""
        await self.clock.wait_for(self.warmed_up, self.open_ms)
        handle, took = self.engine.handle, self.engine.latencies.frames.add
        async with aclosing(self.feed.messages(self.instrument_keys)) as messages:
            async for message in messages:
                beat()
                if isinstance(message, Frame):
                    arrived_ns = perf_counter_ns()
                    await handle(FrameReceived(at_ms=0, frame=message))
                    took(perf_counter_ns() - arrived_ns)
                elif isinstance(message, MarketStatus):
                    await handle(PhaseReported(at_ms=0, phases=dict(message.phases)))
                else:
                    await handle(FeedLost(at_ms=0))
