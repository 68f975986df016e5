"""The daemon beside its service manager: ready, what it does, alive while it is well, and that it ends.

While the loop runs, a worker on it vouches for the daemon: a loop that hangs feeds no watchdog. Between two
such workers lie steps that hold the loop up, a recovery or a report: a thread asks for their time, up to a
limit.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from trading_bot.adapters.service_socket import ServiceSocket
from trading_bot.engine.snapshot import Snapshot

log = structlog.get_logger()

SERVICE = "service"
"""The name of the worker that vouches."""
_LOOK_S = 5.0
_FEEDS_IN_TIME = 6
_LONGEST_STEP_S = 600.0
_ASKED_S = 60.0


class ServiceLink:
    """What the service manager is told. Without one nothing is told, and no thread runs."""

    def __init__(
        self,
        channel: ServiceSocket | None,
        *,
        longest_step_s: float = _LONGEST_STEP_S,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._channel, self._longest_step_s, self._steady_s = channel, longest_step_s, steady_s
        watchdog_s = channel.watchdog_s if channel else None
        self.look_s = min(_LOOK_S, watchdog_s / _FEEDS_IN_TIME if watchdog_s else _LOOK_S)
        """Between two looks at how the daemon is."""
        self._step_since_s: float | None = steady_s()
        self._is_ready = False
        self._is_stopping = False
        self._said = ""

    @property
    def is_used(self) -> bool:
        """Whether anybody wants to be told."""
        return self._channel is not None

    @contextmanager
    def open(self) -> Iterator["ServiceLink"]:
        """Ask for the time of long steps while the block runs; its end is the end of the service."""
        if self._channel is None:
            yield self
            return
        is_over = threading.Event()
        thread = threading.Thread(target=self._ask_for_time, args=(is_over,), name="service", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping()
            is_over.set()
            thread.join()

    def vouch(self, text: str) -> None:
        """Say that the daemon is well, and what it does."""
        if self._channel is None:
            return
        self._say(text)
        if not self._is_ready:
            self._channel.ready()
            self._is_ready = True
        self._step_since_s = None
        if self._channel.watchdog_s is not None:
            self._channel.alive()

    def doubt(self, complaints: Sequence[str]) -> None:
        """Say what is wrong, and feed nothing: the service manager ends the process if it stays so."""
        self._step_since_s = None
        self._say(f"NOT WELL: {'; '.join(complaints)}")

    def begin_step(self) -> None:
        """From now on nobody looks how the daemon is, until somebody vouches again."""
        self._step_since_s = self._steady_s()

    def stopping(self) -> None:
        """Say once that the end has begun."""
        if self._channel is not None and not self._is_stopping:
            self._is_stopping = True
            self._channel.stopping()

    def look(self) -> None:
        """Ask for the time of a step that is under way, and not longer than any step takes."""
        since_s = self._step_since_s
        if self._channel is None or since_s is None or self._steady_s() - since_s >= self._longest_step_s:
            return
        if not self._is_ready or self._is_stopping:
            self._channel.needs_longer(_ASKED_S)
        if self._is_ready and self._channel.watchdog_s is not None:
            self._channel.alive()

    def _ask_for_time(self, is_over: threading.Event) -> None:
        self.look()
        while not is_over.wait(self.look_s):
            self.look()

    def _say(self, text: str) -> None:
        if self._channel is not None and text != self._said:
            self._said = text
            self._channel.status(text)


@dataclass(frozen=True, slots=True)
class ServiceWorker:
    """Vouches for the daemon as long as nothing speaks against it."""

    link: ServiceLink
    complaints: Callable[[float], Sequence[str]]
    snapshot: Callable[[], Snapshot]
    name: str = SERVICE

    async def run(self, beat: Callable[[], None]) -> None:
        """Look until cancelled."""
        loop, is_told = asyncio.get_running_loop(), False
        try:
            while True:
                beat()
                complaints = self.complaints(loop.time())
                if complaints:
                    self.link.doubt(complaints)
                else:
                    self.link.vouch(service_text(self.snapshot()))
                if complaints and not is_told:
                    log.critical("watchdog_is_not_fed", complaints=complaints)
                is_told = bool(complaints)
                await asyncio.sleep(self.link.look_s)
        finally:
            self.link.begin_step()


def service_workers(
    link: ServiceLink, complaints: Callable[[float], Sequence[str]], snapshot: Callable[[], Snapshot]
) -> tuple[ServiceWorker, ...]:
    """The worker that vouches; none where nobody wants to be told."""
    return (ServiceWorker(link, complaints, snapshot),) if link.is_used else ()


def service_text(snapshot: Snapshot) -> str:
    """What the daemon does, in one line that changes only when that does."""
    run = snapshot.run
    held = [f"{row.symbol} {row.quantity:+d}" for row in snapshot.symbols if row.quantity]
    parts = [f"{run.mode} {run.state} {run.session_on}", *([run.reason] if run.reason else [])]
    parts += [f"holds {', '.join(held)}"] if held else []
    parts += [f"HALTED: {halt}" for halt in snapshot.halts]
    return "; ".join(parts)
