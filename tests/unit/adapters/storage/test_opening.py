import errno
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.migrate import newest_schema
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.errors import StorageError

NOW_MS = 1_795_060_800_000
HOUR_MS = 3_600_000


@pytest.fixture
def opened(path):
    def open_and_close(now_ms=NOW_MS, settings=None):
        journal = open_inline_journal(
            path, clock_ms=lambda: now_ms, on_failure=lambda error: None, settings=settings
        )
        journal.close()
        return journal

    return open_and_close


def change(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(sql)
    connection.close()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_journal_is_for_its_owners_eyes_only(path, opened):
    opened()

    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)


def test_a_journal_that_others_could_read_is_closed_to_them(path, opened):
    opened()
    path.chmod(0o644)

    opened()

    assert mode_of(path) == 0o600


def test_each_opening_is_a_new_epoch(opened):
    assert [opened().epoch for _ in range(3)] == [1, 2, 3]


def test_a_journal_goes_on_after_its_last_row(opened, written):
    written()

    assert opened().last_sequence == 3


def test_rows_that_were_written_before_are_durable(path, row, written):
    written()
    written(row(4))

    with JournalReader(path) as reader:
        assert reader.verify().sequence == 4


def test_the_file_says_its_schema_epoch_and_birth(path, opened):
    opened()

    with JournalReader(path) as reader:
        assert reader.meta() == {"schema": newest_schema(), "epoch": "1", "created_ms": str(NOW_MS)}


def test_a_start_backs_the_file_up(path, opened, written):
    written()

    opened()

    backup = path.with_name("journal.db.backup")
    assert mode_of(backup) == 0o600
    with JournalReader(backup) as reader:
        assert reader.last_sequence() == 3


def test_backups_rotate_and_the_oldest_goes(path, opened, written):
    settings = StorageSettings(backups_kept=2)
    written()
    for days in range(1, 5):
        opened(now_ms=NOW_MS + days * 24 * HOUR_MS, settings=settings)

    names = sorted(file.name for file in path.parent.glob("*.backup*"))

    assert names == ["journal.db.backup", "journal.db.backup.1"]
    assert epoch_of(path.with_name("journal.db.backup")) == 4
    assert epoch_of(path.with_name("journal.db.backup.1")) == 3


def test_a_crash_loop_does_not_rotate_good_backups_away(path, opened, written):
    written()
    for minute in range(10):
        opened(now_ms=NOW_MS + minute * 60_000)

    assert [file.name for file in path.parent.glob("*.backup*")] == ["journal.db.backup"]
    assert epoch_of(path.with_name("journal.db.backup")) == 1


def epoch_of(path: Path) -> int:
    with JournalReader(path) as reader:
        return int(reader.meta()["epoch"])


def test_a_backup_that_cannot_be_made_does_not_keep_the_bot_from_starting(path, opened, written):
    written()
    path.with_name("journal.db.backup.new.partial").mkdir()

    assert opened().last_sequence == 3
    assert not path.with_name("journal.db.backup").exists()


def test_damaged_pages_are_found_and_nothing_is_overwritten(path, opened, row, written):
    """Fault 91."""
    written(*(row(number, text="x" * 500) for number in range(1, 200)))
    content = bytearray(path.read_bytes())
    content[8_192:40_960] = b"\xa5" * 32_768
    path.write_bytes(content)

    with pytest.raises(StorageError, match=f"{path} is damaged.*There is no backup") as raised:
        opened()

    (copy,) = path.parent.glob("*.corrupt-*Z")
    assert str(copy) in str(raised.value)
    assert path.read_bytes() == copy.read_bytes() == bytes(content)


def test_a_file_that_is_no_database_is_reported_with_its_backup(path, opened, written):
    written()
    opened()
    path.write_bytes(b"not a database at all" * 300)

    with pytest.raises(
        StorageError, match=r"not a database.*newest backup is .*journal\.db\.backup of 2026-11-19"
    ):
        opened()


def test_the_advice_for_a_damaged_file_works(path, opened, written):
    written()
    opened()
    path.write_bytes(b"not a database at all" * 300)
    with pytest.raises(StorageError):
        opened()

    path.write_bytes(path.with_name("journal.db.backup").read_bytes())

    assert opened().last_sequence == 3


def test_a_damaged_file_is_reported_though_no_copy_can_be_made(path, opened, written, monkeypatch):
    written()
    path.write_bytes(b"not a database at all" * 300)

    def refuse(source, target):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", refuse)

    with pytest.raises(StorageError, match=r"a copy could not be made \(No space left on device\)"):
        opened()


def test_repeated_starts_keep_one_copy_of_the_damaged_file(path, opened, written):
    written()
    path.write_bytes(b"not a database at all" * 300)
    for _ in range(3):
        with pytest.raises(StorageError):
            opened()

    assert len(list(path.parent.glob("*.corrupt-*"))) == 1


def test_a_changed_row_breaks_the_chain(path, opened, written):
    written()
    change(path, "DROP TRIGGER journal_refuses_update; UPDATE journal SET payload = '{}1' WHERE sequence = 2")

    with pytest.raises(StorageError, match="row 2 does not match its hash: it was changed"):
        opened()


def test_a_missing_row_breaks_the_chain(path, opened, written):
    written()
    change(path, "DROP TRIGGER journal_refuses_delete; DELETE FROM journal WHERE sequence = 2")

    with pytest.raises(StorageError, match="row 3 follows row 1: rows are missing"):
        opened()


def test_rows_before_those_are_verified_only_while_they_are_among_the_newest(path, row, opened, written):
    written(row(1), row(2, "day_started", carried={"epoch": 1}), row(3))
    change(path, "DROP TRIGGER journal_refuses_update; UPDATE journal SET payload = '{}1' WHERE sequence = 1")

    assert opened(settings=StorageSettings(verified_rows_max=2)).last_sequence == 3


def test_rows_that_the_book_is_rebuilt_from_are_verified_however_many_they_are(path, row, opened, written):
    written(row(1), row(2, "day_started", carried={"epoch": 1}), row(3), row(4))
    change(
        path, "DROP TRIGGER journal_refuses_update; UPDATE journal SET at_ms = at_ms + 1 WHERE sequence = 2"
    )

    with pytest.raises(StorageError, match="row 2 does not match its hash"):
        opened(settings=StorageSettings(verified_rows_max=1))


def test_a_large_file_gets_the_quick_check(opened, written):
    written()

    assert opened(settings=StorageSettings(quick_check_above_mb=0)).last_sequence == 3


def test_a_newer_schema_is_refused_and_says_what_to_do(path, opened):
    """Fault 92."""
    opened()
    change(path, "UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(
        StorageError, match=r"has schema 0099, this program knows schemas up to 0002: install"
    ):
        opened()


def test_an_emptied_file_is_not_a_new_journal(path, opened, written):
    written()
    opened()
    path.write_bytes(b"")

    with pytest.raises(StorageError, match="is empty, but there is a backup"):
        opened()


def test_a_locked_file_is_refused_after_a_bounded_wait(path, opened, settings):
    """Fault 89."""
    opened()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageError, match="locked; another program"):
            opened(settings=settings)
    finally:
        other.close()


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match=r"file/journal\.db"):
        open_inline_journal(
            tmp_path / "file" / "journal.db", clock_ms=lambda: 0, on_failure=lambda error: None
        )


def test_a_folder_in_place_of_the_file_is_reported(path):
    path.mkdir(parents=True)

    with pytest.raises(StorageError, match="IsADirectoryError"):
        open_inline_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None)


def cut_off_first_transaction(path):
    """What a loss of power leaves in the first moments of a new file: pages of it, and how to undo them."""
    other = path.with_name("other.db")
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(other, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size=1")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE begun (content)")
        for _ in range(20):
            connection.execute("INSERT INTO begun VALUES (randomblob(4000))")
        for suffix in ("", "-journal"):
            shutil.copyfile(f"{other}{suffix}", f"{path}{suffix}")
        connection.execute("ROLLBACK")


def test_a_file_whose_making_was_cut_off_is_made_anew(path, opened):
    """Faults 87 and 88."""
    cut_off_first_transaction(path)

    assert opened().epoch == 1


def test_a_cut_off_file_beside_a_backup_is_not_a_new_journal(path, opened, written):
    written()
    opened()
    cut_off_first_transaction(path)

    with pytest.raises(StorageError, match="is empty, but there is a backup"):
        opened()


def test_a_damaged_file_with_such_a_journal_is_told_as_damaged(path, opened):
    cut_off_first_transaction(path)
    path.write_bytes(b"no database" * 1_000)
    path.with_name(f"{path.name}-journal").write_bytes(b"no journal")

    with pytest.raises(StorageError, match="is damaged"):
        opened()
