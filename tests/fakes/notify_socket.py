"""A service manager's socket that writes down what it is told, and a small systemd around a process."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.acceptance.programs import environment


@dataclass
class NotifySocket:
    """The receiving end."""

    channel: socket.socket
    heard: list[str] = field(default_factory=list)

    def next(self, timeout_s: float = 60.0) -> str:
        """The next message. Raises TimeoutError."""
        self.channel.settimeout(timeout_s)
        self.heard.append(self.channel.recv(4_096).decode())
        return self.heard[-1]

    def until(self, start: str, timeout_s: float = 60.0) -> str:
        """The next message that begins so."""
        end_s = time.monotonic() + timeout_s
        while not (message := self.next(max(0.01, end_s - time.monotonic()))).startswith(start):
            pass
        return message

    def first(self, start: str) -> str:
        """The first message that begins so, whether it was heard already or is yet to come."""
        known = (message for message in self.heard if message.startswith(start))
        return next(known, None) or self.until(start)

    def waiting(self) -> list[str]:
        """What has come and was not taken yet."""
        with contextlib.suppress(BlockingIOError):
            self.channel.setblocking(False)
            while True:
                self.heard.append(self.channel.recv(4_096).decode())
        return self.heard


@contextlib.contextmanager
def notify_socket(address: str):
    """Listen at a path, or at an abstract name."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(address)
        yield NotifySocket(channel)


@dataclass
class FakeSocket:
    """In the place of our end: writes down what it is told."""

    watchdog_s: float | None = 30.0
    told: list[str] = field(default_factory=list)
    is_told: threading.Event = field(default_factory=threading.Event)

    def _tell(self, what: str) -> None:
        self.told.append(what)
        self.is_told.set()

    def ready(self) -> None:
        self._tell("ready")

    def status(self, text: str) -> None:
        self._tell(text)

    def alive(self) -> None:
        self._tell("alive")

    def needs_longer(self, seconds: float) -> None:
        self._tell(f"needs {seconds:.0f} s")

    def stopping(self) -> None:
        self._tell("stopping")


@dataclass
class TinySystemd:
    """Starts a daemon, expects a sign of life as often as it says, and else kills and starts it again."""

    folder: Path
    inbox: NotifySocket
    watchdog_s: float
    command: tuple[str, ...]
    settings: Mapping[str, str]
    address: str
    starts: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.starts += 1
        with (self.folder / "daemon.txt").open("a", encoding="utf-8") as words:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment(
                    **self.settings,
                    NOTIFY_SOCKET=self.address,
                    WATCHDOG_USEC=str(int(self.watchdog_s * 1_000_000)),
                ),
            )
        self.inbox.until("READY=1")

    def watch_until_it_is_silent(self) -> None:
        """Return when no sign of life came in time, and it was killed and started again."""
        with contextlib.suppress(TimeoutError):
            while True:
                self.inbox.until("WATCHDOG=1", self.watchdog_s)
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.start()

    def end(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)
