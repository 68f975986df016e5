"""Tells the service manager how the process is: systemd's notification protocol, one datagram a message.

https://www.freedesktop.org/software/systemd/man/sd_notify.html; a few lines, so no library is needed.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

log = structlog.get_logger()

_US_PER_S = 1_000_000
_LONGEST_STATUS = 400


@dataclass(slots=True)
class ServiceSocket:
    """The manager's socket. Whatever goes wrong is logged once: nothing depends on being heard."""

    address: str
    """A path, or the name of an abstract socket with a zero byte in front."""
    watchdog_s: float | None = None
    """After so long without a sign of life the manager ends the process; None: it does not watch."""
    _has_failed: bool = field(default=False, init=False)

    def ready(self) -> None:
        """The start is over: it trades, or waits in a named state."""
        self._tell("READY=1")

    def status(self, text: str) -> None:
        """Say in one line what the process does."""
        self._tell(f"STATUS={' '.join(text.split())[:_LONGEST_STATUS]}")

    def alive(self) -> None:
        """Feed the watchdog."""
        self._tell("WATCHDOG=1")

    def needs_longer(self, seconds: float) -> None:
        """Ask for so many seconds from now on, while a start or a stop is under way."""
        self._tell(f"EXTEND_TIMEOUT_USEC={int(seconds * _US_PER_S)}")

    def stopping(self) -> None:
        """The end has begun."""
        self._tell("STOPPING=1")

    def _tell(self, message: str) -> None:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.setblocking(False)
                channel.sendto(message.encode(), self.address)
        except OSError as error:
            if not self._has_failed:
                log.warning("service_manager_not_told", address=self.address, detail=str(error))
            self._has_failed = True
        else:
            self._has_failed = False


def service_socket(environment: Mapping[str, str], pid: int) -> ServiceSocket | None:
    """The socket that the environment names; None where nobody wants to be told."""
    named = environment.get("NOTIFY_SOCKET", "")
    if named.startswith("@"):
        return ServiceSocket("\0" + named[1:], _watchdog_s(environment, pid))
    if Path(named).is_absolute():
        return ServiceSocket(named, _watchdog_s(environment, pid))
    if named:
        log.warning("service_manager_not_told", address=named, detail="neither a path nor an abstract socket")
    return None


def _watchdog_s(environment: Mapping[str, str], pid: int) -> float | None:
    """How long the manager waits for a sign of life, where it is this process that it watches."""
    microseconds, watched = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not microseconds.isdecimal() or not int(microseconds) or (watched and watched != str(pid)):
        return None
    return int(microseconds) / _US_PER_S


def own_service_socket() -> ServiceSocket | None:
    """The socket of this process's service manager, if it has one that wants to be told."""
    return service_socket(os.environ, os.getpid())
