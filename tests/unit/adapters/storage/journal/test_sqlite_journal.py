import asyncio
import sqlite3
import threading
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import pytest

from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal
from trading_bot.adapters.storage.emergency.emergency_run import EmergencyRun, runs_of
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.journal.sqlite_journal import Fallback, ThreadedJournal
from trading_bot.adapters.storage.opening import open_inline_journal, open_journal
from trading_bot.domain.errors import StorageError


@pytest.fixture
def failures():
    return []


@pytest.fixture(params=[open_inline_journal, open_journal])
def journal(request, path, settings, failures):
    def broken(connection, row):
        raise AttributeError("no such field")

    opened = request.param(
        path,
        clock_ms=lambda: 0,
        on_failure=failures.append,
        settings=settings,
        projections={"unprojectable": broken},
    )
    yield opened
    opened.close()


def fill_disk(connection):
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")


def kept_sequences(path):
    with JournalReader(path) as reader:
        return [row.sequence for row in reader.rows()]


async def test_a_full_disk_fails_the_row_and_every_later_one(journal, row, failures):
    journal.append([row(1)])
    await journal.durable(1)
    await journal.run(fill_disk)

    journal.append([row(2, text="x" * 100_000)])
    with pytest.raises(StorageError, match=r"row 2 was not written.*disk is full.*free some disk space"):
        await journal.durable(2)
    journal.append([row(3)])
    with pytest.raises(StorageError, match="row 3 was not written"):
        await journal.durable(3)

    assert len(failures) == 1


async def test_rows_before_a_failure_stay_durable(journal, path, row):
    journal.append([row(1)])
    await journal.durable(1)
    await journal.run(fill_disk)
    journal.append([row(2, text="x" * 100_000)])
    with pytest.raises(StorageError):
        await journal.durable(2)

    await journal.durable(1)

    assert kept_sequences(path) == [1]


async def test_a_lock_held_elsewhere_fails_the_row_after_a_bounded_wait(journal, path, row):
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        journal.append([row(1)])
        with pytest.raises(StorageError, match="locked; another program holds the file"):
            await journal.durable(1)
    finally:
        other.close()


async def test_a_row_whose_projection_fails_is_not_kept(journal, path, row, failures):
    journal.append([row(1)])
    await journal.durable(1)

    journal.append([row(2, kind="unprojectable")])
    with pytest.raises(StorageError, match="rows 2 to 2 do not fit the tables"):
        await journal.durable(2)

    assert kept_sequences(path) == [1]
    assert len(failures) == 1


async def test_a_failure_reaches_everyone_who_waits(journal, row):
    journal.append([row(1, kind="unprojectable"), row(2)])

    results = await asyncio.gather(journal.durable(1), journal.durable(2), return_exceptions=True)

    assert [type(result) for result in results] == [StorageError, StorageError]


async def test_a_job_sees_the_rows_that_were_appended_before_it(journal, row):
    journal.append([row(1), row(2)])

    count = await journal.run(lambda c: c.exec_driver_sql("SELECT count(*) FROM journal").scalar_one())

    assert count == 2


async def test_a_job_that_raises_tells_its_caller_and_nobody_else(journal, row, failures):
    with pytest.raises(ZeroDivisionError):
        await journal.run(lambda connection: 1 // 0)

    journal.append([row(1)])
    await journal.durable(1)
    assert failures == []


async def test_a_job_that_the_disk_refuses_raises_a_storage_error(journal):
    with pytest.raises(StorageError, match="no such table"):
        await journal.run(lambda connection: connection.exec_driver_sql("SELECT * FROM missing"))


async def test_the_journal_refuses_changes_to_its_rows(journal, row):
    journal.append([row(1)])

    for change in ("UPDATE journal SET kind = 'x'", "DELETE FROM journal"):
        with pytest.raises(StorageError, match="append-only"):
            await journal.run(partial(lambda sql, connection: connection.exec_driver_sql(sql), change))


async def test_commits_are_flushed_to_disk_before_and_after_a_job(journal):
    def synchronous():
        return journal._file._driver.execute("PRAGMA synchronous").fetchone()[0]

    before = synchronous()
    await journal.run(lambda connection: None)

    assert (before, synchronous()) == (2, 2)


async def test_a_closed_journal_takes_no_job(journal):
    journal.close()

    with pytest.raises(StorageError, match="closed"):
        await journal.run(lambda connection: None)


async def test_many_queued_rows_need_fewer_commits_than_rows(path, row):
    journal = open_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None)
    may_go_on = threading.Event()
    job = asyncio.ensure_future(journal.run(lambda connection: may_go_on.wait(5)))
    await asyncio.sleep(0)
    commits = []
    write = journal._file.commit
    journal._file.commit = lambda rows: (commits.append(len(rows)), write(rows))
    for number in range(1, 101):
        journal.append([row(number)])
    may_go_on.set()

    await journal.durable(100)

    await job
    journal.close()
    assert sum(commits) == 100
    assert len(commits) <= 2


async def test_a_caller_that_gives_up_does_not_stop_the_writer(path, row):
    journal = open_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None)
    may_go_on = threading.Event()
    first = asyncio.ensure_future(journal.run(lambda connection: may_go_on.wait(5)))
    await asyncio.sleep(0)
    journal.append([row(1)])
    abandoned = [
        asyncio.ensure_future(journal.durable(1)),
        asyncio.ensure_future(journal.run(lambda connection: None)),
    ]
    await asyncio.sleep(0)
    for waiting in abandoned:
        waiting.cancel()
    may_go_on.set()

    await first
    journal.append([row(2)])
    await journal.durable(2)

    journal.close()
    assert kept_sequences(path) == [1, 2]


@pytest.fixture
def falling(path):
    """A journal with a fallback whose file refuses every row from a moment on."""
    emergency = EmergencyJournal(path.with_suffix(".emergency"), bytes_max=20_000)
    told, failures = [], []
    journal = open_journal(
        path, clock_ms=lambda: 0, on_failure=failures.append, fallback=Fallback(emergency, told.append)
    )

    def refuse() -> None:
        journal._file._driver.execute("PRAGMA max_page_count=1")

    yield Falling(journal, emergency, refuse, told, failures)
    journal.close()
    emergency.close()


class Falling(NamedTuple):
    journal: ThreadedJournal
    emergency: EmergencyJournal
    refuse: Callable[[], None]
    told: list[StorageError]
    failures: list[StorageError]


def large(row, number):
    return row(number, text="x" * 5_000)


async def test_rows_go_on_elsewhere_when_the_file_refuses_them(falling, row, path):
    """Fault 90, V1."""
    falling.journal.append([row(1)])
    await falling.journal.durable(1)
    head = falling.journal._file.head
    falling.refuse()

    falling.journal.append([large(row, 2)])
    await falling.journal.durable(2)
    falling.journal.append([row(3)])
    await falling.journal.durable(3)

    assert runs_of(falling.emergency.rows()) == (EmergencyRun(head, (large(row, 2), row(3))),)
    assert kept_sequences(path) == [1]
    assert falling.journal.has_fallen_back
    assert [str(error) for error in falling.told] == [f"{path}: database or disk is full; {MAKE_ROOM}"]
    assert falling.failures == []


MAKE_ROOM = "free some disk space, then restart"


async def test_nothing_else_is_written_to_a_file_that_refused_rows(falling, row):
    falling.refuse()
    falling.journal.append([large(row, 1)])
    await falling.journal.durable(1)

    with pytest.raises(StorageError, match="takes no rows any more"):
        await falling.journal.run(lambda connection: None)


async def test_rows_that_nobody_takes_have_failed(falling, row):
    falling.refuse()
    falling.emergency.append_durably([row(0, text="x" * 19_000)])

    falling.journal.append([large(row, 1)])
    with pytest.raises(StorageError, match=r"disk is full.*emergency journal .* is full"):
        await falling.journal.durable(1)

    assert len(falling.failures) == 1
    assert falling.told == []


def test_a_journal_outlives_the_loop_that_waited_for_it(path, row):
    journal = open_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None)
    for number in (1, 2):
        journal.append([row(number)])
        asyncio.run(journal.durable(number))
    journal.append([row(3)])

    journal.close()

    assert kept_sequences(path) == [1, 2, 3]


def test_the_write_ahead_log_stays_small_under_load(path, row):
    journal = open_inline_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None)
    wal = path.with_name(f"{path.name}-wal")
    largest = 0
    for first in range(1, 20_001, 1_000):
        journal.append([row(number, text="x" * 500) for number in range(first, first + 1_000)])
        largest = max(largest, wal.stat().st_size)
    journal.close()

    assert 4_000_000 < largest < 8_000_000
