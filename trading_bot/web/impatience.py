"""Lets go of whoever does not finish a request: connections that wait would take the places of all others."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_LOOKS = 3


class ImpatientProtocol(H11Protocol):
    """Closes a connection that sends no whole request for so long; one that listens has sent its own."""

    limit_s = 30.0
    _since_s = 0.0
    _looking: asyncio.TimerHandle

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the library has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._since_s = self.loop.time()
        self._look_later()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._looking.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self._since_s = self.loop.time()
        super().on_response_complete()

    def _look(self) -> None:
        is_waiting = self.conn.their_state is not h11.DONE
        if is_waiting and self.loop.time() - self._since_s >= self.limit_s:
            self.transport.close()
        else:
            self._look_later()

    def _look_later(self) -> None:
        self._looking = self.loop.call_later(self.limit_s / _LOOKS, self._look)
