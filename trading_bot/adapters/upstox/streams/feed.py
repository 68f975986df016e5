"""The market feed behind the Feed port: one socket, resubscribed after every loss, held instruments first."""

import json
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing

import structlog
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from trading_bot.adapters.upstox.envelope import printable
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.decode_feed import FeedDecoder, FeedStatistics
from trading_bot.adapters.upstox.streams.sockets import KeptStream
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.market_data import Frame, MarketStatus

PriorityKeys = Callable[[], Sequence[str]]
"""Keys to subscribe first: those of open positions."""


class UpstoxFeed:
    """Yields what the market sends; survives what cannot be read, and counts it."""

    def __init__(
        self, settings: UpstoxSettings, stream: KeptStream, *, priority_keys: PriorityKeys = tuple
    ) -> None:
        self._settings = settings
        self._stream = stream
        self._priority_keys = priority_keys
        self._log = structlog.get_logger(__name__)
        self.statistics = FeedStatistics()
        self._connection: ClientConnection | None = None

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncGenerator[Frame | MarketStatus | None]:
        """Yield frames and market status; None when the connection was lost, before it is sought again.

        Raises SettingsError for more instruments than the broker allows, NotAuthorisedError for a dead token.
        """
        self._check_count(instrument_keys)
        decoder = FeedDecoder(self.statistics)
        async with aclosing(self._stream.connections()) as connections:
            async for connection in connections:
                self._connection = connection
                decoder.restart()
                async with aclosing(self._of_connection(connection, decoder, instrument_keys)) as messages:
                    async for message in messages:
                        yield message
                self._connection = None
                yield None

    async def reconnect(self) -> None:
        """Close the connection of the moment, if there is one; the next has an address of its own."""
        if self._connection is not None:
            await self._connection.close()

    async def _of_connection(
        self, connection: ClientConnection, decoder: FeedDecoder, keys: Sequence[str]
    ) -> AsyncGenerator[Frame | MarketStatus]:
        await self._subscribe(connection, keys)
        async with aclosing(self._stream.messages(connection)) as raw_messages:
            async for raw in raw_messages:
                if isinstance(raw, str):
                    self._note_text(raw)
                    continue
                for message in decoder.decode(raw):
                    yield message
                if self.statistics.malformed_in_a_row >= self._settings.feed_malformed_max:
                    self._log.warning("feed_unreadable", frames=self.statistics.malformed_in_a_row)
                    self.statistics.malformed_in_a_row = 0
                    return

    async def _subscribe(self, connection: ClientConnection, keys: Sequence[str]) -> None:
        wanted = dict.fromkeys((*(key for key in self._priority_keys() if key in set(keys)), *keys))
        try:
            for request in subscriptions(tuple(wanted), self._settings.feed_mode, self._settings.feed_batch):
                await connection.send(request)
        except ConnectionClosed:
            return  # reading finds the same end, and counts it

    def _check_count(self, keys: Sequence[str]) -> None:
        allowed = self._settings.feed_keys_max
        if len(set(keys)) > allowed:
            raise SettingsError(
                f"{len(set(keys))} instruments are to be watched, the feed allows {allowed} in mode "
                f"{self._settings.feed_mode}: watch fewer, or use mode ltpc"
            )

    def _note_text(self, text: str) -> None:
        # The broker reports subscription errors as JSON text among the binary frames.
        self.statistics.text_messages += 1
        self._log.warning("feed_text_received", text=printable(text))


def subscriptions(keys: Sequence[str], mode: str, batch: int) -> Iterator[bytes]:
    """Yield subscription requests of at most `batch` keys; bytes, since the feed ignores text frames."""
    for number, first in enumerate(range(0, len(keys), batch), start=1):
        part = list(keys[first : first + batch])
        request = {"guid": f"sub-{number}", "method": "sub", "data": {"mode": mode, "instrumentKeys": part}}
        yield json.dumps(request).encode()
