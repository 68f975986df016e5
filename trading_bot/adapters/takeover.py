"""Takes a lock from a process that does not answer: ends that process, once it is sure which one it is."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from trading_bot.adapters.instance_lock import InstanceLock, Owner, acquire_instance_lock, read_owner
from trading_bot.adapters.process_identity import birth_of, kill_if_born
from trading_bot.domain.errors import AlreadyRunningError

_GIVE_UP_S = 5.0
_SIGNING_S = 1.0
"""A process that has just taken the lock may not have signed it yet."""
_LOOK_S = 0.02


def take_over(path: Path, *, started_at_ms: int, write: Callable[[str], None]) -> InstanceLock:
    """Own the lock, whoever holds it now.

    A stopped process takes no SIGTERM, so its holder is killed. Where the disk is full the lock stays
    unsigned. Raises AlreadyRunningError when the holder cannot be told from another process by pid and birth,
    belongs to somebody else, or does not go.
    """
    give_up_s = time.monotonic() + _GIVE_UP_S
    told: int | None = None
    while True:
        try:
            return acquire_instance_lock(path, started_at_ms=started_at_ms, needs_signature=False)
        except AlreadyRunningError as error:
            if time.monotonic() > give_up_s:
                raise AlreadyRunningError(f"{path} did not become free within {_GIVE_UP_S:.0f} s") from error
        ended = _end_owner(path)
        if ended is not None and ended != told:
            write(f"process {ended} holds {path} and does not answer: it is killed")
            told = ended


def _end_owner(path: Path) -> int | None:
    """Kill the process that holds a lock; its pid, or None when nobody holds it any more."""
    give_up_s = time.monotonic() + _SIGNING_S
    while (owner := read_owner(path)) is not None:
        try:
            if _is_ended(owner):
                return owner.pid
        except PermissionError as error:
            raise AlreadyRunningError(
                f"{path} is held by process {owner.pid} of another user: have it ended, then run this again"
            ) from error
        if time.monotonic() > give_up_s:
            raise AlreadyRunningError(_refusal(path, owner))
        time.sleep(_LOOK_S)
    return None


def _is_ended(owner: Owner) -> bool:
    if owner.pid is None or owner.birth is None or owner.pid == os.getpid():
        return False
    return kill_if_born(owner.pid, owner.birth)


def _refusal(path: Path, owner: Owner) -> str:
    if owner.pid is None:
        return f"{path} is locked by a process that did not sign it: find it (`fuser {path}`) and end it"
    if birth_of(owner.pid) is None or owner.birth is None:
        why = f"whether process {owner.pid} still is the one that locked {path} cannot be verified here"
    else:
        why = f"{path} names process {owner.pid}, but that is another process by now"
    return (
        f"{why}, so nothing is killed: see who holds it (`fuser {path}`), end that with `kill -9`,"
        " then run this again"
    )
