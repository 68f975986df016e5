"""A real feed in front of a pretend broker: paper trading.

The venue sees each frame before whoever reads it, with the best level of depth that a tick carries.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from trading_bot.domain.market_data import Frame, MarketStatus, Tick
from trading_bot.engine.ports import Clock, Feed
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate, OrderRow
from trading_bot.simulator.venue.venue import Venue

_LONGEST_PAUSE_MS = 1_000


class VenueFeed:
    """Wraps a feed: the venue takes each frame at the clock's time, then it is handed on."""

    def __init__(self, feed: Feed, venue: Venue, clock: Clock) -> None:
        self._feed = feed
        self._venue = venue
        self._clock = clock

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncGenerator[Frame | MarketStatus | None]:
        """Pass every message on."""
        async with aclosing(self._feed.messages(instrument_keys)) as messages:
            async for message in messages:
                if isinstance(message, Frame):
                    updates = tuple(update_of(tick) for tick in message.ticks)
                    self._venue.on_market(MarketMoment(self._clock.now_ms(), updates))
                yield message

    async def reconnect(self) -> None:
        """Have the real feed connect anew."""
        await self._feed.reconnect()


def update_of(tick: Tick) -> MarketUpdate:
    """The state of an instrument as a venue takes it. How much the last trade was, a tick does not say."""
    return MarketUpdate(
        tick.instrument_key,
        tick.last_price,
        0,
        tick.traded_at_ms,
        tick.day_volume or 0,
        (Level(tick.bid, tick.bid_quantity),) if tick.bid else (),
        (Level(tick.ask, tick.ask_quantity),) if tick.ask else (),
    )


class VenueWorker:
    """Lets the venue do what is due by itself, so that answers do not wait for a tick."""

    name = "paper venue"

    def __init__(self, venue: Venue, clock: Clock) -> None:
        self._venue = venue
        self._clock = clock
        self._kicked = asyncio.Event()
        venue.subscribe(self._kick)

    def _kick(self, _row: OrderRow) -> None:
        self._kicked.set()

    async def run(self, beat: Callable[[], None]) -> None:
        """Advance until cancelled."""
        while True:
            beat()
            now_ms = self._clock.now_ms()
            self._venue.advance(now_ms)
            self._kicked.clear()
            due_ms = self._venue.next_due_ms
            latest_ms = now_ms + _LONGEST_PAUSE_MS
            await self._clock.wait_for(self._kicked, latest_ms if due_ms is None else min(due_ms, latest_ms))
