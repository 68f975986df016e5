"""The market data socket: market state first, a snapshot on subscription, then what changed."""

import asyncio
import json

import structlog
from aiohttp import WSMsgType, web

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.simulator.server.faults.faults import FaultKind, Faults
from trading_bot.simulator.server.session.listing import Listing
from trading_bot.simulator.server.session.pacing import PacedClient, Pacing
from trading_bot.simulator.server.session.wake import Wake
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.server.streams.feed_encoder import INITIAL_FEED, LIVE_FEED, FeedEncoder, frame
from trading_bot.simulator.server.streams.subscriptions import (
    SubscriptionRequest,
    Subscriptions,
    parse_request,
)
from trading_bot.simulator.venue.contracts import MarketMoment

FEED_PATH = "/v3/feed/market-data-feed"
"""How fault rules name this socket, whatever its one-time address."""

_PING_BYTES = 8
_log = structlog.get_logger()


class FeedClient:
    """One open feed socket."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.BaseTransport | None,
        token: str,
        *,
        has_plus_plan: bool,
    ) -> None:
        self.socket = socket
        self.token = token
        self.subscriptions = Subscriptions(has_plus_plan=has_plus_plan)
        self.paced = PacedClient()
        self._transport = transport

    def cut(self) -> None:
        """End the connection without a closing handshake."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    async def send(self, payload: bytes, at_ms: int, *, wall_s: float, timeout_s: float) -> None:
        """Send a frame and the ping that tells when it arrived; a client that takes nothing is cut."""
        self.paced.frame_sent(at_ms)
        try:
            async with asyncio.timeout(timeout_s):
                await self.socket.send_bytes(payload)
                await self.ping_if_due(wall_s)
        except TimeoutError:
            _log.warning("stuck_feed_client_cut", timeout_s=timeout_s)
            self.cut()
        except ConnectionError:
            self.cut()

    async def ping_if_due(self, wall_s: float) -> None:
        """Ping for the frames that are unanswered, unless a ping is out already."""
        sequence = self.paced.next_ping(wall_s)
        if sequence is not None:
            await self.socket.ping(sequence.to_bytes(_PING_BYTES))


class Feed:
    """All feed sockets."""

    def __init__(
        self,
        *,
        settings: ServerSettings,
        listing: Listing,
        encoder: FeedEncoder,
        pacing: Pacing,
        faults: Faults,
        wake: Wake,
    ) -> None:
        self._settings = settings
        self._listing = listing
        self._encoder = encoder
        self._pacing = pacing
        self._faults = faults
        self._wake = wake
        self.clients: list[FeedClient] = []

    async def publish(self, moment: MarketMoment) -> None:
        """Send what changed at one instant to whoever subscribed to it: one frame each."""
        for client in tuple(self.clients):
            entries = self._entries(client, moment)
            if entries:
                await self._send(client, frame(LIVE_FEED, entries, self._told(moment.at_ms)), moment.at_ms)

    async def broadcast(self, payload: bytes, at_ms: int) -> None:
        """Send one message to every client."""
        for client in tuple(self.clients):
            await self._send(client, payload, at_ms)

    async def attend(self, client: FeedClient, first: bytes) -> None:
        """Serve one socket until it closes; the first message goes out before any request is read."""
        self.clients.append(client)
        try:
            await client.socket.send_bytes(first)
            while await self._next_message(client):
                pass
        except ConnectionError:
            _log.info("feed_client_broke_off")
        finally:
            self.clients.remove(client)
            self._pacing.leave(client.paced)
            self._wake.set()

    def cut_all(self) -> None:
        """End every connection."""
        for client in self.clients:
            client.cut()

    def _entries(self, client: FeedClient, moment: MarketMoment) -> list[bytes]:
        modes = client.subscriptions.modes
        entries = []
        for update in moment.updates:
            key = update.instrument_key
            mode = modes.get(key)
            if mode is None or self._is_muted(key, moment.at_ms):
                continue
            entry = self._encoder.live_entry(key, mode)
            if entry:
                entries.append(entry)
        return entries

    def _is_muted(self, key: str, now_ms: int) -> bool:
        return self._faults.take((FaultKind.MUTE_FEED,), FEED_PATH, now_ms, key=key) is not None

    def _is_half_open(self, now_ms: int) -> bool:
        return self._faults.take((FaultKind.HALF_OPEN,), FEED_PATH, now_ms) is not None

    def _told(self, at_ms: int) -> int:
        """The time that a frame carries."""
        rule = self._faults.take((FaultKind.CLOCK_SKEW,), FEED_PATH, at_ms)
        return at_ms if rule is None else at_ms + round(rule.seconds * MS_PER_SECOND)

    async def _send(self, client: FeedClient, payload: bytes, at_ms: int) -> None:
        if self._faults.take((FaultKind.RESET,), FEED_PATH, at_ms):
            client.cut()
            return
        if self._is_half_open(at_ms):
            return
        if self._faults.take((FaultKind.MALFORMED_FRAME,), FEED_PATH, at_ms):
            payload = _malformed(payload)
        wall_s = self._pacing.wall_s
        await client.send(payload, at_ms, wall_s=wall_s, timeout_s=self._settings.pong_wait_s)

    async def _next_message(self, client: FeedClient) -> bool:
        """Handle one message; False when the socket is closed."""
        socket = client.socket
        try:
            message = await socket.receive(timeout=self._settings.idle_ping_s)
        except TimeoutError:
            if not self._is_half_open(self._pacing.now_ms):
                await socket.ping()
            return True
        if message.type is WSMsgType.BINARY:
            await self._handle(client, message.data)
        elif message.type is WSMsgType.PONG:
            await self._take_pong(client, bytes(message.data))
        elif message.type is WSMsgType.PING and not self._is_half_open(self._pacing.now_ms):
            await socket.pong(message.data)
        # A text frame is ignored, as by the broker.
        return message.type in (WSMsgType.BINARY, WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG)

    async def _take_pong(self, client: FeedClient, payload: bytes) -> None:
        if len(payload) == _PING_BYTES and client.paced.pong(int.from_bytes(payload)):
            await client.ping_if_due(self._pacing.wall_s)
            self._wake.set()

    async def _handle(self, client: FeedClient, payload: bytes) -> None:
        request = parse_request(payload)
        if request is None:
            return
        if request.method == "unsub":
            client.subscriptions.unsubscribe(request.keys)
            return
        if request.method in ("sub", "change_mode"):
            await self._subscribe(client, request)

    async def _subscribe(self, client: FeedClient, request: SubscriptionRequest) -> None:
        keys = [instrument.key for instrument in self._listing.known(request.keys)]
        if request.method == "change_mode":
            keys = [key for key in keys if key in client.subscriptions.modes]
        objection = client.subscriptions.objection(request.mode, keys)
        if objection is not None:
            await self._object(client, request.method, objection)
            return
        client.subscriptions.subscribe(request.mode, keys)
        if not keys:
            return
        self._pacing.join(client.paced)
        self._wake.set()
        entries = [
            self._encoder.snapshot_entry(key, request.mode)
            for key in keys
            if not self._is_muted(key, self._pacing.now_ms)
        ]
        kind = LIVE_FEED if self._settings.snapshot_is_live_feed else INITIAL_FEED
        now_ms = self._pacing.now_ms
        await self._send(client, frame(kind, entries, self._told(now_ms)), now_ms)

    async def _object(self, client: FeedClient, method: str, objection: str) -> None:
        if self._settings.reports_feed_errors_as_text:
            error = {"status": "failed", "method": method, "error": objection}
            await client.socket.send_str(json.dumps(error))


def _malformed(payload: bytes) -> bytes:
    """A frame cut in its middle, with a length that runs over the end: no protobuf reader takes it."""
    return payload[: len(payload) // 2] + b"\x12\xff\x01"
