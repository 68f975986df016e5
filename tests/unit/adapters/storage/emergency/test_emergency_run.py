import pytest

from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal
from trading_bot.adapters.storage.emergency.emergency_run import EmergencyRun, RunJournal, runs_of
from trading_bot.adapters.storage.journal.hash_chain import ChainHead
from trading_bot.domain.errors import StorageError

HEAD = ChainHead(7, "a" * 64)


@pytest.fixture
def file(tmp_path):
    journal = EmergencyJournal(tmp_path / "live.emergency", bytes_max=2_000)
    yield journal
    journal.close()


async def test_each_process_leaves_a_run_that_says_what_it_follows(file, row):
    first, second = RunJournal(file, HEAD), RunJournal(file, None)

    first.append([row(8)])
    first.append([row(9), row(10)])
    second.append([row(1)])
    await first.durable(10)

    assert runs_of(file.rows()) == (
        EmergencyRun(HEAD, (row(8), row(9), row(10))),
        EmergencyRun(None, (row(1),)),
    )


def test_rows_that_no_run_began_are_read_as_a_run_that_follows_nothing(file, row):
    """V19: they stand in files of an older form, and nothing of them may be lost."""
    file.append_durably([row(4), row(5)])
    RunJournal(file, HEAD).append([row(8)])

    assert runs_of(file.rows()) == (EmergencyRun(None, (row(4), row(5))), EmergencyRun(HEAD, (row(8),)))


def test_a_process_that_wrote_nothing_leaves_nothing(file):
    RunJournal(file, HEAD).append([])

    assert file.rows() == ()


def test_a_gap_is_refused(file, row):
    with pytest.raises(StorageError, match="row 9 cannot follow row 7"):
        RunJournal(file, HEAD).append([row(9)])


async def test_whoever_waits_for_a_row_that_the_disk_refused_is_told(file, row):
    """V1: its command is never released."""
    journal = RunJournal(file, None)
    journal.append([row(1)])

    journal.append([row(2, text="x" * 3_000)])
    journal.append([row(3)])

    await journal.durable(1)
    for sequence in (2, 3):
        with pytest.raises(StorageError, match=f"row {sequence} was not written: .* is full"):
            await journal.durable(sequence)
