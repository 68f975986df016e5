"""A daemon's web side that a test holds in its hand: seeded documents, and a stream to steer."""

import asyncio
import copy
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes import page_documents as documents

PAGE = Path(__file__).resolve().parents[2] / "trading_bot" / "web" / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


_LOG_LINE = (
    '{"event": "order_placed", "tag": "tb1", "quantity": 34, "level": "info", "at": "2026-11-19T15:04:05"}'
)


@dataclass(slots=True)
class FakePageDaemon:
    """Serves the page on a thread of its own, so that the browser's driver may block."""

    role: str = "operator"
    csrf: str = "token-of-this-session"
    refusal: str = ""
    """Why it does nothing, where it does nothing."""
    message: str = ""
    """What it says of a deed, where it says anything."""
    refused_reads: set[str] = field(default_factory=set)
    """Paths that it does not answer."""
    panic_patience_s: int = 30
    poison: str = ""
    """What stands in every text that is not in the document."""
    document: dict[str, Any] = field(default_factory=documents.status_document)
    evaluations: list[dict[str, Any]] = field(default_factory=documents.evaluations)
    sequence: int = 0
    deeds: list[tuple[str, Any]] = field(default_factory=list)
    """What was asked of it, in order: path and body."""
    streams: list[web.StreamResponse] = field(default_factory=list)
    streams_opened: int = 0
    published_at_ms: int = 0
    """When the newest document was sent."""
    is_up: bool = True
    """Whether it takes streams; those that are open stay as they are."""
    url: str = ""
    _is_over: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen on a free port of loopback."""
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        started.wait(10)

    def stop(self) -> None:
        """Let everybody go and end the thread."""
        self.drop_streams()
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread is not None:
            self._thread.join(10)

    def publish(self, change: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Send the document, changed, to all streams."""
        self._in_loop(self._publish(change)).result(10)

    def publish_many(
        self, numbers: range, change: Callable[[dict[str, Any], int], None], pause_s: float
    ) -> None:
        """Send a document for each number, changed once more by it."""
        self._in_loop(self._publish_many(numbers, change, pause_s)).result(3_600)

    def unread_bytes(self) -> int:
        """What was written to the streams and nobody has read yet."""
        return self._in_loop(self._unread()).result(10)

    def heartbeat(self) -> None:
        """Say that nothing has changed."""
        self._in_loop(self._send("heartbeat", {"sequence": self.sequence})).result(10)

    def drop_streams(self) -> None:
        """End every stream."""
        self._in_loop(self._drop()).result(10)

    def _in_loop(self, work: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self._app(), access_log=None)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[_guarded])
        app.router.add_get("/dashboard", _index)
        app.router.add_static("/static/", PAGE)
        app.router.add_get("/api/v1/events", self._events)
        for path, answer in self._reads().items():
            app.router.add_get(f"/api/v1/{path}", self._reading(path, answer))
        app.router.add_post("/api/v1/{deed:.+}", self._take)
        return app

    def _reads(self) -> dict[str, Callable[[web.Request], Any]]:
        return {
            "session": lambda _: {
                "role": self.role,
                "csrf": self.csrf,
                "expires_at_ms": int(time.time() * 1000) + 3_600_000,
                "mode": "paper",
            },
            "candles": lambda request: documents.chart(
                request.query["symbol"], int(request.query["timeframe"])
            ),
            "signals": lambda _: {"signals": self.evaluations},
            "performance": lambda _: {"equity": documents.equity_points()},
            "strategies": lambda _: {"strategies": documents.strategies(self.poison)},
            "orders/{tag}": lambda request: documents.order_detail(request.match_info["tag"], self.poison),
            "logs": lambda _: {"lines": [_LOG_LINE, self.poison]},
            "why": lambda request: documents.explanation(request.query["symbol"], self.poison),
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if not self.is_up:
            raise web.HTTPServiceUnavailable
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        self.streams.append(response)
        self.streams_opened += 1
        await response.write(self._event("snapshot", self._content()))
        await self._is_over.wait()
        return response

    def _reading(self, path: str, answer: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
        async def read(request: web.Request) -> web.Response:
            if path in self.refused_reads:
                return web.json_response({"error": "the daemon is between two states"}, status=503)
            return web.json_response(answer(request))

        return read

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get("X-CSRF-Token") != self.csrf:
            return web.json_response({"error": "X-CSRF-Token is not that of the session"}, status=403)
        if self.refusal:
            return web.json_response({"error": self.refusal}, status=503)
        deed, body = request.match_info["deed"], await request.json()
        self.deeds.append((deed, body))
        if deed == "panic/prepare":
            return web.json_response({"code": "c-1234", "expires_in_s": self.panic_patience_s})
        return web.json_response({"message": self.message} if self.message else {})

    async def _publish(self, change: Callable[[dict[str, Any]], None] | None) -> None:
        self.document = copy.deepcopy(self.document)
        if change is not None:
            change(self.document)
        self.sequence += 1
        self.published_at_ms = int(time.time() * 1000)
        await self._send("snapshot", self._content())

    async def _publish_many(
        self, numbers: range, change: Callable[[dict[str, Any], int], None], pause_s: float
    ) -> None:
        for number in numbers:
            change(self.document, number)
            self.sequence += 1
            await self._send("snapshot", self._content())
            await asyncio.sleep(pause_s)

    def _content(self) -> dict[str, Any]:
        return {"status": self.document, "sequence": self.sequence}

    async def _send(self, event: str, content: dict[str, Any]) -> None:
        for stream in list(self.streams):
            try:
                await stream.write(self._event(event, content))
            except ConnectionError:
                self.streams.remove(stream)

    async def _unread(self) -> int:
        transports = (stream._req.transport for stream in self.streams if stream._req is not None)
        return sum(one.get_write_buffer_size() for one in transports if one is not None)

    async def _drop(self) -> None:
        self.streams.clear()
        self._is_over.set()
        self._is_over = asyncio.Event()

    @staticmethod
    def _event(event: str, content: dict[str, Any]) -> bytes:
        return f"event: {event}\ndata: {json.dumps(content)}\n\n".encode()


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


@web.middleware
async def _guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    """The policy of the real one, on everything; a stream sends its head before it comes back here."""
    if request.path.endswith("/events"):
        return await handler(request)
    response = await handler(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
