import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trading_bot.adapters.storage import input_log
from trading_bot.adapters.storage.input_log import FileInputLog, input_logs, read_input_log
from trading_bot.domain.errors import StorageError
from trading_bot.domain.ist import MS_PER_DAY

NOW_MS = 1_795_060_800_000
texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]))


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "inputs"


def record(folder, *records, now_ms=NOW_MS):
    log = FileInputLog(folder, clock_ms=lambda: now_ms)
    for kind, payload in records:
        log.record(kind, payload)
    log.close()
    return log


@settings(max_examples=25, deadline=None)
@given(records=st.lists(st.tuples(texts, texts | st.binary()), max_size=20))
def test_records_read_back_as_they_came(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("inputs")

    record(folder, *records)

    assert list(read_input_log(folder)) == records


def test_each_process_and_day_begins_a_file_of_its_own(folder):
    record(folder, ("tick", "1"))
    record(folder, ("tick", "2"))
    record(folder, ("tick", "3"), now_ms=NOW_MS + MS_PER_DAY)

    names = [path.name for _, path in input_logs(folder)]
    assert names == ["2026-11-19.001.inputs", "2026-11-19.002.inputs", "2026-11-20.001.inputs"]
    assert [payload for _, payload in read_input_log(folder)] == ["1", "2", "3"]


def test_a_full_file_is_followed_by_the_next(folder, monkeypatch):
    monkeypatch.setattr(input_log, "_RECORDS_PER_CHUNK", 10)
    log = FileInputLog(folder, clock_ms=lambda: NOW_MS, file_mb_max=0)
    for number in range(35):
        log.record("tick", str(number))
    log.close()

    assert len(input_logs(folder)) == 4
    assert [payload for _, payload in read_input_log(folder)] == [str(number) for number in range(35)]


def test_the_chunk_that_a_crash_cut_off_is_left_out(folder, monkeypatch):
    monkeypatch.setattr(input_log, "_RECORDS_PER_CHUNK", 1)
    record(folder, ("tick", "1"), ("tick", "2"))
    ((_, path),) = input_logs(folder)
    path.write_bytes(path.read_bytes()[:-1])

    assert [payload for _, payload in read_input_log(path)] == ["1"]


def test_a_damaged_chunk_is_an_error(folder):
    record(folder, ("tick", "1"))
    ((_, path),) = input_logs(folder)
    content = bytearray(path.read_bytes())
    content[-1] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(StorageError, match="is damaged"):
        list(read_input_log(path))


def test_a_file_of_another_kind_is_refused(tmp_path):
    (tmp_path / "other").write_text("hello")

    with pytest.raises(StorageError, match="is not an input log"):
        list(read_input_log(tmp_path / "other"))


def test_nothing_recorded_leaves_no_file(folder):
    record(folder)

    assert not folder.exists()


def test_files_are_for_their_owners_eyes_only(folder):
    record(folder, ("tick", "1"))

    ((_, path),) = input_logs(folder)
    assert path.stat().st_mode & 0o777 == 0o600


def test_recording_stops_where_the_disk_refuses(tmp_path):
    (tmp_path / "file").write_text("")

    log = record(tmp_path / "file" / "inputs", ("tick", "1"))

    assert "Not a directory" in log.failure


def test_recording_stops_rather_than_leave_a_hole(folder, monkeypatch):
    monkeypatch.setattr(input_log, "_WAITING_MAX", 2)
    may_write = threading.Event()
    log = FileInputLog(folder, clock_ms=lambda: (may_write.wait(5), NOW_MS)[1])
    for number in range(10):
        log.record("tick", str(number))

    may_write.set()
    log.close()

    assert log.failure == "more than 2 inputs wait for the disk"
