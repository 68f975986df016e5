"""The processes of a session, one after the other: started with a trap or without, watched, killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.acceptance.ledger import LIVE, Ledger, held_in
from tests.acceptance.programs import UNREAD, Daemon, Simulator, environment, until
from trading_bot.control.client import ask
from trading_bot.control.protocol import socket_path

SETTINGS = {
    "TRADING_BOT__RUN__STRATEGIES": "tests.crash.strategy:Restless",
    "TRADING_BOT__RISK__LIMITS__MAX_TRADES_PER_DAY": "10000",
    "TRADING_BOT__RISK__LIMITS__MAX_TRADES_PER_SYMBOL_PER_DAY": "1000",
    "TRADING_BOT__RISK__LIMITS__SYMBOL_SPACING_S": "0",
    "TRADING_BOT__RISK__LIMITS__MAX_ENTRIES_PER_MINUTE": "300",
    "TRADING_BOT__RISK__LIMITS__MAX_ENTRIES_PER_HOUR": "5000",
    "TRADING_BOT__RISK__LIMITS__MAX_CONSECUTIVE_LOSSES": "100",
    "TRADING_BOT__RISK__LIMITS__MAX_DAILY_LOSS": "0.5",
    "TRADING_BOT__RISK__ENTRIES__LIMIT_BUFFER": "0",
    "TRADING_BOT__RISK__ENTRIES__ENTRY_TIMEOUT_S": "5",
    "TRADING_BOT__STORAGE__BACKUP_AGE_HOURS_MIN": "0",
}
SYMBOLS = "RELIANCE,INFY,SBIN"
SPEED = "240"
_WATCH_S = 180.0
"""Much more than a start may take: how long it took is judged when it is known."""
_LOOK_S = 0.02


@dataclass
class Lives:
    """At most one daemon lives at a time."""

    folder: Path
    served: Simulator
    current: Daemon | None = None

    @property
    def database(self) -> Path:
        """The journal that all share."""
        return self.folder / "data/replay.db"

    def start(
        self,
        point: str = "",
        passage: int = 0,
        number: signal.Signals = signal.SIGKILL,
        *,
        is_later: bool = False,
    ) -> Daemon:
        """Replace whatever runs by a new process; a later version of the program has a further schema."""
        self.kill()
        (self.folder / "armed").unlink(missing_ok=True)
        program = self._program(point, passage, number, is_later=is_later)
        self.current = Daemon(self.folder, ("--simulator", self.served.url), SETTINGS, program=program)
        return self.current

    def panicking(
        self, point: str = "", passage: int = 0, *, is_later: bool = False
    ) -> "subprocess.Popen[bytes]":
        """The panic command as a process, perhaps with a trap in it."""
        program = self._program(point, passage, signal.SIGKILL, is_later=is_later)
        arguments = ["--mode", "replay", "--simulator", self.served.url, "--panic-exit", "--yes"]
        with (self.folder / "panic.txt").open("a", encoding="utf-8") as words:
            return subprocess.Popen(
                [sys.executable, *program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env=environment(**SETTINGS),
            )

    def arm(self) -> None:
        """Let the trap count from now on."""
        (self.folder / "armed").touch()

    def kill(self) -> None:
        """Kill whatever runs."""
        if self.current is not None:
            self.current.kill()
            self.current = None

    def is_killed_within(self, timeout_s: float) -> bool:
        """Whether the trap closed; if it did not, the process is killed where it is."""
        assert self.current is not None
        try:
            code = self.current.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        if code != -signal.SIGKILL:
            raise RuntimeError(f"the daemon ended by itself with {code}")
        return True

    def until(self, holds: Callable[[], Any], what: str) -> Any:
        """Look until it holds. Raises TimeoutError, and RuntimeError when the daemon ends meanwhile."""

        def looked() -> Any:
            if self.current is not None and self.current.process.poll() is not None:
                raise RuntimeError(f"the daemon ended by itself with {self.current.process.returncode}")
            return holds()

        return until(looked, what, _WATCH_S, every_s=_LOOK_S)

    def until_read(self) -> None:
        """Wait for the first complete read."""
        self.until(self._has_read, "the first complete read")

    def until_closed(self) -> None:
        """Wait until the broker shows nothing open."""
        self.until(lambda: not is_anything_open(self.ledger()), "flat")

    def status(self) -> dict[str, Any] | None:
        """What the daemon says; None while it does not answer."""
        return None if self.current is None else self.current.status(self.database)

    def wish(self, wish: str) -> None:
        """Ask the daemon for something. Raises NoDaemonError."""
        ask(socket_path(self.database), wish, asked_by="crash test", timeout_s=5.0)

    def ledger(self) -> dict[str, Any]:
        """The broker's own books."""
        ledger: dict[str, Any] = self.served.read("ledger")
        return ledger

    def now(self) -> str:
        """Session time of day."""
        now: str = self.served.read("clock")["now"][11:19]
        return now

    def _has_read(self) -> bool:
        status = self.status()
        return status is not None and UNREAD not in status["halts"]

    def _program(self, point: str, passage: int, number: signal.Signals, *, is_later: bool) -> list[str]:
        more = ["--next-schema"] if is_later else []
        return ["-m", "tests.crash.child", point, str(passage), number.name, str(self.folder), *more, "--"]


def is_anything_open(ledger: Ledger) -> bool:
    """Whether the broker shows a position or a live order."""
    return bool(held_in(ledger)) or any(order["status"] in LIVE for order in ledger["orders"])


def is_stopped(pid: int) -> bool:
    """Whether a process was stopped by a signal."""
    return _stat(pid)[0] == "T"


def cpu_s(pid: int) -> float:
    """Seconds of a processor that a process took so far."""
    user, system = _stat(pid)[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str]:
    """What Linux says of a process, from its state on."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
