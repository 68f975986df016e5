"""A small broker on loopback: answers as told, and remembers what it was asked."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from trading_bot.adapters.upstox.offload import ThreadOffload
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings

TOKEN = "canary-7f3a91-token"

Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    raw_path: str
    headers: dict[str, str]
    body: str


@dataclass
class LoopbackBroker:
    """Replies by method and path; what has no reply gets the broker's 404."""

    url: str = ""
    replies: dict[tuple[str, str], Reply] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def on(self, method: str, path: str, status: int, body: Any) -> None:
        async def reply(_request: web.Request) -> web.Response:
            if isinstance(body, bytes):
                return web.Response(status=status, body=body, content_type="text/html")
            return web.json_response(body, status=status)

        self.replies[method, path] = reply

    def on_success(self, method: str, path: str, data: Any) -> None:
        self.on(method, path, 200, {"status": "success", "data": data})

    def on_error(self, method: str, path: str, status: int, code: str, message: str = "no") -> None:
        row = {"errorCode": code, "message": message, "error_code": code}
        self.on(method, path, status, {"status": "error", "errors": [row]})

    def drops(self, method: str, path: str) -> None:
        """Take the request, then cut the connection without a byte of answer."""

        async def reply(request: web.Request) -> web.Response:
            request.transport.abort()
            return web.Response()

        self.replies[method, path] = reply

    def hangs(self, method: str, path: str) -> None:
        """Take the request and say nothing until the test ends."""

        async def reply(_request: web.Request) -> web.Response:
            await self.released.wait()
            return web.Response()

        self.replies[method, path] = reply

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        self.asked.append(Asked(request.method, request.path, request.raw_path, dict(request.headers), body))
        reply = self.replies.get((request.method, request.path))
        if reply is None:
            row = {"errorCode": "UDAPI100060", "message": "Resource not Found"}
            return web.json_response({"status": "error", "errors": [row]}, status=404)
        return await reply(request)


@pytest.fixture
async def broker():
    """Serve on a free port of loopback."""
    loopback = LoopbackBroker()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", loopback.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    loopback.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield loopback
    loopback.released.set()
    await runner.cleanup()


@pytest.fixture
def settings(broker):
    """Settings that point at the loopback broker and lose patience quickly."""
    return UpstoxSettings(
        api_url=broker.url,
        order_url=broker.url,
        instruments_url=broker.url + "/instruments",
        connect_timeout_s=1,
        read_timeout_s=0.3,
        answer_timeout_s=0.6,
        read_attempts=3,
        reconnect_first_s=0.1,
        healthy_after_s=60,
    )


@pytest.fixture
def transport(settings):
    """The real transport, threads and SDK included."""
    made = UpstoxTransport(
        settings,
        lambda: SecretStr(TOKEN),
        write_lane=ThreadOffload("write", 2),
        read_lane=ThreadOffload("read", 2),
    )
    yield made
    made.close()


@pytest.fixture
def slept():
    """Delays that were asked for; nobody waits for them."""
    return []


@pytest.fixture
def sleep(slept):
    """Return at once, and remember for how long one would have slept."""

    async def skip(delay_s: float) -> None:
        slept.append(delay_s)
        await asyncio.sleep(0)

    return skip


@pytest.fixture
def reads(transport, settings, sleep):
    """Reads over the real transport that retry without waiting."""
    return BrokerReads(transport, settings, jitter=random.Random(7).random, sleep=sleep)
