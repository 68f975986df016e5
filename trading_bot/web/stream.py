"""Server-sent events: a snapshot at once, then one for each change, and a heartbeat when nothing does.

A heartbeat names the document that still holds; it names none where nobody has looked lately.
"""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from trading_bot.web.encoding import json_bytes
from trading_bot.web.hub import Hub

MOST_LISTENERS = 16
_HEARTBEAT_S = 2.0
_SLOWEST_S = 20.0
_RETRY_MS = 1_000


class EventStream(Response):
    """Sends documents of the hub until the client goes, reads nothing, or may not listen any more."""

    media_type = "text/event-stream"

    def __init__(
        self, hub: Hub, is_allowed: Callable[[], bool], *, heartbeat_s: float = _HEARTBEAT_S
    ) -> None:
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._hub, self._is_allowed, self._heartbeat_s = hub, is_allowed, heartbeat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one listener."""
        del scope
        sending = asyncio.ensure_future(self._send_all(send))
        leaving = asyncio.ensure_future(_gone(receive))
        self._hub.listeners += 1
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.listeners -= 1
            sending.cancel()
            leaving.cancel()
            await asyncio.gather(sending, leaving, return_exceptions=True)

    async def _send_all(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        hub, seen = self._hub, 0
        part = b"retry: %d\n\n" % _RETRY_MS
        await hub.newest()
        while True:
            is_new = hub.sequence > seen
            seen = hub.sequence
            part += _snapshot(seen, hub.document) if is_new else _heartbeat(seen if hub.is_current else None)
            async with asyncio.timeout(_SLOWEST_S):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            part = b""
            await hub.next(seen, self._heartbeat_s)
            if hub.is_closed or not self._is_allowed():
                break
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def _snapshot(sequence: int, document: bytes) -> bytes:
    return b'event: snapshot\nid: %d\ndata: {"status":%s,"sequence":%d}\n\n' % (sequence, document, sequence)


def _heartbeat(sequence: int | None) -> bytes:
    return b'event: heartbeat\ndata: {"sequence":%s}\n\n' % json_bytes(sequence)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
