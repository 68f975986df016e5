"""Copies that a person keeps, and the way back, over two schemas."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from trading_bot.adapters.storage.keeping.copies import checked_copy, copy_journal, put_back
from trading_bot.adapters.storage.migrate import STEPS
from trading_bot.adapters.storage.opening import open_file, open_inline_journal
from trading_bot.domain.errors import StorageError

NOW_MS = 1_795_060_800_000
LATER = (*STEPS, Path(__file__).parents[4] / "crash" / "next_schema")
"""The steps of a later version of the program."""


def epoch_of(path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()[0])


@pytest.fixture
def restored(path, settings):
    """Put a copy back: `restored(copy)`; what was there lies beside it under the name `aside`."""

    def put(copy, steps=STEPS):
        aside = path.with_name("aside")
        return put_back(copy, path, aside=aside, now_ms=NOW_MS, settings=settings, steps=steps)

    return put


@pytest.fixture
def kept(path, written, settings, tmp_path):
    """A copy of a journal of three rows."""
    written()
    return copy_journal(path, tmp_path / "elsewhere" / path.name, now_ms=NOW_MS, settings=settings).path


def test_a_copy_is_one_whole_file_that_only_its_owner_reads(kept, settings):
    """Fault 116."""
    assert checked_copy(kept, settings).rows == 3
    assert [found.name for found in kept.parent.iterdir()] == [kept.name]
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_copy_is_made_while_somebody_writes(path, settings, written, row, tmp_path):
    written()
    journal = open_inline_journal(
        path, clock_ms=lambda: NOW_MS, on_failure=lambda _error: None, settings=settings
    )
    copied = copy_journal(path, tmp_path / "copy.db", now_ms=NOW_MS, settings=settings)
    journal.append([row(4)])
    journal.close()

    assert copied.rows == 3


def test_a_journal_that_is_not_there_is_not_copied(path, settings, tmp_path):
    with pytest.raises(StorageError):
        copy_journal(path, tmp_path / "copy.db", now_ms=NOW_MS, settings=settings)


@pytest.fixture
def journal(path, written, row):
    """The journal that goes on: `journal(4, 5)` writes rows of these numbers."""

    def write(*numbers):
        written(*map(row, numbers))
        return path

    return write


def test_what_was_written_since_is_kept_aside_and_the_copy_stands_in_its_place(
    kept, journal, restored, settings
):
    path = journal(4, 5)

    assert restored(kept).rows == 3
    assert checked_copy(path, settings).rows == 3
    assert checked_copy(path.with_name("aside"), settings).rows == 5
    assert not path.with_name(f"{path.name}-wal").exists()


def test_a_restored_journal_never_gives_a_tag_twice(kept, path, written, restored, settings):
    """V2: the number of its openings is a part of each tag."""
    for _ in range(3):
        open_file(path, clock_ms=lambda: NOW_MS, settings=settings).close()
    before = epoch_of(path)
    restored(kept)
    file = open_file(path, clock_ms=lambda: NOW_MS, settings=settings)
    file.close()

    assert file.epoch == before + 1


def test_a_copy_is_put_where_there_is_none(kept, path, restored, settings):
    for found in path.parent.glob("journal.db*"):
        found.unlink()
    restored(kept)

    assert checked_copy(path, settings).rows == 3


def test_a_damaged_copy_changes_nothing(kept, path, restored, settings):
    before = path.read_bytes()
    kept.write_bytes(b"SQLite format 3\0" + b"\1" * 4_000)

    with pytest.raises(StorageError):
        restored(kept)
    assert path.read_bytes() == before
    assert not path.with_name("aside").exists()


def test_a_copy_that_somebody_altered_changes_nothing(kept, path, restored):
    """Fault 91, V19: SQLite finds nothing wrong with it, the chain of hashes does."""
    before = path.read_bytes()
    with closing(sqlite3.connect(kept)) as connection, connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("UPDATE journal SET payload = '{}' || ' ' WHERE sequence = 2")

    with pytest.raises(StorageError):
        restored(kept)
    assert path.read_bytes() == before


def test_a_copy_of_a_later_version_is_refused(kept, path, restored, settings):
    """Fault 92, V19."""
    open_file(kept, clock_ms=lambda: NOW_MS, settings=settings, steps=LATER).close()

    with pytest.raises(StorageError, match="has schema 0003"):
        restored(kept)
    assert checked_copy(path, settings).rows == 3


def test_a_file_system_without_links_keeps_it_aside_as_well(kept, path, restored, settings, monkeypatch):
    def refuse(*_paths):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    restored(kept)

    assert checked_copy(path.with_name("aside"), settings).rows == 3


def test_a_copy_replaces_a_damaged_journal_whose_log_is_put_aside_with_it(kept, path, restored, settings):
    """Fault 91: the log of another file would be taken for its own."""
    path.write_bytes(b"no database any more" * 200)
    path.with_name(f"{path.name}-wal").write_bytes(b"of another file")
    restored(kept)

    assert checked_copy(path, settings).rows == 3
    assert path.with_name("aside").read_bytes().startswith(b"no database")
    assert path.with_name("aside-wal").read_bytes() == b"of another file"


def test_a_journal_that_another_program_holds_is_left_alone(kept, path, restored):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another program holds the file"):
            restored(kept)


def test_an_upgrade_and_the_way_back(kept, path, journal, restored, settings):
    """Fault 92, V19: a later version takes the journal over; the earlier goes on with its copy."""
    open_file(path, clock_ms=lambda: NOW_MS, settings=settings, steps=LATER).close()
    assert checked_copy(path, settings, LATER).schema == "0003"
    with pytest.raises(StorageError, match="has schema 0003"):
        open_file(path, clock_ms=lambda: NOW_MS, settings=settings)

    restored(kept)
    journal(4)

    assert checked_copy(path, settings).schema == "0002"
    assert checked_copy(path, settings).rows == 4
    assert checked_copy(path.with_name("aside"), settings, LATER).schema == "0003"


def test_the_copy_that_a_migration_leaves_can_be_put_back(path, written, restored, settings):
    written()
    open_file(path, clock_ms=lambda: NOW_MS, settings=settings, steps=LATER).close()

    assert restored(path.with_name(f"{path.name}.before-schema-0003")).schema == "0002"
