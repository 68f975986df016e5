import sqlite3
from contextlib import closing

import pytest

from trading_bot.adapters.storage.connection import connect_for_writing, explained


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("wal_autocheckpoint", 0),
        ("busy_timeout", 20),
        ("mmap_size", 0),
    ],
)
def test_the_writing_connection_keeps_its_promises(tmp_path, pragma, expected):
    with closing(
        connect_for_writing(tmp_path / "j.db", busy_timeout_ms=20, wal_bytes_max=1_000)
    ) as connection:
        found = connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()

    assert (found if found is not None else 0) == expected


def test_an_error_without_advice_names_file_and_class(tmp_path):
    error = explained(sqlite3.OperationalError("something new"), tmp_path / "j.db")

    assert str(error) == f"{tmp_path}/j.db: OperationalError: something new"
