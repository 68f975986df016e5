"""Copies of the journal's file: made online, rotated, and kept for the owner's eyes only."""

import os
import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

_MS_PER_HOUR = 3_600_000
_NS_PER_MS = 1_000_000
_COMPANIONS = ("", "-wal", "-shm")


def backup_path(path: Path) -> Path:
    """Where the newest backup of a file lies; older ones are numbered from 1."""
    return path.with_name(f"{path.name}.backup")


def back_up(source: sqlite3.Connection, target: Path, *, now_ms: int) -> None:
    """Copy a database through its open connection; `target` appears whole or not at all."""
    partial = target.with_name(f"{target.name}.partial")
    partial.unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    copy = sqlite3.connect(partial)
    try:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE").close()  # one file, that can be copied anywhere
    finally:
        copy.close()
    _flush(partial)
    os.utime(partial, ns=(now_ms * _NS_PER_MS, now_ms * _NS_PER_MS))
    partial.replace(target)
    _flush(target.parent)


def rotate_backup(
    source: sqlite3.Connection, path: Path, *, now_ms: int, kept: int, age_hours_min: float
) -> Path | None:
    """Make a new backup when the newest is old enough, and drop the oldest; None when it was not yet due."""
    newest = backup_path(path)
    if newest.exists() and abs(now_ms - _made_ms(newest)) < age_hours_min * _MS_PER_HOUR:
        return None
    fresh = path.with_name(f"{path.name}.backup.new")
    back_up(source, fresh, now_ms=now_ms)
    numbered = [newest, *(path.with_name(f"{newest.name}.{number}") for number in range(1, kept))]
    for older, newer in reversed(list(zip(numbered[1:], numbered[:-1], strict=True))):
        if newer.exists():
            newer.replace(older)
    fresh.replace(newest)
    _flush(path.parent)
    return newest


def quarantine(path: Path) -> Path:
    """Copy a damaged file and its companions aside, once per state of the file; the original stays."""
    changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    target = path.with_name(f"{path.name}.corrupt-{changed_at:%Y%m%dT%H%M%SZ}")
    if target.exists():
        return target
    for suffix in reversed(_COMPANIONS):
        part = path.with_name(path.name + suffix)
        if part.exists():
            copy = target.with_name(target.name + suffix)
            shutil.copyfile(part, copy)
            copy.chmod(0o600)
    return target


def _made_ms(backup: Path) -> int:
    return backup.stat().st_mtime_ns // _NS_PER_MS


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
