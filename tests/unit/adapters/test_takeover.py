"""Fault 93 and panic: a lock is taken from the process that holds it, and from no other."""

import errno
import json
import os
import signal
import subprocess
import sys

import pytest

from trading_bot.adapters import takeover
from trading_bot.adapters.instance_lock import acquire_instance_lock, read_owner
from trading_bot.adapters.process_identity import birth_of, kill_if_born
from trading_bot.adapters.takeover import take_over
from trading_bot.domain.errors import AlreadyRunningError

HOLDER = """
import sys
from pathlib import Path
from trading_bot.adapters.instance_lock import acquire_instance_lock
acquire_instance_lock(Path(sys.argv[1]), started_at_ms=0)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "paper.lock"


@pytest.fixture
def holder(path):
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(takeover, "_SIGNING_S", 0.05)


def resign(path, **changes):
    record = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(record))


def test_a_stopped_holder_is_killed_and_its_lock_taken(path, holder):
    holder.send_signal(signal.SIGSTOP)
    said = []

    with take_over(path, started_at_ms=0, write=said.append):
        assert read_owner(path).pid == os.getpid()

    assert holder.wait() == -signal.SIGKILL
    assert said == [f"process {holder.pid} holds {path} and does not answer: it is killed"]


def test_a_free_lock_is_taken_without_a_word(path):
    said = []

    take_over(path, started_at_ms=0, write=said.append).release()

    assert said == []


def test_a_process_that_only_has_the_pid_is_never_killed(path, holder, impatient):
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as bystander:
        resign(path, pid=bystander.pid)

        with pytest.raises(AlreadyRunningError, match="that is another process by now"):
            take_over(path, started_at_ms=0, write=print)

        assert bystander.poll() is None
        bystander.kill()
    assert holder.poll() is None


@pytest.mark.parametrize("change", [{"birth": None}, {"pid": 2**22 + 1}])
def test_a_holder_that_cannot_be_verified_is_left_alone(path, holder, impatient, change):
    resign(path, **change)

    with pytest.raises(AlreadyRunningError, match="cannot be verified here"):
        take_over(path, started_at_ms=0, write=print)

    assert holder.poll() is None


def test_a_holder_that_did_not_sign_is_left_alone(path, holder, impatient):
    path.write_text("")

    with pytest.raises(AlreadyRunningError, match="did not sign"):
        take_over(path, started_at_ms=0, write=print)

    assert holder.poll() is None


def test_this_process_does_not_kill_itself(path, impatient):
    with acquire_instance_lock(path, started_at_ms=0), pytest.raises(AlreadyRunningError):
        take_over(path, started_at_ms=0, write=print)


def test_a_birth_tells_a_process_from_every_other(holder):
    assert birth_of(holder.pid) == birth_of(holder.pid)
    assert birth_of(holder.pid) != birth_of(os.getpid())
    assert birth_of(2**22 + 1) is None


def test_a_process_that_is_gone_cannot_be_killed(holder):
    birth = birth_of(holder.pid)
    holder.kill()
    holder.wait()

    assert not kill_if_born(holder.pid, birth)


def test_a_system_that_refuses_handles_of_processes_is_asked_by_pid(monkeypatch, holder):
    """Older kernels know no such call, and containers may forbid it: that says nothing about the process."""

    def refused(_pid):
        raise PermissionError("no such call for you")

    monkeypatch.setattr(os, "pidfd_open", refused, raising=False)

    assert kill_if_born(holder.pid, birth_of(holder.pid))
    assert holder.wait() == -signal.SIGKILL


def test_a_disk_without_room_for_the_signature_keeps_nobody_from_taking_over(path, monkeypatch):
    """Fault 90: the lock itself needs no room, and a stale name must not stay in the file."""
    path.write_text(json.dumps({"pid": 1, "started_at_ms": 0, "birth": "another"}))

    def full(*_what):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with take_over(path, started_at_ms=0, write=print):
        assert read_owner(path) == (None, None, None)
