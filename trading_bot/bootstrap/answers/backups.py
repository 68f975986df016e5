"""`backup` and `restore`: the journals of this machine, copied elsewhere and put back."""

import re
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.adapters.storage.emergency.emergency_journal import emergency_path, kept_rows
from trading_bot.adapters.storage.keeping.copies import Copied, copy_journal, put_back
from trading_bot.bootstrap.answers.daemon.stopped_book import told_to_user
from trading_bot.bootstrap.places import journals_to_keep, kept_database, lock_paths
from trading_bot.domain.errors import SettingsError, UserFacingError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped
from trading_bot.settings.tree import Settings

_STAMP = re.compile(r"\d{8}-\d{6}")
FOLDER = "backups"
"""In the data folder, where nobody names another one."""


def back_up_journals(
    settings: Settings, to: Path | None, keep: int | None, write: Callable[[str], None], now_ms: int
) -> None:
    """Copy the journal of each mode into a folder named by the moment; drop older such folders beyond `keep`.

    Raises UserFacingError when there is none, or one cannot be copied: then nothing is dropped.
    """
    journals = journals_to_keep(settings)
    if not journals:
        raise UserFacingError(f"no journal in {settings.run.data_dir} yet: there is nothing to back up")
    folder = settings.run.data_dir / FOLDER if to is None else to
    target = folder / f"{datetime_of(now_ms):%Y%m%d-%H%M%S}"
    with told_to_user():
        for journal in journals:
            copied = copy_journal(journal, target / journal.name, now_ms=now_ms, settings=settings.storage)
            write(_told(copied))
            waiting = emergency_path(journal)
            if kept_rows(waiting):
                write(f"{waiting}: rows wait here, and are in no copy until a start took them in")
    for old in _older(folder, keep):
        shutil.rmtree(old)
        write(f"{old} dropped")


def restore_journal(settings: Settings, copy: Path, now_ms: int) -> str:
    """Make a copy the journal of the mode in effect again; say what became of the present one.

    Raises AlreadyRunningError, and UserFacingError when the copy is not sound: then nothing was changed.
    """
    path = kept_database(settings)
    if not copy.is_file():
        raise UserFacingError(f"{copy} is not there: `backup` makes a folder with one file for each mode")
    if not copy.name.startswith(path.name):
        raise SettingsError(
            f"{copy.name} is not a copy of {path.name}, the journal of mode {settings.mode}: "
            "add the --mode of the copy"
        )
    aside = path.with_name(f"{path.name}.before-restore-{datetime_of(now_ms):%Y%m%d-%H%M%S}")
    with told_to_user(), ExitStack() as owned:
        for lock in lock_paths(settings, path):
            owned.enter_context(acquire_instance_lock(lock, started_at_ms=now_ms, subject="the daemon"))
        copied = put_back(copy, path, aside=aside, now_ms=now_ms, settings=settings.storage)
    before = f"; the one before is kept as {aside}" if aside.exists() else ""
    return f"{path} holds again what lies in {_told(copied)}{before}"


def _told(copied: Copied) -> str:
    rows, schema = grouped(copied.rows, 0), copied.schema or "none"
    return f"{copied.path}: {rows} rows, schema {schema}, whole and unaltered"


def _older(folder: Path, keep: int | None) -> list[Path]:
    """Folders of earlier backups that nobody wants any more, oldest first."""
    if keep is None:
        return []
    made = sorted(path for path in folder.iterdir() if path.is_dir() and _STAMP.fullmatch(path.name))
    return made[:-keep]
