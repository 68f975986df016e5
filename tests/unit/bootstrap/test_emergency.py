"""Rows of the emergency journal come home once, in order, whatever crashes meanwhile."""

from datetime import timedelta

import pytest

from tests.fakes.emergency_files import PANIC, blind_sale, book_of, come_home, fall_back, write
from tests.fakes.engine_driver import DAY, KEY, EngineDriver
from trading_bot.adapters.storage.emergency.emergency_journal import (
    EmergencyJournal,
    emergency_path,
    kept_rows,
)
from trading_bot.bootstrap import emergency
from trading_bot.bootstrap.earlier import earlier_book, earlier_rows
from trading_bot.bootstrap.emergency import head_of, rows_of
from trading_bot.domain.errors import StorageError
from trading_bot.engine import inputs

NEXT_DAY = DAY + timedelta(days=1)


def split(driver, database, wish=PANIC):
    """The driver's rows so far in the database, those of a wish in the emergency journal."""
    before = list(driver.rows)
    write(database, before)
    driver.ask(wish)
    after = driver.rows[len(before) :]
    fall_back(database, head_of(before), after)
    return before, after


@pytest.fixture
def blind():
    """What panic did without the database: sold the 35 that the broker showed."""
    return blind_sale()


def test_nothing_is_touched_without_an_emergency_journal(database):
    assert come_home(database) == 0
    assert not database.exists()


def test_rows_that_follow_the_database_become_its_next_rows(database, driver):
    before, after = split(driver, database)

    assert come_home(database) == len(after)

    assert rows_of(database) == [*before, *after]
    assert book_of(database).is_panicking
    assert kept_rows(emergency_path(database)) == ()


def test_coming_home_twice_adds_nothing(database, driver, monkeypatch):
    """Fault 87: the process died before the file was cleared."""
    before, after = split(driver, database)
    monkeypatch.setattr(EmergencyJournal, "clear", lambda journal: None)
    come_home(database)
    assert kept_rows(emergency_path(database)) != ()

    for _ in range(5):
        assert come_home(database) == 0

    assert rows_of(database) == [*before, *after]


def test_rows_that_the_failed_commit_left_in_the_database_are_not_doubled(database, driver):
    """Fault 90: a commit that reports an error may be on disk all the same."""
    before, after = split(driver, database)
    write(database, after[:1])

    come_home(database)

    assert rows_of(database) == [*before, *after]


def test_a_crash_before_the_commit_loses_nothing(database, driver, monkeypatch):
    """Fault 87."""
    before, after = split(driver, database)

    def crash(*_arguments):
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(emergency, "rows_coming_home", crash)
        with pytest.raises(RuntimeError):
            come_home(database)

    come_home(database)

    assert rows_of(database) == [*before, *after]


def test_rows_that_cannot_be_written_stay_where_they_are(database, driver, monkeypatch):
    split(driver, database)
    kept = kept_rows(emergency_path(database))
    monkeypatch.setattr(
        "trading_bot.adapters.storage.journal.journal_file.JournalFile.commit",
        lambda file, rows: (_ for _ in ()).throw(StorageError("disk is full")),
    )

    with pytest.raises(StorageError, match="could not be written"):
        come_home(database)

    assert kept_rows(emergency_path(database)) == kept


def test_rows_that_no_longer_fit_a_restored_backup_are_kept_as_a_record(database, driver):
    before, _ = split(driver, database)
    database.unlink()
    write(database, before[:-2])

    come_home(database)

    assert rows_of(database)[: len(before) - 2] == before[:-2]
    assert book_of(database).is_panicking


def test_a_panic_comes_home_to_a_database_that_begins_anew(database, blind):
    """Fault 91."""
    fall_back(database, None, blind.rows)

    come_home(database)

    assert book_of(database).is_panicking


def test_two_runs_come_home_one_after_the_other(database, driver, blind):
    before, after = split(driver, database)
    fall_back(database, None, blind.rows)

    come_home(database)

    assert rows_of(database)[: len(before) + len(after)] == [*before, *after]
    assert book_of(database).position_of(KEY).is_flat


def begin_next_day(driver) -> None:
    """Where nothing is open, this day's first row is a checkpoint."""
    driver.take(inputs.DayOpened(at_ms=0, on=NEXT_DAY, instruments=(driver.instrument,), sessions={}))


def test_rows_that_follow_one_before_the_newest_checkpoint_are_known_to_be_there(database, monkeypatch):
    """Fault 87: the file was not cleared, and could not be read until the next day had begun."""
    driver = EngineDriver()
    before, after = split(driver, database)
    monkeypatch.setattr(EmergencyJournal, "clear", lambda journal: None)
    come_home(database)
    begin_next_day(driver)
    write(database, driver.rows[len(before) + len(after) :])
    assert earlier_rows(database)[0].sequence > len(before) + len(after)

    assert come_home(database) == 0

    assert rows_of(database) == driver.rows


def test_a_day_that_began_in_the_emergency_journal_is_a_checkpoint_once_it_is_home(database):
    driver = EngineDriver()
    driver.ask(PANIC)
    before = list(driver.rows)
    write(database, before)
    begin_next_day(driver)
    fall_back(database, head_of(before), driver.rows[len(before) :])

    come_home(database)

    assert earlier_rows(database) == driver.rows[len(before) :]
    assert earlier_book(database) == book_of(database)
    assert earlier_book(database).is_panicking


def test_what_another_book_left_outlives_a_start_that_reads_from_a_checkpoint(database, blind):
    """Fault 81: latch and tags of a panic of today, taken in before today begins in the book."""
    driver = EngineDriver()
    driver.book.on = DAY - timedelta(days=1)
    before = list(driver.rows)
    write(database, before)
    fall_back(database, None, blind.rows)
    come_home(database)
    driver.rows = rows_of(database)
    driver.core.restore(driver.rows)
    driver.core.state.book.on = DAY - timedelta(days=1)

    driver.take(inputs.DayOpened(at_ms=0, on=DAY, instruments=(driver.instrument,), sessions={}))
    write(database, driver.rows[len(rows_of(database)) :])

    assert len(earlier_rows(database)) == 1
    book = earlier_book(database)
    assert book.is_panicking
    assert book.emergency_tags == set(blind.book.orders)
