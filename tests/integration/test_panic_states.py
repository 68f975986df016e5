"""Panic with real processes: the daemon alive, hung or dead, and the database that cannot be used.

Faults 86, 89, 90, 91, 92 and 93; V1, V5, V13, V15. Exits have to be acknowledged within ten seconds.
"""

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.programs import PROJECT, Daemon, Simulator, environment, simulator, until
from trading_bot.adapters.storage.emergency.emergency_journal import emergency_path, kept_rows
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.migrate import newest_schema
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.control.client import ask
from trading_bot.control.protocol import socket_path
from trading_bot.domain import events as ev
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, parse_tag
from trading_bot.engine.book import Book
from trading_bot.engine.records import decode_event

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of processes as Linux has them")

SPEED, SYMBOLS = "600", "RELIANCE,INFY,SBIN"
STRATEGY = {"TRADING_BOT__RUN__STRATEGIES": "tests.fakes.eager_strategy:Eager"}
EXITS_WITHIN_S = 10.0
USUAL_START_S = 2.0
LOOK_S = 0.05
LITTLE_BYTES = 65_536
"""More than an emergency needs, less than a database does."""
GONE = frozenset({"complete", "cancelled", "rejected"})


def held_in(ledger: Mapping[str, Any]) -> dict[str, int]:
    rows = ledger["positions"]
    return {row["instrument_key"]: row["quantity"] for row in rows if row["quantity"]}


def live_in(ledger: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for row in ledger["orders"] if row["status"] not in GONE]


@dataclass
class Trading:
    """A daemon with open positions and their stops, at a simulator of its own."""

    folder: Path
    served: Simulator
    daemon: Daemon
    owned: ExitStack
    slowness: float
    """How much longer than usual a program takes to start here and now: the machine may be shared."""
    said: str = ""
    code: int | None = None
    exits_s: float = 0.0
    mended: list[Callable[[], None]] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "data/replay.db"

    def ledger(self) -> dict[str, Any]:
        return self.served.read("ledger")

    def held(self) -> dict[str, int]:
        return held_in(self.ledger())

    def panicking(self, bytes_max: int | None = None) -> "subprocess.Popen[str]":
        """Start the command, perhaps on a disk that has no room."""
        command = [sys.executable, str(PROJECT / "main.py"), "--mode", "replay"]
        command += ["--simulator", self.served.url, "--panic-exit", "--yes"]
        if bytes_max is not None:
            command = ["prlimit", f"--fsize={bytes_max}", *command]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def panic(self, *, bytes_max: int | None = None) -> "Trading":
        """Run the command to its end; how long until the broker had taken all exits is in `exits_s`."""
        began_s = time.monotonic()
        with self.panicking(bytes_max) as process:
            try:
                open_before = self.held().keys()
                until(lambda: self.are_exits_taken(open_before), "exits", 60, every_s=LOOK_S)
                self.exits_s = time.monotonic() - began_s
                self.said, _ = process.communicate(timeout=60)
            finally:
                process.kill()
        self.code = process.returncode
        return self

    def are_exits_taken(self, keys: Iterable[str]) -> bool:
        """Whether each of these is closed, or an order at the market's price is about to close it."""
        ledger = self.ledger()
        closing = {row["instrument_key"] for row in live_in(ledger) if row["status"] == "open"}
        return not (held_in(ledger).keys() & set(keys)) - closing

    def come_home(self) -> list[ev.BookEvent]:
        """Do what the next start does first; the journal's events."""
        for mend in self.mended:
            mend()
        bring_home(self.database, StorageSettings(), lambda: 0)
        with JournalReader(self.database) as reader:
            reader.verify()
            return [decode_event(row.kind, row.payload) for row in reader.rows()]


@pytest.fixture
def trading(tmp_path) -> Iterator[Trading]:
    with ExitStack() as owned:
        began_s = time.monotonic()
        served = owned.enter_context(
            simulator(tmp_path, ("--speed", SPEED, "--symbols", SYMBOLS, "--seed", "3"))
        )
        start_s = time.monotonic() - began_s
        daemon = Daemon(tmp_path, ("--simulator", served.url), STRATEGY)
        owned.callback(daemon.kill)
        started = Trading(tmp_path, served, daemon, owned, slowness=max(1.0, start_s / USUAL_START_S))
        until(lambda: is_protected(started), "three protected positions", 90, every_s=LOOK_S)
        yield started


def is_protected(trading: Trading) -> bool:
    assert trading.daemon.process.poll() is None, trading.daemon.words()
    ledger = trading.ledger()
    resting = {row["instrument_key"] for row in live_in(ledger) if row["status"] == "trigger pending"}
    held = held_in(ledger)
    return len(held) == 3 and held.keys() <= resting


def book_of(events: list[ev.BookEvent]) -> Book:
    book = Book()
    for event in events:
        book.apply(event)
    return book


def epochs_of(orders: list[dict[str, Any]]) -> list[int]:
    return [parse_tag(row["tag"]).epoch for row in orders]


def is_done(trading: Trading) -> None:
    """Exits in time, an honest end, and no order that closed more than there was."""
    sys.stdout.write(
        f"exits {trading.exits_s:.1f} s after the command's start, slowness {trading.slowness:.1f}\n"
    )
    assert trading.exits_s <= EXITS_WITHIN_S * trading.slowness, trading.said
    assert trading.code == 0, trading.said
    assert "flat: no position and no live order is left" in trading.said
    assert not trading.held()
    assert not live_in(trading.ledger())
    sold = [row for row in trading.ledger()["orders"] if row["side"] == "SELL"]
    assert sum(row["filled_quantity"] for row in sold) == sum(
        row["filled_quantity"] for row in trading.ledger()["orders"] if row["side"] == "BUY"
    )


# --- the daemon ---------------------------------------------------------------------------------------------


def test_a_daemon_that_is_alive_does_it_itself_and_is_the_only_one(trading):
    """Fault 93: a second one is refused."""
    is_done(trading.panic())

    assert "panic is latched in the running daemon" in trading.said
    refuse_a_second(trading)
    assert trading.daemon.process.poll() is None
    assert set(epochs_of(trading.ledger()["orders"])) == {1}


def refuse_a_second(trading: Trading) -> None:
    second = Daemon(trading.folder, ("--simulator", trading.served.url), STRATEGY)
    assert second.end(20) == 5
    assert f"process {trading.daemon.process.pid} since" in trading.daemon.words()


def test_a_daemon_that_hangs_is_killed_and_replaced(trading):
    trading.daemon.process.send_signal(signal.SIGSTOP)

    is_done(trading.panic())

    assert trading.daemon.process.wait(5) == -signal.SIGKILL
    assert f"process {trading.daemon.process.pid} holds" in trading.said
    assert book_of(trading.come_home()).is_panicking


def test_a_daemon_that_is_dead_is_replaced(trading):
    trading.daemon.kill()

    is_done(trading.panic())

    events = trading.come_home()
    assert [event.epoch for event in events if isinstance(event, ev.OwnershipTaken)] == [1, 2]
    assert book_of(events).is_panicking


# --- the database -------------------------------------------------------------------------------------------


def lock(trading: Trading, *, even_for_readers: bool) -> None:
    other = trading.owned.enter_context(closing(sqlite3.connect(trading.database, isolation_level=None)))
    if even_for_readers:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE meta SET value = value")
    trading.mended.append(other.close)


def write_lock(trading: Trading) -> None:
    lock(trading, even_for_readers=False)


def full_lock(trading: Trading) -> None:
    lock(trading, even_for_readers=True)


def corrupt(trading: Trading) -> None:
    with closing(sqlite3.connect(trading.database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = trading.database.read_bytes()
    trading.database.write_bytes(whole[:4_096] + b"\xa5" * (len(whole) - 4_096))
    trading.mended.append(lambda: trading.database.write_bytes(whole))


def make_newer(trading: Trading) -> None:
    def set_schema(number: str) -> None:
        with closing(sqlite3.connect(trading.database)) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", [number])

    set_schema("0099")
    trading.mended.append(lambda: set_schema(newest_schema()))


@pytest.mark.parametrize("spoil", [corrupt, make_newer])
def test_a_database_that_cannot_be_read_does_not_stop_a_panic(trading, spoil):
    """Faults 91 and 92."""
    trading.daemon.kill()
    before = len(trading.ledger()["orders"])
    spoil(trading)

    is_done(trading.panic())

    assert "the database cannot be used" in trading.said
    assert set(epochs_of(trading.ledger()["orders"][before:])) == {FIRST_EMERGENCY_EPOCH}
    kept = kept_rows(emergency_path(trading.database))
    intended = [decode_event(row.kind, row.payload) for row in kept if row.kind == "order_intended"]
    assert {event.request.tag for event in intended} == {
        row["tag"] for row in trading.ledger()["orders"][before:]
    }
    book = book_of(trading.come_home())
    assert book.is_panicking
    assert all(position.is_flat for position in book.positions.values())
    assert kept_rows(emergency_path(trading.database)) == ()


def test_a_database_that_is_only_locked_for_writers_still_gives_its_book(trading):
    """Fault 89."""
    trading.daemon.kill()
    before = len(trading.ledger()["orders"])
    write_lock(trading)

    is_done(trading.panic())

    assert "the database cannot be used" in trading.said
    assert len(trading.ledger()["orders"]) == before, "the resting stops become the exits"
    book = book_of(trading.come_home())
    assert (book.is_panicking, book.epoch, book.trades) == (True, 2, {})


def test_a_full_disk_does_not_stop_a_panic(trading):
    """Fault 90."""
    trading.daemon.kill()

    is_done(trading.panic(bytes_max=LITTLE_BYTES))

    assert "emergency" in trading.said
    assert kept_rows(emergency_path(trading.database)) != ()
    book = book_of(trading.come_home())
    assert (book.is_panicking, book.trades) == (True, {})


def test_a_second_panic_finishes_what_a_killed_one_began_without_the_database(trading):
    """Faults 86 and 89: each owner has an epoch of its own."""
    trading.daemon.kill()
    before = len(trading.ledger()["orders"])
    full_lock(trading)
    with trading.panicking() as first:
        until(lambda: len(trading.ledger()["orders"]) > before, "a first exit", 60, every_s=LOOK_S)
        first.kill()

    is_done(trading.panic())

    claimed = [row for row in kept_rows(emergency_path(trading.database)) if row.kind == "ownership_taken"]
    assert len(claimed) == 2
    assert f'"epoch":{FIRST_EMERGENCY_EPOCH + 1}' in claimed[1].payload
    assert book_of(trading.come_home()).is_panicking


# --- the running daemon -------------------------------------------------------------------------------------


def test_a_daemon_whose_disk_is_full_enters_nothing_and_still_exits(trading):
    """Fault 90, V1, V4."""
    process = trading.daemon.process
    subprocess.run(["prlimit", f"--pid={process.pid}", f"--fsize={LITTLE_BYTES}"], check=True)
    until(lambda: has_fallen_back(trading), "the fall back", 60, every_s=LOOK_S)
    bought = len([row for row in trading.ledger()["orders"] if row["side"] == "BUY"])

    ask(socket_path(trading.database), "flatten", asked_by="test")
    until(lambda: not trading.held(), "flat", EXITS_WITHIN_S * trading.slowness, every_s=LOOK_S)

    assert len([row for row in trading.ledger()["orders"] if row["side"] == "BUY"]) == bought
    until(lambda: knows_that_it_is_flat(trading), "a flat book", 60, every_s=LOOK_S)
    process.terminate()
    assert trading.daemon.end(20) == 1
    assert kept_rows(emergency_path(trading.database)) != ()
    book = book_of(trading.come_home())
    assert {reason for _, _, reason in book.halts} >= {"journal_fell_back"}
    assert all(position.is_flat for position in book.positions.values())


def knows_that_it_is_flat(trading: Trading) -> bool:
    status = trading.daemon.status(trading.database)
    return status is not None and not any(row["quantity"] for row in status["symbols"])


def has_fallen_back(trading: Trading) -> bool:
    assert trading.daemon.process.poll() is None, trading.daemon.words()[-2_000:]
    status = trading.daemon.status(trading.database)
    return status is not None and any("journal_fell_back" in halt for halt in status["halts"])
