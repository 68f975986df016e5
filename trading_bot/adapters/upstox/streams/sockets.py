"""One stream that is kept alive: authorise, connect, and after a loss the same again, ever slower."""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import structlog
import websockets
from websockets.asyncio.client import ClientConnection, connect

from trading_bot.adapters.safe_url import is_loopback
from trading_bot.adapters.upstox.fields import Row
from trading_bot.adapters.upstox.pacing import Backoff, Jitter, Sleep
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.transport import Call
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError

_UNAUTHORISED = 401


class KeptStream:
    """Yields connections one after another; each uses an address of its own, since addresses work once."""

    def __init__(
        self,
        name: str,
        address: Call,
        settings: UpstoxSettings,
        reads: BrokerReads,
        *,
        jitter: Jitter,
        sleep: Sleep,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._name = name
        self._address = address
        self._settings = settings
        self._reads = reads
        self._sleep = sleep
        self._tls = tls or ssl.create_default_context()
        self._backoff = Backoff(settings.reconnect_first_s, settings.reconnect_longest_s, jitter)
        self._log = structlog.get_logger(__name__)
        # The library's own log would quote the address and its code; what matters is logged here.
        self._quiet = logging.Logger("upstox stream", logging.CRITICAL)  # noqa: LOG001  # stays outside the tree
        self.counts: Counter[str] = Counter()
        """Connections made and lost, by kind."""

    async def connections(self) -> AsyncGenerator[ClientConnection]:
        """Yield open connections for ever; the caller uses each inside `messages`.

        Raises NotAuthorisedError when the token is dead: hammering would not revive it.
        """
        while True:
            async with self._attempt() as connection:
                if connection is not None:
                    born_s = _now_s()
                    yield connection
                    if _now_s() - born_s >= self._settings.healthy_after_s:
                        self._backoff.reset()
            await self._sleep(self._backoff.next_s())

    async def messages(self, connection: ClientConnection) -> AsyncGenerator[str | bytes]:
        """Yield the messages of a connection until it ends, however it ends."""
        try:
            async for message in connection:
                yield message
        except websockets.ConnectionClosedError as error:
            self._lost("closed", error)
        else:
            self._lost("closed", None)

    @asynccontextmanager
    async def _attempt(self) -> AsyncIterator[ClientConnection | None]:
        connection = await self._connected()
        try:
            yield connection
        finally:
            if connection is not None:
                await connection.close()

    async def _connected(self) -> ClientConnection | None:
        try:
            address = await self._authorised()
            connection = await connect(
                address,
                ssl=self._tls if address.startswith("wss://") else None,
                logger=self._quiet,
                compression=None,
                proxy=None,
                max_queue=4,
                max_size=self._settings.feed_message_bytes_max,
                open_timeout=self._settings.connect_timeout_s + self._settings.read_timeout_s,
                ping_interval=self._settings.ping_interval_s,
                ping_timeout=self._settings.ping_timeout_s,
                close_timeout=1,
                user_agent_header=self._settings.user_agent,
            )
        except NotAuthorisedError:
            raise
        except websockets.InvalidStatus as error:
            self._refused(error.response.status_code)
        except (ReadFailedError, websockets.WebSocketException, OSError, TimeoutError) as error:
            self._lost("not_connected", error)
        else:
            self.counts["connected"] += 1
            self._log.info("stream_connected", stream=self._name)
            return connection
        return None

    async def _authorised(self) -> str:
        data = await self._reads.data(f"address of the {self._name}", self._address)
        address = Row(data, "stream address").text("authorized_redirect_uri", "authorizedRedirectUri")
        check_address(address, self._settings.feed_host_suffix)
        return address

    def _refused(self, status: int) -> None:
        # 403: too many connections, a used code, or no entitlement; only time or a person can mend it.
        self.counts[f"handshake_{status}"] += 1
        self._log.warning("stream_handshake_refused", stream=self._name, status=status)
        if status == _UNAUTHORISED:
            raise NotAuthorisedError(f"the {self._name} does not accept the access token")

    def _lost(self, how: str, error: Exception | None) -> None:
        self.counts[how] += 1
        kind = type(error).__name__ if error else "end of stream"
        self._log.warning("stream_lost", stream=self._name, how=how, error=kind)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def check_address(address: str, domain: str) -> None:
    """Raise ReadFailedError for a stream address that is not encrypted, or not the broker's.

    Loopback may be plain: a simulator listens there.
    """
    parts = urlsplit(address)
    host = parts.hostname or ""
    is_broker = host == domain or host.endswith("." + domain)
    if is_loopback(host) or (parts.scheme == "wss" and is_broker):
        return
    raise ReadFailedError(
        f"the stream is said to be at {parts.scheme}://{host}, which is not an encrypted address on {domain}"
    )
