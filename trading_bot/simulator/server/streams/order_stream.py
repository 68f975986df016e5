"""The portfolio socket: order states and positions as JSON text; no snapshot, no replay."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import structlog
from aiohttp import WSMsgType, web

from trading_bot.simulator.server.faults.faults import FaultKind, Faults
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.venue.contracts import BrokerCore, OrderRow

STREAM_PATH = "/v2/feed/portfolio-stream-feed"
"""How fault rules name this socket, whatever its one-time address."""

UPDATE_TYPES = frozenset({"order", "gtt_order", "position", "holding"})

Render = Callable[[OrderRow], dict[str, Any]]
RenderPositions = Callable[[OrderRow], list[dict[str, Any]]]

_log = structlog.get_logger()


class StreamClient:
    """One open portfolio socket and what still has to be sent to it."""

    def __init__(
        self,
        socket: web.WebSocketResponse,
        transport: asyncio.BaseTransport | None,
        token: str,
        update_types: frozenset[str],
        queue_size: int,
    ) -> None:
        self.socket = socket
        self.token = token
        self.update_types = update_types
        self.queue: asyncio.Queue[OrderRow] = asyncio.Queue(queue_size)
        self.held_back: OrderRow | None = None
        self._transport = transport

    def cut(self) -> None:
        """End the connection without a closing handshake."""
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    def push(self, row: OrderRow) -> None:
        """Queue an order state; a client that reads too slowly is cut."""
        try:
            self.queue.put_nowait(row)
        except asyncio.QueueFull:
            _log.warning("slow_stream_client_cut", messages_behind=self.queue.maxsize)
            self.cut()


class OrderStream:
    """All portfolio sockets."""

    def __init__(
        self,
        *,
        settings: ServerSettings,
        core: BrokerCore,
        faults: Faults,
        order_message: Render,
        position_messages: RenderPositions,
    ) -> None:
        self._settings = settings
        self._core = core
        self._faults = faults
        self._order_message = order_message
        self._position_messages = position_messages
        self.clients: list[StreamClient] = []

    def publish(self, row: OrderRow) -> None:
        """Push an order state to every client, unless a fault is in the way."""
        now_ms = self._core.now_ms
        if self._faults.take((FaultKind.RESET,), STREAM_PATH, now_ms):
            self.cut_all()
            return
        if self._faults.take((FaultKind.MUTE_ORDERS, FaultKind.HALF_OPEN), STREAM_PATH, now_ms):
            return
        repeats = 2 if self._faults.take((FaultKind.DUPLICATE_ORDERS,), STREAM_PATH, now_ms) else 1
        holds_back = self._faults.take((FaultKind.REORDER_ORDERS,), STREAM_PATH, now_ms) is not None
        for client in self.clients:
            for _ in range(repeats):
                _push_in_some_order(client, row, holds_back=holds_back)

    async def attend(self, client: StreamClient) -> None:
        """Serve one socket until it closes."""
        self.clients.append(client)
        try:
            async with asyncio.TaskGroup() as tasks:
                sender = tasks.create_task(self._send_all(client))
                while await self._next_message(client):
                    pass
                sender.cancel()
        finally:
            self.clients.remove(client)

    def cut_all(self) -> None:
        """End every connection."""
        for client in self.clients:
            client.cut()

    async def _send_all(self, client: StreamClient) -> None:
        with suppress(ConnectionError):
            while True:
                row = await client.queue.get()
                for message in self._messages(client, row):
                    await client.socket.send_str(json.dumps(message))

    def _messages(self, client: StreamClient, row: OrderRow) -> Iterator[dict[str, Any]]:
        if "order" in client.update_types:
            yield self._order_message(row)
        has_filled = row.filled_quantity > 0
        if "position" in client.update_types and has_filled:
            yield from self._position_messages(row)

    def _is_half_open(self) -> bool:
        return self._faults.take((FaultKind.HALF_OPEN,), STREAM_PATH, self._core.now_ms) is not None

    async def _next_message(self, client: StreamClient) -> bool:
        socket = client.socket
        try:
            message = await socket.receive(timeout=self._settings.idle_ping_s)
        except TimeoutError:
            if not self._is_half_open():
                with suppress(ConnectionError):
                    await socket.ping()
            return True
        if message.type is WSMsgType.PING and not self._is_half_open():
            with suppress(ConnectionError):
                await socket.pong(message.data)
        # There are no requests on this socket: what a client says is ignored.
        return message.type in (WSMsgType.BINARY, WSMsgType.TEXT, WSMsgType.PING, WSMsgType.PONG)


def _push_in_some_order(client: StreamClient, row: OrderRow, *, holds_back: bool) -> None:
    """Push a state; one that is held back goes out behind the next one."""
    if holds_back and client.held_back is None:
        client.held_back = row
        return
    client.push(row)
    if client.held_back is not None:
        earlier, client.held_back = client.held_back, None
        client.push(earlier)
