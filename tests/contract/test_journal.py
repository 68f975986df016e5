"""What every journal promises: in memory, in SQLite inline, and in SQLite behind a writer thread."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from trading_bot.adapters.storage.journal.memory_journal import MemoryJournal
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.journal.sqlite_journal import InlineJournal, ThreadedJournal
from trading_bot.adapters.storage.opening import open_inline_journal, open_journal
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

NOW_MS = 1_795_060_800_000


@dataclass
class Opened:
    journal: MemoryJournal | InlineJournal | ThreadedJournal
    kept: Callable[[], list[JournalRow]]


def open_memory(path: Path) -> Opened:
    journal = MemoryJournal()
    return Opened(journal, lambda: list(journal.rows()))


def open_sqlite(opening: Callable) -> Callable[[Path], Opened]:
    def opened(path: Path) -> Opened:
        journal = opening(path, clock_ms=lambda: NOW_MS, on_failure=lambda error: None)
        return Opened(journal, lambda: stored_rows(path))

    return opened


def stored_rows(path: Path) -> list[JournalRow]:
    with JournalReader(path) as reader:
        return list(reader.rows())


@pytest.fixture(params=["memory", "inline", "threaded"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    openings = {
        "memory": open_memory,
        "inline": open_sqlite(open_inline_journal),
        "threaded": open_sqlite(open_journal),
    }
    opened = openings[request.param](tmp_path / "journal.db")
    yield opened
    opened.journal.close()


def rows(first: int, last: int) -> list[JournalRow]:
    return [
        JournalRow(number, NOW_MS + number, "noted", f'{{"n":{number}}}') for number in range(first, last + 1)
    ]


async def test_a_durable_row_reads_back_as_it_was_appended(opened):
    opened.journal.append(rows(1, 3))

    await opened.journal.durable(3)

    assert opened.kept() == rows(1, 3)


async def test_rows_of_many_appends_keep_their_order(opened):
    for number in range(1, 51):
        opened.journal.append(rows(number, number))

    await opened.journal.durable(50)

    assert opened.kept() == rows(1, 50)


async def test_callers_that_wait_at_once_are_released_in_the_order_of_their_rows(opened):
    released = []

    async def wait(number: int) -> None:
        await opened.journal.durable(number)
        released.append(number)

    opened.journal.append(rows(1, 20))
    await asyncio.gather(*(wait(number) for number in range(1, 21)))

    assert released == list(range(1, 21))


async def test_a_row_that_is_on_disk_needs_no_wait(opened):
    opened.journal.append(rows(1, 1))
    await opened.journal.durable(1)

    await opened.journal.durable(1)

    assert opened.kept() == rows(1, 1)


async def test_row_zero_is_always_durable(opened):
    await opened.journal.durable(0)

    assert opened.journal.last_sequence == 0


async def test_a_row_that_nobody_appended_is_never_durable(opened):
    with pytest.raises(StorageError, match="row 1 was never appended"):
        await opened.journal.durable(1)


async def test_a_gap_is_refused_and_nothing_of_it_is_kept(opened):
    opened.journal.append(rows(1, 1))

    with pytest.raises(StorageError, match="row 4 cannot follow row 2"):
        opened.journal.append([*rows(2, 2), *rows(4, 4)])

    await opened.journal.durable(1)
    assert opened.kept() == rows(1, 1)


def test_last_sequence_counts_what_is_appended(opened):
    opened.journal.append(rows(1, 7))

    assert opened.journal.last_sequence == 7


def test_close_writes_what_is_queued(opened):
    opened.journal.append(rows(1, 5))

    opened.journal.close()

    assert opened.kept() == rows(1, 5)


def test_a_closed_journal_takes_no_rows(opened):
    opened.journal.close()

    with pytest.raises(StorageError, match="closed"):
        opened.journal.append(rows(1, 1))


def test_closing_twice_does_nothing(opened):
    opened.journal.close()

    opened.journal.close()

    assert opened.kept() == []


def test_appending_nothing_changes_nothing(opened):
    opened.journal.append([])

    assert opened.journal.last_sequence == 0
