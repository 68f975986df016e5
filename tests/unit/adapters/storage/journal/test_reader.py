import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest

from trading_bot.adapters.storage.journal.hash_chain import BrokenChainError
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.migrate import NewerSchemaError
from trading_bot.adapters.storage.opening import open_inline_journal, open_journal
from trading_bot.domain.errors import StorageError
from trading_bot.domain.ist import MS_PER_DAY

NOW_MS = 1_795_060_800_000
TODAY = date(2026, 11, 19)


def test_rows_start_where_asked(path, row, written):
    written()

    with JournalReader(path) as reader:
        assert list(reader.rows(2)) == [row(2), row(3)]


def test_rows_of_one_day_leave_out_the_others(path, row, written):
    rows = [row(number, at_ms=NOW_MS + number * MS_PER_DAY) for number in range(1, 4)]
    written(*rows)

    with JournalReader(path) as reader:
        assert list(reader.rows(on=date(2026, 11, 21))) == [rows[1]]
        assert list(reader.rows(3, on=date(2026, 11, 21))) == []


def test_a_day_without_rows_is_empty(path, written):
    written()

    with JournalReader(path) as reader:
        assert list(reader.rows(on=date(2026, 1, 1))) == []


def test_days_are_those_with_rows(path, row, written):
    written(row(1), row(2, at_ms=NOW_MS + 1), row(3, at_ms=NOW_MS + MS_PER_DAY))

    with JournalReader(path) as reader:
        assert reader.days() == (TODAY, date(2026, 11, 20))


def test_an_empty_journal_has_no_rows_and_no_days(path):
    open_inline_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None).close()

    with JournalReader(path) as reader:
        assert (reader.last_sequence(), reader.days(), list(reader.rows())) == (0, (), [])


def test_rows_of_one_kind_leave_out_the_others(path, row, written):
    rows = [row(1, "day_started"), row(2), row(3, "day_started")]
    written(*rows)

    with JournalReader(path) as reader:
        assert list(reader.rows(kind="day_started")) == [rows[0], rows[2]]


def test_the_book_needs_the_rows_since_the_newest_day_that_says_what_it_took_over(path, row, written):
    rows = [
        row(1, "day_started", on="2026-11-18", carried={"epoch": 1}),
        row(2),
        row(3, "day_started", on="2026-11-19", carried={"epoch": 2}),
        row(4),
        row(5, "day_started", on="2026-11-20", carried=None),
        row(6),
    ]
    written(*rows)

    with JournalReader(path) as reader:
        assert reader.book_rows() == rows[2:]


def test_without_such_a_day_the_book_needs_all_rows(path, row, written):
    rows = [row(1, "day_started", on="2026-11-19"), row(2), row(3, "noted", carried={"epoch": 2})]
    written(*rows)

    with JournalReader(path) as reader:
        assert reader.book_rows() == rows


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    path = tmp_path / "paper.db"
    path.touch()

    with pytest.raises(StorageError, match=r"paper\.db is empty: nothing was written"):
        JournalReader(path)


def test_rows_in_more_than_one_part_come_whole(path, row, written):
    written(*(row(number) for number in range(1, 12_001)))

    with JournalReader(path) as reader:
        assert [row.sequence for row in reader.rows()] == list(range(1, 12_001))


async def test_a_reader_sees_what_a_live_writer_commits(path, row):
    journal = open_journal(path, clock_ms=lambda: NOW_MS, on_failure=lambda error: None)
    with JournalReader(path) as reader:
        journal.append([row(1)])
        await journal.durable(1)
        first = reader.last_sequence()
        journal.append([row(2)])
        await journal.durable(2)

        assert (first, reader.last_sequence()) == (1, 2)
    journal.close()


async def test_a_reader_in_the_middle_of_rows_does_not_hold_the_writer_up(path, row, settings):
    journal = open_inline_journal(
        path, clock_ms=lambda: NOW_MS, on_failure=lambda error: None, settings=settings
    )
    journal.append([row(number) for number in range(1, 6_001)])
    with JournalReader(path) as reader:
        reading = reader.rows()
        next(reading)
        journal.append([row(6_001)])
        await journal.durable(6_001)

        assert sum(1 for _ in reading) == 6_000
    journal.close()


def test_a_reader_cannot_write(path, written):
    written()

    with JournalReader(path) as reader, pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader._connection.connection.driver_connection.execute("DELETE FROM orders")


def test_a_reader_does_not_create_a_file(path):
    with pytest.raises(StorageError, match="there is no journal"):
        JournalReader(path)

    assert not path.exists()


def test_a_file_of_another_program_is_refused(tmp_path):
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE notes (text)")
    connection.close()

    with pytest.raises(StorageError, match="is not a journal of this program"):
        JournalReader(other)


def test_a_crashed_writers_log_is_read(path, row, tmp_path):
    journal = open_inline_journal(path, clock_ms=lambda: NOW_MS, on_failure=lambda error: None)
    journal.append([row(number) for number in range(1, 1_001)])
    left_behind = tmp_path / "crashed.db"
    for suffix in ("", "-wal"):
        shutil.copy(f"{path}{suffix}", f"{left_behind}{suffix}")
    journal.close()

    with JournalReader(left_behind) as reader:
        assert reader.last_sequence() == 1_000


def test_verify_checks_every_row(path, written):
    written()
    connection = sqlite3.connect(path)
    connection.executescript(
        "DROP TRIGGER journal_refuses_update; UPDATE journal SET at_ms = 1 WHERE sequence = 1"
    )
    connection.close()

    with JournalReader(path) as reader, pytest.raises(BrokenChainError, match="row 1"):
        reader.verify()


def test_a_newer_programs_journal_is_read_by_those_only_that_take_any_schema(path, written):
    """Fault 92."""
    written()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0099'")

    with pytest.raises(NewerSchemaError, match=r"journal\.db has schema 0099, .* up to 0002: install"):
        JournalReader(path)
    with JournalReader(path, any_schema=True) as reader:
        assert reader.last_sequence() == 3


def test_a_table_can_be_read_by_day(path, row, written):
    order = {
        "tag": "t",
        "instrument_key": "K",
        "side": "BUY",
        "product": "I",
        "purpose": "entry",
        "order_type": "LIMIT",
        "quantity": 1,
        "price": 1,
        "trigger_price": 0,
        "validity": "DAY",
    }
    written(row(1, kind="order_intended", **order))

    with JournalReader(path) as reader:
        assert [row["tag"] for row in reader.table("orders", TODAY)] == ["t"]
        assert reader.table("orders", date(2026, 11, 20)) == ()
        assert reader.table("positions", TODAY) == ()
