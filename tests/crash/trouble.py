"""The real daemon and a database that cannot be used: found at the start, or met while it trades.

Faults 89 to 92. At a start it must say so and end with code 1, and leave the broker's orders alone, so that
the stops stay. While it trades it must go on with exits, and the next start must know everything.
"""

import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.acceptance.ledger import bare_in, held_in
from tests.acceptance.programs import UNREAD, Daemon, Simulator, simulator, until
from tests.crash.judge import Judge
from tests.crash.lives import SETTINGS, SPEED, SYMBOLS, is_anything_open
from trading_bot.control.client import ask
from trading_bot.control.protocol import socket_path

_LITTLE_BYTES = 65_536
"""More than an emergency needs, less than a database does."""
_PAGE = 4_096
_WAIT_S = 120.0
_LOOK_S = 0.05
_SAID_S = 30.0

Spoil = Callable[[Path], "ExitStack"]


def locked(database: Path) -> ExitStack:
    """Another program writes and does not end."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return _mended_by(other.close)


def garbage(database: Path) -> ExitStack:
    """A page of the file is overwritten."""
    return _replaced(database, lambda whole: whole[:_PAGE] + b"\xa5" * _PAGE + whole[2 * _PAGE :])


def truncated(database: Path) -> ExitStack:
    """The file ends early."""
    return _replaced(database, lambda whole: whole[: len(whole) // 2])


def newer(database: Path) -> ExitStack:
    """A later version of the program wrote the file."""
    was = _set_schema(database, "0099")
    return _mended_by(lambda: _set_schema(database, was))


AT_START: dict[str, tuple[Spoil, str]] = {
    "database locked": (locked, "another program holds the file"),
    "database with a page of garbage": (garbage, "is damaged: "),
    "database cut off": (truncated, "is damaged: "),
    "database from a newer schema": (newer, "has schema 0099"),
}


@dataclass
class Troubles:
    """One session; what is wrong is in `problems`, by what was tried."""

    folder: Path
    problems: dict[str, list[str]] = field(default_factory=dict)
    _served: Simulator = field(init=False)

    @property
    def database(self) -> Path:
        """The journal."""
        return self.folder / "data/replay.db"

    def run(self) -> None:
        """Try everything, one after the other, on one journal."""
        self.folder.mkdir(parents=True)
        with simulator(self.folder, ("--speed", SPEED, "--symbols", SYMBOLS)) as self._served:
            with self._living() as daemon:
                self._until_protected(daemon)
            for name, (spoil, sign) in AT_START.items():
                self.problems[f"start: {name}"] = self._refused(spoil, sign)
            self.problems["run: database locked"] = self._endured(lambda _: locked(self.database))
            self.problems["run: disk full"] = self._endured(_filled)

    def _refused(self, spoil: Spoil, sign: str) -> list[str]:
        """Start on it: what is not as it must be."""
        before = self._served.read("ledger")
        with spoil(self.database), self._living() as daemon:
            said = len(daemon.words())
            code = daemon.end(_SAID_S)
            text = daemon.words()[said:] or daemon.words()[-2_000:]
        problems = [] if code == 1 else [f"it ended with {code}, not with 1"]
        problems += [] if sign in text else [f"it does not say {sign!r}: {text[-300:]}"]
        after = self._served.read("ledger")
        if len(after["orders"]) != len(before["orders"]):
            problems.append("V1: it sent orders")
        problems += [f"V4: the stop of {key} is gone" for key in bare_in(after)]
        return problems

    def _endured(self, spoil: Callable[[Daemon], ExitStack]) -> list[str]:
        """Meet it while trading, close everything, mend it, and start again."""
        with self._living() as daemon:
            self._until_protected(daemon)
            with spoil(daemon):
                until(
                    lambda: self._halts(daemon, "journal_fell_back"),
                    "the fall back",
                    _WAIT_S,
                    every_s=_LOOK_S,
                )
                before = self._tags()
                ask(socket_path(self.database), "flatten", asked_by="crash test", timeout_s=5.0)
                until(lambda: not is_anything_open(self._served.read("ledger")), "flat", _WAIT_S)
                until(lambda: not self._thinks_it_holds(daemon), "a flat book", _WAIT_S)
                daemon.process.terminate()
                code = daemon.end(_SAID_S)
        problems = [] if code == 1 else [f"it ended with {code}, not with 1"]
        return problems + self._gone_on(before)

    def _gone_on(self, before: set[str]) -> list[str]:
        """The next start takes in what was kept aside, and agrees with the broker in all."""
        with self._living() as daemon:
            until(lambda: self._halts(daemon, "journal_fell_back"), "the halt that outlives", _WAIT_S)
            until(lambda: self._has_read(daemon), "the first complete read", _WAIT_S)
            ask(socket_path(self.database), "resume", asked_by="crash test", timeout_s=5.0)
            daemon.kill()
            ledger = self._served.read("ledger")
            judge = Judge(self.database)
            problems = judge.inspect(ledger) + judge.conclude(ledger)
            entered = [tag for tag in self._tags() - before if judge.purposes.get(tag) == "entry"]
            return problems + [f"V1: {tag} was entered without the database" for tag in entered]

    @contextmanager
    def _living(self) -> Iterator[Daemon]:
        daemon = Daemon(self.folder, ("--simulator", self._served.url), SETTINGS)
        try:
            yield daemon
        finally:
            daemon.kill()

    def _until_protected(self, daemon: Daemon) -> None:
        def holds() -> bool:
            if not self._has_read(daemon):
                return False
            ledger = self._served.read("ledger")
            return bool(held_in(ledger)) and not bare_in(ledger)

        until(holds, "a protected position", _WAIT_S, every_s=_LOOK_S)

    def _has_read(self, daemon: Daemon) -> bool:
        status = self._status(daemon)
        return status is not None and UNREAD not in status["halts"]

    def _halts(self, daemon: Daemon, reason: str) -> bool:
        status = self._status(daemon)
        return status is not None and any(reason in halt for halt in status["halts"])

    def _thinks_it_holds(self, daemon: Daemon) -> bool:
        status = self._status(daemon)
        return status is None or any(row["quantity"] for row in status["symbols"])

    def _status(self, daemon: Daemon) -> dict[str, Any] | None:
        if daemon.process.poll() is not None:
            raise RuntimeError(f"the daemon ended by itself: {daemon.words()[-1_000:]}")
        return daemon.status(self.database)

    def _tags(self) -> set[str]:
        return {order["tag"] for order in self._served.read("ledger")["orders"]}


def _filled(daemon: Daemon) -> ExitStack:
    """No file of the daemon may grow any more."""
    subprocess.run(["prlimit", f"--pid={daemon.process.pid}", f"--fsize={_LITTLE_BYTES}"], check=True)
    return ExitStack()


def _mended_by(mend: Callable[[], object]) -> ExitStack:
    stack = ExitStack()
    stack.callback(mend)
    return stack


def _replaced(database: Path, spoiled: Callable[[bytes], bytes]) -> ExitStack:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = database.read_bytes()
    database.write_bytes(spoiled(whole))
    return _mended_by(lambda: database.write_bytes(whole))


def _set_schema(database: Path, number: str) -> str:
    with closing(sqlite3.connect(database)) as connection, connection:
        was: str = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
        connection.execute("UPDATE alembic_version SET version_num = ?", [number])
    return was
