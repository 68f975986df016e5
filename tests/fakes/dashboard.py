"""A daemon's web side that a test holds in its hand: the page's contract, seeded documents, a stream to steer."""

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

from tests.fakes.dashboard_documents import (
    SESSION_START_MS,
    candle_rows,
    equity_points,
    evaluations,
    status_document,
)

PAGE = Path(__file__).resolve().parents[2] / "trading_bot" / "web" / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
CSRF = "token-of-this-session"


@dataclass(slots=True)
class FakeDashboard:
    """Serves the page on a thread of its own, so that the browser's driver may block."""

    role: str = "operator"
    symbols: tuple[str, ...] = ("RELIANCE", "TCS", "INFY", "ICICIBANK", "MARUTI")
    document: dict[str, Any] = field(default_factory=status_document)
    sequence: int = 0
    deeds: list[tuple[str, Any]] = field(default_factory=list)
    """What was asked of it, in order: path and body."""
    streams: list[web.StreamResponse] = field(default_factory=list)
    is_up: bool = True
    """Whether it takes streams; those that are open stay as they are."""
    url: str = ""
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

    def publish_many(self, count: int, change: Callable[[dict[str, Any], int], None], pause_s: float) -> None:
        """Send so many documents, each changed once more."""
        self._in_loop(self._publish_many(count, change, pause_s)).result(300)

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
        app.router.add_get("/dashboard", lambda _: _coroutine(web.FileResponse(PAGE / "index.html")))
        app.router.add_static("/static/", PAGE)
        app.router.add_get("/api/v1/events", self._events)
        for path, answer in self._reads().items():
            app.router.add_get(f"/api/v1/{path}", _reading(answer))
        app.router.add_post("/api/v1/{deed:.+}", self._take)
        return app

    def _reads(self) -> dict[str, Callable[[web.Request], Any]]:
        return {
            "session": lambda _: {
                "role": self.role,
                "csrf": CSRF,
                "expires_at_ms": int(time.time() * 1000) + 3_600_000,
                "mode": self.document["run"]["mode"],
            },
            "candles": lambda request: candle_rows(
                request.query["symbol"], int(request.query["timeframe"]), self.document
            ),
            "signals": lambda _: {"signals": evaluations(self.symbols)},
            "performance": lambda _: {"equity": equity_points()},
            "strategies": lambda _: {"strategies": _STRATEGIES},
            "logs": lambda _: {"lines": ['{"event": "order_placed", "tag": "tb1"}', "<b>a line</b>"]},
            "why": lambda request: {"text": f"{request.query['symbol']}: the trend gate failed by 0.3"},
        }

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if not self.is_up:
            raise web.HTTPServiceUnavailable
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        )
        await response.prepare(request)
        self.streams.append(response)
        await response.write(self._event("snapshot", self._content()))
        while response in self.streams:
            await asyncio.sleep(0.05)
        return response

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get("X-CSRF-Token") != CSRF:
            return web.json_response({"error": "X-CSRF-Token is not that of the session"}, status=403)
        deed, body = request.match_info["deed"], await request.json()
        self.deeds.append((deed, body))
        if deed == "panic/prepare":
            return web.json_response({"code": "c-1234", "expires_at_ms": int(time.time() * 1000) + 10_000})
        return web.json_response({})

    async def _publish(self, change: Callable[[dict[str, Any]], None] | None) -> None:
        self.document = copy.deepcopy(self.document)
        if change is not None:
            change(self.document)
        self.sequence += 1
        await self._send("snapshot", self._content())

    async def _publish_many(
        self, count: int, change: Callable[[dict[str, Any], int], None], pause_s: float
    ) -> None:
        for number in range(count):
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

    async def _drop(self) -> None:
        self.streams.clear()
        await asyncio.sleep(0.1)

    @staticmethod
    def _event(event: str, content: dict[str, Any]) -> bytes:
        return f"event: {event}\ndata: {json.dumps(content)}\n\n".encode()


_STRATEGIES = [
    {"name": "confluence", "timeframe_s": 900, "state": "running", "reason": "", "signals": 7, "trades": 3, "open": 2,
     "gross": "1250.00", "winning_trades": 2, "evaluations_seen": 120},
    {"name": "ema_cross", "timeframe_s": 300, "state": "stopped", "reason": "by a person", "signals": 1, "trades": 0,
     "open": 0, "gross": "0", "winning_trades": 0, "evaluations_seen": 300},
]  # fmt: skip


async def _coroutine(answer: web.StreamResponse) -> web.StreamResponse:
    return answer


def _reading(answer: Callable[[web.Request], Any]) -> Callable[[web.Request], Any]:
    async def read(request: web.Request) -> web.Response:
        return web.json_response(answer(request))

    return read


@web.middleware
async def _guarded(request: web.Request, handler: Any) -> web.StreamResponse:
    """The policy of the real one, on everything; a stream sends its head before it comes back here."""
    if request.path.endswith("/events"):
        return await handler(request)
    response = await handler(request)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


__all__ = ["SESSION_START_MS", "FakeDashboard"]
