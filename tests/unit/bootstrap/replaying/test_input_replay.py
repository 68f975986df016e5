"""A recorded run is replayed; what was changed, lost or mixed up afterwards is found."""

import pytest

from tests.fakes.virtual_days import generated, traded
from trading_bot.adapters.storage.input_log import FileInputLog, InputRecord, read_input_log
from trading_bot.bootstrap.replaying.input_replay import InputReplay
from trading_bot.domain.errors import StorageError
from trading_bot.settings.tree import Settings


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """A database and the inputs that led to it."""
    folder = tmp_path_factory.mktemp("recording")
    inputs = FileInputLog(folder / "inputs", clock_ms=lambda: 0)
    traded(generated(symbols=("TATASTEEL",)), database=folder / "day.db", input_log=inputs)
    inputs.close()
    return folder


def rewritten(recording, folder, change):
    """The same log with its records changed."""
    log = FileInputLog(folder, clock_ms=lambda: 0)
    for record in change(list(read_input_log(recording / "inputs"))):
        log.record(*record)
    log.close()
    return folder


def compared(recording, inputs=None):
    replay = InputReplay.under(Settings())
    return list(replay.compare(recording / "day.db", inputs or recording / "inputs"))


def test_the_inputs_of_a_day_give_its_journal(recording):
    (process,) = compared(recording)

    assert process.is_complete
    assert process.first_sequence == 1
    assert process.rows > 20


def test_a_changed_input_shows_where_the_journals_part(recording, tmp_path):
    def claimed_by_another(records):
        return [InputRecord(kind, payload.replace('"virtual"', '"other"')) for kind, payload in records]

    (process,) = compared(recording, rewritten(recording, tmp_path, claimed_by_another))

    assert not process.is_equal
    assert process.recorded.kind == process.replayed.kind == "ownership_taken"


def test_inputs_that_a_kill_lost_are_counted_and_not_taken_for_a_difference(recording, tmp_path):
    (process,) = compared(recording, rewritten(recording, tmp_path, lambda records: records[:-1]))

    assert process.is_equal
    assert not process.is_complete
    assert (process.lost_rows, process.lost_close) == (1, True)


def test_a_log_with_a_process_too_many_is_refused(recording, tmp_path):
    with pytest.raises(StorageError, match="process 2"):
        compared(recording, rewritten(recording, tmp_path, lambda records: [*records, records[0]]))


def test_a_log_that_does_not_begin_with_a_day_is_refused(recording, tmp_path):
    with pytest.raises(StorageError, match="begins with the opening"):
        compared(recording, rewritten(recording, tmp_path, lambda records: records[1:]))


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        ("tag_searched", '{"at_ms":0,"tag":"tb1","orders":[]}', "asked_at_ms: "),
        ("order_pushed", '{"at_ms":0', "value: Invalid JSON"),
        ("omen", "{}", "unknown: 'omen'"),
    ],
)
def test_an_input_of_another_version_is_refused_and_not_guessed(recording, tmp_path, kind, payload, reason):
    """V19, V21: a search that does not say when it was asked would make every row older than it is."""

    def of_another_version(records):
        return [*records[:1], InputRecord(kind, payload), *records[1:]]

    with pytest.raises(StorageError, match=f"a {kind} as this version does not write it.*{reason}"):
        compared(recording, rewritten(recording, tmp_path, of_another_version))
