"""Where panic writes, by what is wrong with the database: faults 89 to 92, V1."""

import sqlite3
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.fakes.engine_driver import DAY, EngineDriver
from trading_bot.adapters.storage.emergency.emergency_journal import (
    EmergencyJournal,
    emergency_path,
    kept_rows,
)
from trading_bot.adapters.storage.emergency.emergency_run import RunJournal, runs_of
from trading_bot.adapters.storage.journal.sqlite_journal import ThreadedJournal
from trading_bot.adapters.storage.market_records import keep_instruments
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.bootstrap.emergency import head_of
from trading_bot.bootstrap.panicking.panic_records import PanicFiles, kept_instruments
from trading_bot.domain import events as ev
from trading_bot.domain.errors import ReadFailedError, StorageError
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, Tag
from trading_bot.engine.inputs import DayOpened, OperatorWish
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode


@pytest.fixture
def driver():
    driver = EngineDriver()
    driver.enter()
    return driver


@pytest.fixture
def database(tmp_path, driver):
    path = tmp_path / "live.db"
    journal = open_inline_journal(path, clock_ms=lambda: 0, on_failure=print)
    journal.append(driver.rows)
    journal.close()
    return path


@dataclass
class OrderBook:
    """A broker of whom only the order book is asked."""

    tags: tuple[Tag, ...] | None = ()
    driver: EngineDriver | None = None

    async def orders(self):
        if self.tags is None:
            raise ReadFailedError("nobody answers")
        ours = next(iter(self.driver.book.orders))
        row = self.driver.report(ours, OrderStatus.OPEN)
        return tuple(replace(row, tag=str(tag)) for tag in self.tags)


@pytest.fixture
def opened(database, driver):
    with ExitStack() as owned:

        async def open_it(tags: tuple[Tag, ...] | None = ()):
            said = []
            files = PanicFiles(
                database=database,
                settings=StorageSettings(busy_timeout_ms=20),
                clock=SimpleNamespace(now_ms=lambda: driver.now_ms),
                write=said.append,
            )
            panic = files.open(owned)
            return panic, await files.epoch(panic, OrderBook(tags, driver)), said

        yield open_it


def spoil(database) -> None:
    database.write_bytes(b"not a database at all" * 300)


async def test_a_sound_database_is_written(opened, driver):
    panic, epoch, said = await opened()

    assert isinstance(panic.journal, ThreadedJournal)
    assert (panic.rows, epoch, said) == (driver.rows, None, [])


async def test_a_locked_database_gives_its_book_and_its_rows_go_elsewhere(opened, driver, database):
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        panic, epoch, said = await opened()

    assert isinstance(panic.journal, RunJournal)
    assert (panic.rows, epoch) == (driver.rows, None)
    assert "database is locked" in said[0]


async def test_a_locked_database_is_read_from_the_last_day_that_began_flat(opened, tmp_path):
    """Panic does not wait for the years before; its rows follow the newest one all the same."""
    days = EngineDriver()
    tomorrow = DAY + timedelta(days=1)
    days.take(DayOpened(at_ms=0, on=tomorrow, instruments=(days.instrument,), sessions={}))
    database = tmp_path / "live.db"
    database.unlink()
    journal = open_inline_journal(database, clock_ms=lambda: 0, on_failure=print)
    journal.append(days.rows)
    journal.close()
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        panic, _epoch, _ = await opened()

    (first, *_) = panic.rows
    assert first.sequence > 1
    days.ask(OperatorWish.PANIC)
    panic.journal.append(days.rows[-1:])
    assert runs_of(kept_rows(emergency_path(database)))[0].after == head_of(days.rows[:-1])


async def test_a_damaged_database_gives_nothing_but_an_epoch_of_the_reserved_range(opened, database):
    spoil(database)

    panic, epoch, said = await opened((Tag(DAY, 7, 1),))

    assert (panic.rows, epoch) == ((), FIRST_EMERGENCY_EPOCH)
    assert "is damaged" in said[0]
    assert "a copy is kept at" in said[0]


@pytest.mark.parametrize("is_locked", [False, True])
async def test_rows_that_make_no_book_are_as_good_as_a_damaged_database(opened, database, driver, is_locked):
    """Fault 91: the file is sound, and yet nothing can be begun with what it says."""
    (first, *_) = driver.book.orders
    back = ev.OrderAdvanced(at_ms=driver.now_ms, tag=first, status=OrderStatus.INTENDED)
    journal = open_inline_journal(database, clock_ms=lambda: 0, on_failure=print)
    journal.append([JournalRow(len(driver.rows) + 1, driver.now_ms, *encode(back))])
    journal.close()
    with closing(sqlite3.connect(database, isolation_level=None)) as other:
        if is_locked:
            other.execute("BEGIN IMMEDIATE")

        panic, epoch, said = await opened()

    assert isinstance(panic.journal, RunJournal)
    assert (panic.rows, epoch) == ((), FIRST_EMERGENCY_EPOCH)
    assert ("is locked" if is_locked else "cannot be read after those before it") in said[0]
    assert panic.book.trades == {}


def make_newer(database):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")


async def test_a_newer_database_is_left_alone(opened, database):
    make_newer(database)
    before = database.read_bytes()

    _panic, epoch, said = await opened()

    assert epoch == FIRST_EMERGENCY_EPOCH
    assert "has schema 0099" in said[0]
    assert database.read_bytes() == before


async def test_an_epoch_that_the_order_book_shows_is_not_taken_again(opened, database):
    spoil(database)
    shown = Tag(DAY, FIRST_EMERGENCY_EPOCH + 4, 1)

    _panic, epoch, _ = await opened(
        (shown, shown._replace(on=DAY.replace(day=1), epoch=FIRST_EMERGENCY_EPOCH + 9))
    )

    assert epoch == FIRST_EMERGENCY_EPOCH + 5


async def test_an_epoch_that_was_claimed_is_not_taken_again_though_the_broker_is_silent(opened, database):
    spoil(database)
    claim = ev.OwnershipTaken(
        at_ms=0, epoch=FIRST_EMERGENCY_EPOCH + 2, program_version="0", settings_hash="panic"
    )
    earlier = EmergencyJournal(emergency_path(database))
    RunJournal(earlier, None).append([JournalRow(1, 0, *encode(claim))])
    earlier.close()

    _panic, epoch, said = await opened(None)

    assert epoch == FIRST_EMERGENCY_EPOCH + 3
    assert "the order book could not be read: nobody answers" in said


async def test_a_row_is_on_disk_before_anything_is_sent(opened, database):
    spoil(database)
    panic, _epoch, _ = await opened()
    row = JournalRow(1, 0, "noted", "{}")

    panic.journal.append([row])

    assert kept_rows(emergency_path(database))[-1] == row


async def test_without_any_journal_nothing_may_be_sent(opened, database):
    emergency_path(database).mkdir()
    spoil(database)

    with pytest.raises(StorageError, match=r"is damaged.* nothing sent: .*in the broker's app"):
        await opened()


async def test_a_sound_database_needs_no_emergency_journal(opened, database):
    emergency_path(database).mkdir()

    panic, _epoch, said = await opened()

    assert "cannot be made" in said[0]

    assert isinstance(panic.journal, ThreadedJournal)


async def test_what_cannot_be_read_keeps_nothing(database, driver):
    journal = open_inline_journal(database, clock_ms=lambda: 0, on_failure=print)
    await journal.run(lambda connection: keep_instruments(connection, [driver.instrument], DAY))
    journal.close()

    assert kept_instruments(database) == (driver.instrument,)
    make_newer(database)
    assert kept_instruments(database) == (driver.instrument,)
    spoil(database)

    assert kept_instruments(database) == ()
    assert kept_instruments(database.with_name("other.db")) == ()
