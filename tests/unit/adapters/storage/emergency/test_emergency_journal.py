import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal, kept_rows
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "emergency.journal"


@pytest.fixture
def opened(path):
    journals = []

    def open_again(bytes_max=10_000):
        journals.append(EmergencyJournal(path, bytes_max=bytes_max))
        return journals[-1]

    yield open_again
    for journal in journals:
        journal.close()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.builds(JournalRow, st.integers(0), st.integers(0), texts, texts), max_size=6))
def test_rows_read_back_after_a_restart(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("e") / "emergency.journal"
    first = EmergencyJournal(path)
    for row in rows:
        first.append_durably([row])
    first.close()

    second = EmergencyJournal(path)

    assert second.rows() == tuple(rows)
    second.close()


def test_rows_after_a_restart_follow_those_before(opened, row):
    opened().append_durably([row(1), row(2)])

    opened().append_durably([row(3)])

    assert [kept.sequence for kept in opened().rows()] == [1, 2, 3]


def test_writing_takes_no_more_space(opened, path, row):
    journal = opened()
    before = path.stat().st_size

    journal.append_durably([row(1)])

    assert before == path.stat().st_size == 10_000


def test_a_torn_commit_is_left_out(opened, path, row):
    journal = opened()
    journal.append_durably([row(1)])
    journal.append_durably([row(2), row(3)])
    tear(path, b"[3,")

    assert [kept.sequence for kept in opened().rows()] == [1]


def tear(path, part):
    content = path.read_bytes()
    assert part in content
    path.write_bytes(content.replace(part, b"[7,"))


def test_nothing_of_a_torn_commit_comes_back_behind_a_later_one(opened, path, row):
    journal = opened()
    journal.append_durably([row(1)])
    journal.append_durably([row(2)])
    tear(path, b"[1,")

    opened().append_durably([row(9)])

    assert [kept.sequence for kept in opened().rows()] == [9]


def test_rows_can_be_looked_at_without_touching_the_file(opened, path, row):
    assert kept_rows(path) == ()
    assert not path.exists()
    opened().append_durably([row(1), row(2)])

    assert kept_rows(path) == (row(1), row(2))


def test_a_file_that_cannot_be_read_is_not_an_empty_one(path):
    path.mkdir()

    with pytest.raises(StorageError, match="cannot be read"):
        kept_rows(path)


def test_a_full_file_refuses_and_keeps_what_it_has(opened, row):
    journal = opened(bytes_max=100)
    journal.append_durably([row(1)])

    with pytest.raises(StorageError, match="is full"):
        journal.append_durably([row(2, text="x" * 100)])

    assert journal.rows() == (row(1),)


def test_a_cleared_file_starts_anew(opened, row):
    journal = opened()
    journal.append_durably([row(1), row(2)])

    journal.clear()
    journal.append_durably([row(3)])

    assert journal.rows() == (row(3),)


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="cannot be made"):
        EmergencyJournal(tmp_path / "file" / "emergency.journal")
