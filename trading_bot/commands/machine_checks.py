"""The lines of `check` that depend on this machine alone: versions, disk, clock."""

import shutil
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from trading_bot import __version__, native
from trading_bot.adapters.kernel_clock import KernelClock, kernel_clock
from trading_bot.domain.ist import datetime_of, midnight_ms
from trading_bot.domain.money import grouped
from trading_bot.report.check_line import CheckLine, doubtful, failed, passed

SDK_PACKAGE = "upstox-python-sdk"
SDK_VERSION = "2.30.0"
_PYTHON_MIN = (3, 11)
_SQLITE_SAFE = (3, 51, 3)
_WRITTEN_MS = midnight_ms(date(2026, 11, 1))
_FREE_MB_MIN = 200
_FREE_MB_WANTED = 2_000
_MB = 1_000_000
_KERNEL_ERROR_MS_MAX = 1_000
_IN_STEP = "timedatectl set-ntp true, or install chrony"


def machine_lines(folders: Sequence[Path], now_ms: int, *, needs_time: bool) -> list[CheckLine]:
    """What depends on the machine alone, with the disks of these folders; a replay brings its own time."""
    return [
        passed("program", __version__),
        python_line(sys.version_info[:3]),
        sqlite_line(sqlite3.sqlite_version_info),
        sdk_line(_installed(SDK_PACKAGE)),
        disk_line({folder: free_bytes(folder) for folder in folders}),
        hot_path_line(is_compiled=native.is_used()),
        clock_line(now_ms, kernel_clock(), needs_time=needs_time),
    ]


def python_line(running: Sequence[int]) -> CheckLine:
    """Whether this Python is new enough."""
    text = ".".join(map(str, running))
    if tuple(running[:2]) < _PYTHON_MIN:
        return failed("Python", f"{text} is too old", "install Python 3.11 or newer and run `make setup`")
    return passed("Python", text)


def sqlite_line(running: Sequence[int]) -> CheckLine:
    """Whether SQLite has the fix for the rare corruption when two connections reset the write-ahead log.

    Present from 3.7.0, fixed in 3.51.3; https://sqlite.org/wal.html, section on the WAL-reset bug.
    """
    text = ".".join(map(str, running))
    if tuple(running) >= _SQLITE_SAFE:
        return passed("SQLite", text)
    message = f"{text} can, rarely, corrupt a database that two programs write at once (fixed in 3.51.3)"
    return doubtful("SQLite", message, "let no other program write to data/*.db while the daemon runs")


def sdk_line(installed: str | None) -> CheckLine:
    """Whether the broker's SDK is the version whose traps are disarmed."""
    if installed is None:
        return failed("Upstox SDK", "not installed", "run `make setup`")
    if installed != SDK_VERSION:
        return failed("Upstox SDK", f"{installed} instead of the tested {SDK_VERSION}", "run `make setup`")
    return passed("Upstox SDK", installed)


def hot_path_line(*, is_compiled: bool) -> CheckLine:
    """Whether what every tick passes is compiled; without, it is only slower."""
    if is_compiled:
        return passed("hot path", "compiled from these sources")
    fix = "install a C compiler and Python's headers (apt install gcc python3-dev), then run `make setup`"
    return doubtful("hot path", "interpreted: the same decisions, several times slower for each tick", fix)


def disk_line(free: Mapping[Path, int]) -> CheckLine:
    """Whether there is room for the journal, logs and candles where each of them lies."""
    folder = min(free, key=free.__getitem__)
    free_mb = free[folder] // _MB
    text = f"{grouped(free_mb, 0)} MB free for {folder}"
    fix = "free some disk space; old logs, and reports/ and replay-*.db in the data folder, may go"
    if free_mb < _FREE_MB_MIN:
        return failed("disk", f"{text}, {_FREE_MB_MIN} MB are needed", fix)
    return doubtful("disk", text, fix) if free_mb < _FREE_MB_WANTED else passed("disk", text)


def free_bytes(folder: Path) -> int:
    """What this user may still write there; of what lies above where it is not made yet."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return 0


def clock_line(now_ms: int, kernel: KernelClock | None, *, needs_time: bool) -> CheckLine:
    """The time in India, and whether anything keeps it right; a running daemon tells how far it drifts."""
    text = f"{datetime_of(now_ms):%Y-%m-%d %H:%M:%S} in India"
    if now_ms < _WRITTEN_MS:
        return failed("clock", f"{text} is before this program was written", _IN_STEP)
    if not needs_time:
        return passed("clock", f"{text} (the machine's time zone plays no role)")
    if kernel is None:
        return doubtful("clock", f"{text}; this system does not tell whether it is kept in step", _IN_STEP)
    if not kernel.is_synchronised or kernel.error_ms_max > _KERNEL_ERROR_MS_MAX:
        return doubtful("clock", f"{text}; nothing keeps it in step", _IN_STEP)
    return passed("clock", f"{text}, kept in step within {kernel.error_ms_max:.0f} ms")


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
