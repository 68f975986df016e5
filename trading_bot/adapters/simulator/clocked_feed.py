"""A feed that sets the session clock by what it carries, before handing it on."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.domain.market_data import Frame, MarketStatus
from trading_bot.engine.ports import Feed


@dataclass(frozen=True, slots=True)
class ClockedFeed:
    """Wraps the broker's feed in a replay, where session time is the simulator's."""

    feed: Feed
    clock: SimulatorClock

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncIterator[Frame | MarketStatus | None]:
        """Pass every message on, the clock set to its time first."""
        async for message in self.feed.messages(instrument_keys):
            if message is not None:
                self.clock.sync(message.sent_at_ms)
            yield message
