"""Takes the power away at many moments of one record, and looks at what a new process then finds."""

import random
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tests.crash.power.record import Deed, Disk
from trading_bot.adapters.storage.emergency.emergency_journal import emergency_path, kept_rows
from trading_bot.adapters.storage.keeping.backup import backup_path
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.errors import StorageError


def images(
    deeds: Sequence[Deed], moments: Sequence[int], dice: random.Random, recorded: Path
) -> Iterator[tuple[int, Path]]:
    """What is left in a folder of its own when the power fails before each of these deeds."""
    disk, place = Disk(), 0
    for moment in sorted(moments):
        for deed in deeds[place:moment]:
            disk.take(deed)
        place = moment
        with tempfile.TemporaryDirectory() as folder:
            disk.lose_power(dice, Path(folder), recorded=recorded)
            yield moment, Path(folder)


def reopened(database: Path) -> tuple[int, list[str]]:
    """Open what is left as the next start does: the newest row, and what is wrong."""
    if not database.exists():
        return 0, []
    backup, problems = backup_path(database), []
    if backup.exists() and not _is_sound(backup):
        problems.append("the backup is not whole")
    try:
        journal = open_inline_journal(
            database,
            clock_ms=lambda: 0,
            on_failure=lambda error: None,
            settings=StorageSettings(backup_age_hours_min=1_000_000),
        )
    except StorageError as error:
        return 0, [*problems, f"it cannot be opened: {error}"]
    journal.close()
    kept = kept_rows(emergency_path(database))
    newest = max([journal.last_sequence, *(row.sequence for row in kept if row.kind == "noted")])
    return newest, problems


def _is_sound(path: Path) -> bool:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return bool(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)])
