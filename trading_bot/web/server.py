"""The HTTP server as one of the daemon's workers, on the daemon's own loop."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

import structlog
import uvicorn
from starlette.types import ASGIApp

from trading_bot.web.hub import Hub
from trading_bot.web.impatience import ImpatientProtocol
from trading_bot.web.settings import WebSettings

log = structlog.get_logger()

_LOOK_S = 1.0
_LISTEN_AGAIN_S = 5.0
_GRACE_S = 1
_MOST_CONNECTIONS = 64
_BACKLOG = 128


class _Quiet(uvicorn.Server):
    """Leaves signals to the daemon: it stops in stages, and this is only one of its workers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


@dataclass(slots=True)
class Listener:
    """The listening socket; it outlives the workers, so that the address stays the same all day long."""

    settings: WebSettings
    is_refused: bool = False
    """Whether a person was told that the address cannot be had, and not yet that it can."""
    _socket: socket.socket | None = None

    def opened(self) -> socket.socket:
        """A copy of the socket, which is bound when it is asked for the first time. Raises OSError."""
        if self._socket is None:
            host, port = self.settings.host, self.settings.port
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            made = socket.create_server((host, port), family=family, backlog=_BACKLOG)
            self._socket = made
        return self._socket.dup()

    @property
    def address(self) -> str:
        """Where a browser finds it; empty before it listens."""
        if self._socket is None:
            return ""
        host, port = self._socket.getsockname()[:2]
        scheme = "https" if self.settings.tls_certificate is not None else "http"
        return f"{scheme}://[{host}]:{port}/" if ":" in host else f"{scheme}://{host}:{port}/"

    def close(self) -> None:
        """Stop listening."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@dataclass(slots=True)
class WebWorker:
    """Serves the app until cancelled; what fails in it is told and begun anew, and stops no trading."""

    app: ASGIApp
    hub: Hub
    listener: Listener
    on_listening: Callable[[str], None] = lambda _address: None
    tell: Callable[[str], None] = lambda _text: None
    """Tells a person when the address cannot be had, and when it can again: once each."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    name: str = "dashboard"

    async def run(self, beat: Callable[[], None]) -> None:
        """Listen, as soon as the address can be had, and answer."""
        own = await self._opened(beat)
        server = _Quiet(_config(self.app, self.listener.settings))
        self.hub.open()
        serving = asyncio.ensure_future(server.serve(sockets=[own]))
        self.on_listening(self.listener.address)
        try:
            while not serving.done():
                beat()
                await asyncio.wait((serving,), timeout=_LOOK_S)
            await serving
        finally:
            server.should_exit = True
            self.hub.close()
            await asyncio.wait((serving,), timeout=_GRACE_S + 1)
            serving.cancel()
            own.close()

    async def _opened(self, beat: Callable[[], None]) -> socket.socket:
        while True:
            beat()
            try:
                own = self.listener.opened()
            except OSError as error:
                self._tell_refusal(error)
                await self.sleep(_LISTEN_AGAIN_S)
                continue
            if self.listener.is_refused:
                self.listener.is_refused = False
                self.tell(f"the dashboard listens now: {self.listener.address}")
            return own

    def _tell_refusal(self, error: OSError) -> None:
        if self.listener.is_refused:
            return
        self.listener.is_refused = True
        settings = self.listener.settings
        why = os.strerror(error.errno) if error.errno else str(error)
        self.tell(
            f"the dashboard cannot listen on {settings.host}:{settings.port}: {why}. Trading goes on, "
            "and it is tried again: end what listens there, or choose another web.port (web.host)"
        )


@dataclass(frozen=True, slots=True)
class PublishWorker:
    """Makes the documents of the stream while anybody listens."""

    hub: Hub
    name: str = "dashboard stream"

    async def run(self, beat: Callable[[], None]) -> None:
        """Publish until cancelled."""
        await self.hub.publish(beat)


def _config(app: ASGIApp, settings: WebSettings) -> uvicorn.Config:
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    return uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        ws="none",
        http=ImpatientProtocol,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=_GRACE_S,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
    )
