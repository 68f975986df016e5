"""The address that the browser comes back to after the broker's login page: a listener on loopback."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp import web

from trading_bot.adapters.safe_url import is_loopback
from trading_bot.domain.errors import TradingBotError

_HTTP_PORT = 80
_SHUTDOWN_S = 1.0
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>trading-bot login</title></head>
<body><h1>{title}</h1><p>{text}</p></body></html>
"""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class CannotListenError(TradingBotError):
    """The redirect address is none that this program can be reached at; the text says why."""


class _Place(NamedTuple):
    hosts: tuple[str, ...]
    port: int
    path: str


@asynccontextmanager
async def redirect_listener(
    redirect_uri: str, is_ours: Callable[[str], bool]
) -> AsyncIterator["asyncio.Future[str]"]:
    """Listen where the redirect address points; the future gets the address that the browser came back to.

    Only an address that `is_ours` counts, once: whatever else asks is refused and changes nothing. Raises
    CannotListenError.
    """
    place = _place(redirect_uri)
    returned: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    app = web.Application()
    app.router.add_get(place.path, _handler(returned, is_ours), allow_head=False)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_SHUTDOWN_S)
    await runner.setup()
    try:
        await _listen(runner, place)
        yield returned
    finally:
        await runner.cleanup()
        returned.cancel()


def _handler(
    returned: "asyncio.Future[str]", is_ours: Callable[[str], bool]
) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        if returned.done():
            return _page(410, "Used", "This login is over. Start a new one with: python main.py login")
        if not is_ours(request.path_qs):
            return _page(400, "Refused", "This address does not belong to the login that is waiting.")
        returned.set_result(request.path_qs)
        return _page(200, "Back from the broker", "You can close this page; the terminal says how it went.")

    return handle


def _page(status: int, title: str, text: str) -> web.Response:
    page = _PAGE.format(title=title, text=text)
    return web.Response(status=status, text=page, content_type="text/html", headers=_HEADERS)


def _place(redirect_uri: str) -> _Place:
    parts = urlsplit(redirect_uri)
    if not is_loopback(parts.hostname):
        raise CannotListenError(f"UPSTOX_REDIRECT_URI points to {parts.hostname}, which is not this machine")
    if parts.scheme != "http":
        raise CannotListenError("UPSTOX_REDIRECT_URI begins with https://, and only http:// is served here")
    assert parts.hostname is not None
    hosts = ("127.0.0.1", "::1") if parts.hostname == "localhost" else (parts.hostname,)
    try:
        port = parts.port
    except ValueError as error:
        raise CannotListenError("UPSTOX_REDIRECT_URI has no usable port") from error
    return _Place(hosts, _HTTP_PORT if port is None else port, parts.path or "/")


async def _listen(runner: web.AppRunner, place: _Place) -> None:
    """A browser may take either address of localhost: the second one is a courtesy."""
    for number, host in enumerate(place.hosts):
        try:
            await web.TCPSite(runner, host, place.port).start()
        except OSError as error:
            if number == 0:
                raise CannotListenError(f"port {place.port} {_why(error)}") from error


def _why(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "is in use by another program"
    if error.errno in (errno.EACCES, errno.EPERM):
        return "may not be opened by this user (below 1024 it needs root: register another port)"
    return f"cannot be opened ({error.strerror})"
