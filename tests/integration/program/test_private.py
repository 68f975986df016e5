"""The program as a process: nothing secret in its arguments or words, nothing of its files for others.

Faults 115, 116 and 124, V18.
"""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
CANARIES = {
    "UPSTOX_API_KEY": "canary-key-3b71",
    "UPSTOX_API_SECRET": "canary-secret-99ae",
    "UPSTOX_ACCESS_TOKEN": "canary-token-c04d",
}
ARGUMENTS = ("--mode", "replay", "--symbols", "RELIANCE", "--speed", "0")
PATIENCE_S = 60

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/cmdline").exists(), reason="arguments are read from /proc"
)


KEEPING_CORE_DUMPS = 'ulimit -S -c "$(ulimit -H -c)"; exec "$@"'
"""As on a machine that writes them, where it lets us."""


@pytest.fixture
def replaying(tmp_path):
    """A replay with its simulator, started by a user whose umask hides nothing."""
    said = (tmp_path / "said").open("wb")
    process = subprocess.Popen(
        ["/bin/sh", "-c", KEEPING_CORE_DUMPS, "sh", sys.executable, str(PROJECT / "main.py"), *ARGUMENTS],
        cwd=tmp_path,
        env=os.environ | CANARIES | {"XDG_STATE_HOME": str(tmp_path / "state")},
        stdout=said,
        stderr=said,
        umask=0,
    )
    yield process
    if process.poll() is None:
        process.kill()
        process.wait()
    said.close()


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def arguments_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def core_limit_of(pid: int) -> str:
    """The soft limit of what a crash may write of the memory."""
    lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
    return next(line for line in lines if line.startswith("Max core file size")).split()[4]


def until(found):
    """Look until something is there."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        if result := found():
            return result
        time.sleep(0.02)
    pytest.fail("it did not happen")


def test_a_process_shows_no_secret_and_its_files_are_its_owners(replaying, tmp_path):
    until(lambda: list((tmp_path / "data").glob("*.sock")))
    family = [replaying.pid, *children_of(replaying.pid)]
    arguments = b" ".join(map(arguments_of, family))
    core_limits = {pid: core_limit_of(pid) for pid in family}
    sockets = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").glob("*.sock")}
    replaying.send_signal(signal.SIGTERM)
    replaying.wait(PATIENCE_S)

    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "said"]
    everything = arguments + b" ".join(path.read_bytes() for path in [*files, tmp_path / "said"])
    assert len(family) == 2
    assert b"simulator" in arguments
    assert [name for name, canary in CANARIES.items() if canary.encode() in everything] == []
    assert set(sockets.values()) == {0o600}
    assert set(core_limits.values()) == {"0"}
    private = {path for path in files if "reports" not in path.parts}
    assert {path.suffix for path in private} >= {".db", ".log", ".lock"}
    assert {str(path): oct(mode) for path in private if (mode := path.stat().st_mode & 0o077)} == {}
