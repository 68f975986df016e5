import errno
import os
import signal
import subprocess
import sys
import time

import pytest

from trading_bot.adapters.instance_lock import Owner, acquire_instance_lock, read_owner
from trading_bot.adapters.process_identity import birth_of
from trading_bot.domain.errors import AlreadyRunningError, StorageError

STARTED_MS = 1_795_060_800_000
HOLDER = """
import sys
from pathlib import Path
from trading_bot.adapters.instance_lock import acquire_instance_lock
acquire_instance_lock(Path(sys.argv[1]), started_at_ms=int(sys.argv[2]))
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "live-AB1234.lock"


@pytest.fixture
def holder(path):
    command = [sys.executable, "-c", HOLDER, str(path), str(STARTED_MS)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


def test_a_second_process_is_told_who_runs_and_since_when(path, holder):
    with pytest.raises(
        AlreadyRunningError, match=rf"process {holder.pid} since 2026-11-19 09:30:00 IST"
    ) as raised:
        acquire_instance_lock(path, started_at_ms=0)

    assert raised.value.exit_code == 5


def test_ten_more_processes_would_all_be_refused_within_a_second(path, holder):
    """Fault 93, V13."""
    for _ in range(10):
        began_s = time.monotonic()
        with pytest.raises(AlreadyRunningError) as raised:
            acquire_instance_lock(path, started_at_ms=0)
        assert (raised.value.exit_code, time.monotonic() - began_s < 1.0) == (5, True)


def test_the_owner_can_be_asked_for(path, holder):
    assert read_owner(path) == Owner(holder.pid, STARTED_MS, birth_of(holder.pid))


def test_a_killed_owner_leaves_the_lock_free(path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    assert read_owner(path) is None
    with acquire_instance_lock(path, started_at_ms=0) as lock:
        assert lock.path == path


def test_a_released_lock_has_no_owner(path):
    lock = acquire_instance_lock(path, started_at_ms=STARTED_MS)
    before = read_owner(path)
    lock.release()
    lock.release()

    assert (before, read_owner(path)) == (Owner(os.getpid(), STARTED_MS, birth_of(os.getpid())), None)


def test_a_lock_that_never_was_has_no_owner(path):
    assert read_owner(path) is None


def test_the_same_process_cannot_own_it_twice(path):
    with acquire_instance_lock(path, started_at_ms=0), pytest.raises(AlreadyRunningError):
        acquire_instance_lock(path, started_at_ms=0)


def test_an_owner_that_has_not_signed_yet_is_still_an_owner(path):
    with acquire_instance_lock(path, started_at_ms=0):
        path.write_text("")
        assert read_owner(path) == Owner(None, None)
        with pytest.raises(AlreadyRunningError, match="locked by another process"):
            acquire_instance_lock(path, started_at_ms=0)


def test_a_deleted_lock_file_does_not_let_the_holder_of_a_new_one_be_mistaken(path):
    with acquire_instance_lock(path, started_at_ms=1):
        path.unlink()
        with acquire_instance_lock(path, started_at_ms=2):
            assert read_owner(path) == Owner(os.getpid(), 2, birth_of(os.getpid()))


def test_the_lock_file_is_for_its_owners_eyes_only(path):
    with acquire_instance_lock(path, started_at_ms=0):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_made_is_reported(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="lock file"):
        acquire_instance_lock(tmp_path / "file" / "x.lock", started_at_ms=0)


def test_a_disk_without_room_for_the_signature_is_told_and_lets_the_next_one_in(path, monkeypatch):
    """Fault 90."""

    def full(*_what):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        with pytest.raises(
            StorageError, match="cannot be written: No space left on device; free some disk space"
        ):
            acquire_instance_lock(path, started_at_ms=STARTED_MS)

    with acquire_instance_lock(path, started_at_ms=STARTED_MS):
        assert read_owner(path).pid == os.getpid()
