"""One process per account or per database: a lock file that the system releases when its owner dies."""

import fcntl
import json
import os
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from trading_bot.adapters.process_identity import birth_of
from trading_bot.domain.errors import AlreadyRunningError, StorageError
from trading_bot.domain.ist import datetime_of

_ATTEMPTS = 5
_ATTEMPT_PAUSE_S = 0.02
_RECORD_BYTES_MAX = 4_096


class Owner(NamedTuple):
    """The process that holds a lock; its numbers are None in the instant before it has written them."""

    pid: int | None
    started_at_ms: int | None
    birth: str | None = None
    """What tells the process from a later one with its pid, where the system can say."""


class InstanceLock:
    """The lock, held until `release` or the end of the process."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor: int | None = descriptor

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.release()

    def release(self) -> None:
        """Let the next process in. The file stays: a lock on a deleted file would keep nobody out."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        os.close(self._descriptor)
        self._descriptor = None


def acquire_instance_lock(
    path: Path, *, started_at_ms: int, subject: str = "the bot", needs_signature: bool = True
) -> InstanceLock:
    """Become the only process that owns what the file stands for, for example ``data/live-AB1234.lock``.

    Raises AlreadyRunningError with the owner's pid and start when another process holds it, and StorageError
    when the file cannot be made, or cannot be signed and has to be. The lock itself needs no room.
    """
    for _ in range(_ATTEMPTS):
        descriptor = _try_lock(path)
        if descriptor is not None:
            trouble = _signed(descriptor, started_at_ms)
            if trouble is not None and needs_signature:
                os.close(descriptor)
                raise StorageError(
                    f"the lock file {path} cannot be written: {trouble.strerror}; free some disk space"
                ) from trouble
            return InstanceLock(path, descriptor)
        time.sleep(_ATTEMPT_PAUSE_S)  # it may only have been a look: see read_owner
    raise AlreadyRunningError(_refusal(path, subject))


def read_owner(path: Path) -> Owner | None:
    """The process that holds the lock, or None when nobody does."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _recorded(os.pread(descriptor, _RECORD_BYTES_MAX, 0))
    finally:
        os.close(descriptor)
    return None


def _try_lock(path: Path) -> int | None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StorageError(f"the lock file {path} cannot be opened: {error.strerror}") from error
    if _is_locked(descriptor) and _is_same_file(descriptor, path):
        return descriptor
    os.close(descriptor)
    return None


def _signed(descriptor: int, started_at_ms: int) -> OSError | None:
    """Say in the file whose it is; what was in the way, if it could not be said."""
    pid = os.getpid()
    record = json.dumps({"pid": pid, "started_at_ms": started_at_ms, "birth": birth_of(pid)}).encode()
    try:
        os.pwrite(descriptor, record, 0)
    except OSError as error:
        os.ftruncate(descriptor, 0)
        return error
    os.ftruncate(descriptor, len(record))
    return None


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_same_file(descriptor: int, path: Path) -> bool:
    """Whether the locked file still goes by its name: a lock on a deleted file keeps nobody out."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _recorded(content: bytes) -> Owner:
    try:
        record = json.loads(content)
        return Owner(int(record["pid"]), int(record["started_at_ms"]), record.get("birth"))
    except (ValueError, KeyError, TypeError):
        return Owner(None, None)


def _refusal(path: Path, subject: str) -> str:
    owner = read_owner(path)
    if owner is None or owner.pid is None or owner.started_at_ms is None:
        return f"{subject} is already running: {path} is locked by another process"
    since = datetime_of(owner.started_at_ms)
    return (
        f"{subject} is already running: process {owner.pid} since {since:%Y-%m-%d %H:%M:%S} IST holds {path};"
        " ask it with `status`, or end it first"
    )
