"""`check`: whether everything is in place to trade."""

import shutil
import sqlite3
import stat
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from trading_bot import native
from trading_bot.commands.context import Context
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import date_of, datetime_of, midnight_ms
from trading_bot.report.check_line import (
    CheckLine,
    check_json,
    check_text,
    doubtful,
    exit_code_of,
    failed,
    passed,
)
from trading_bot.settings.folders import make_folder
from trading_bot.settings.load import DOTENV_FILE, LoadedSettings, load_settings
from trading_bot.settings.tree import REFUSALS, Settings

SDK_PACKAGE = "upstox-python-sdk"
SDK_VERSION = "2.30.0"
_PYTHON_MIN = (3, 11)
_SQLITE_SAFE = (3, 51, 3)
_WRITTEN_MS = midnight_ms(date(2026, 11, 1))
_FREE_MB_MIN = 200
_FREE_MB_WANTED = 2_000
_MB = 1_000_000
_ALLOWED = {
    "live opt-in": "mode {mode} sends no real orders",
    "protection": "every position gets a resting stop, and is closed in the session",
    "square-off": "ours comes before the broker's own",
    "dashboard": "it is off, on loopback, or open on purpose and with a token",
}


def run_check(arguments: Namespace, context: Context) -> int:
    """Look at everything, show it, and return 0 when nothing failed."""
    settings_line, loaded = checked_settings(context)
    folder = context.places.folder
    lines = [settings_line, dotenv_line(folder / DOTENV_FILE), *machine_lines(folder, context.now_ms())]
    if loaded is not None:
        lines += settings_lines(loaded.settings, folder)
        lines += context.backend.check_lines(loaded.settings, date_of(context.now_ms()))
    context.write(check_json(lines) if arguments.json else check_text(lines, in_colour=context.in_colour))
    return exit_code_of(lines)


def checked_settings(context: Context) -> tuple[CheckLine, LoadedSettings | None]:
    """Whether the settings load, and the settings if they do."""
    try:
        loaded = load_settings(context.places)
    except SettingsError as error:
        fix = "mend what is listed; config/default.toml explains every key"
        return failed("settings", str(error), fix, SettingsError.exit_code), None
    if loaded.warnings:
        return doubtful("settings", "; ".join(loaded.warnings), "see `config show`"), loaded
    changed = len(loaded.origins)
    return passed(
        "settings", f"mode {loaded.settings.mode}, {changed} values differ from the defaults"
    ), loaded


def machine_lines(folder: Path, now_ms: int) -> list[CheckLine]:
    """What depends on the machine alone."""
    return [
        python_line(sys.version_info[:3]),
        sqlite_line(sqlite3.sqlite_version_info),
        sdk_line(_installed(SDK_PACKAGE)),
        disk_line(shutil.disk_usage(folder).free),
        hot_path_line(is_compiled=native.is_used()),
        clock_line(now_ms),
    ]


def settings_lines(settings: Settings, folder: Path) -> list[CheckLine]:
    """What follows from the settings."""
    return [
        folder_line("data folder", folder / settings.run.data_dir),
        folder_line("logs folder", folder / settings.logs.folder),
        *refusal_lines(settings),
    ]


def dotenv_line(path: Path) -> CheckLine:
    """Whether `.env` is kept from other users."""
    if not path.exists() or not path.stat().st_size:
        return passed(".env", "none: replay works without")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        return doubtful(".env", f"other users may read it: mode {mode:o}", f"chmod 600 {path}")
    return passed(".env", f"mode {mode:o}")


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


def disk_line(free_bytes: int) -> CheckLine:
    """Whether there is room for the journal, logs and candles."""
    free_mb = free_bytes // _MB
    text = f"{free_mb:,} MB free"
    fix = "free some disk space; old logs and data/reports may go"
    if free_mb < _FREE_MB_MIN:
        return failed("disk", f"{text}, {_FREE_MB_MIN} MB are needed", fix)
    return doubtful("disk", text, fix) if free_mb < _FREE_MB_WANTED else passed("disk", text)


def clock_line(now_ms: int) -> CheckLine:
    """The time in India; how far it drifts, a running daemon tells."""
    text = f"{datetime_of(now_ms):%Y-%m-%d %H:%M:%S} in India"
    if now_ms < _WRITTEN_MS:
        return failed("clock", f"{text} is before this program was written", "timedatectl set-ntp true")
    return passed("clock", f"{text} (the machine's time zone plays no role)")


def folder_line(name: str, path: Path) -> CheckLine:
    """Whether a folder exists or can be made, can be written, and is kept from other writers."""
    fix = f"make {path} a folder that this user owns: mkdir -p {path} && chmod 700 {path}"
    try:
        make_folder(path)
        probe = path / ".check"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        return failed(name, f"{path} cannot be written: {error.strerror}", fix, SettingsError.exit_code)
    if path.stat().st_mode & stat.S_IWOTH:
        return failed(name, f"every user may write to {path}", f"chmod o-w {path}", SettingsError.exit_code)
    return passed(name, f"{path} can be written")


def refusal_lines(settings: Settings) -> list[CheckLine]:
    """Whether the daemon would start with these settings, and in mode live whether that is what is wanted."""
    return [_refusal_line(name, require, settings) for name, require in REFUSALS.items()]


def _refusal_line(name: str, require: Callable[[Settings], None], settings: Settings) -> CheckLine:
    try:
        require(settings)
    except SettingsError as error:
        message, _, fix = str(error).partition("\n  fix: ")
        return failed(name, message, fix, SettingsError.exit_code)
    if name == "live opt-in" and settings.mode == "live":
        return doubtful(name, "real orders with real money will be sent", "use mode paper to rehearse")
    return passed(name, _ALLOWED[name].format(mode=settings.mode))


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
