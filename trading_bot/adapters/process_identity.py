"""Which process a number means: pids are used again, the moment of a process's birth is not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

_STATS = Path("/proc")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_START_FIELD = 19
"""Of the fields behind the name: the 22nd of all, ticks from the system's start to the process's."""
_PS_TIMEOUT_S = 2.0


def birth_of(pid: int) -> str | None:
    """What only this process has: the system's start and the process's own; None where nobody can tell."""
    if _BOOT.exists():
        return _birth_by_proc(pid)
    return _birth_by_ps(pid) if sys.platform == "darwin" else None


def kill_if_born(pid: int, birth: str) -> bool:
    """Kill a process at once, and only if it is the one that was born then; whether it was.

    Where the system has handles for processes, the pid cannot change its owner between the look and the
    signal. Raises PermissionError for another user's process.
    """
    handle = _handle_of(pid)
    try:
        if birth_of(pid) != birth:
            return False
        if handle is None:
            os.kill(pid, signal.SIGKILL)
        else:
            signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        if handle is not None:
            os.close(handle)
    return True


def _handle_of(pid: int) -> int | None:
    """A handle of the process; None where there is no such process, or the system gives no handles."""
    try:
        return os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
    except OSError:  # an older kernel, or a container that forbids the call
        return None


def _birth_by_proc(pid: int) -> str | None:
    try:
        stat = (_STATS / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
        fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
        return f"{_BOOT.read_text(encoding='ascii').strip()}/{fields[_START_FIELD]}"
    except (OSError, IndexError):
        return None


def _birth_by_ps(pid: int) -> str | None:
    command = ["/bin/ps", "-o", "lstart=", "-p", str(pid)]
    surroundings = {"LC_ALL": "C", "TZ": "UTC"}
    try:
        answer = subprocess.run(  # noqa: S603  # a fixed program and a number
            command, capture_output=True, text=True, env=surroundings, timeout=_PS_TIMEOUT_S, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip() or None
