"""A feed that sets the session clock by what it carries, and is read only as fast as orders get away."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.domain.market_data import Frame, MarketStatus
from trading_bot.engine.ports import Feed

_LONGEST_HOLD_S = 1.0
_LOOK_EVERY_S = 0.0005


class ClockedFeed:
    """Wraps the broker's feed in a replay, where session time is the simulator's.

    At a thousand session seconds a second, one commit to disk is ten seconds of the session: entries would
    lapse and stops come late for no reason of the market's. So the next message is read when what the last
    one led to is on its way; a feed that is not read holds the simulator's clock.
    """

    def __init__(self, feed: Feed, clock: SimulatorClock) -> None:
        self._feed = feed
        self._clock = clock
        self._is_at_rest: Callable[[], bool] = lambda: True
        self._has_given_up = False
        self.is_idle = True
        """Whether everything that has arrived was worked off: time may then pass without a message."""

    def wait_for(self, is_at_rest: Callable[[], bool]) -> None:
        """Read on only while this is true; what takes long, such as a full rate window, is not waited for."""
        self._is_at_rest = is_at_rest

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncGenerator[Frame | MarketStatus | None]:
        """Pass every message on, the clock set to its time first."""
        async with aclosing(self._feed.messages(instrument_keys)) as messages:
            try:
                async for message in messages:
                    self.is_idle = False
                    if message is not None:
                        await self._clock.walk(message.sent_at_ms)
                        await self._rest()
                        yield self._in_time(message)
                    else:
                        yield None
                    await self._rest()
                    self.is_idle = True
            finally:
                self.is_idle = True

    def _in_time(self, message: Frame | MarketStatus) -> Frame | MarketStatus:
        """The same, never older than session time: a clock that was read meanwhile makes no frame late.

        What a second of session time takes on the way is a millisecond, or none, of the market's.
        """
        now_ms = self._clock.now_ms()
        return message if message.sent_at_ms >= now_ms else message._replace(sent_at_ms=now_ms)

    async def reconnect(self) -> None:
        """Have the broker's feed connect anew."""
        await self._feed.reconnect()

    async def _rest(self) -> None:
        if self._is_at_rest():
            self._has_given_up = False
            return
        if self._has_given_up:
            return
        try:
            async with asyncio.timeout(_LONGEST_HOLD_S):
                while not self._is_at_rest():  # noqa: ASYNC110  # many things wake it, none of them often
                    await asyncio.sleep(_LOOK_EVERY_S)
        except TimeoutError:
            self._has_given_up = True
