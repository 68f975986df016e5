"""Copies of a journal that a person keeps, and the way back: checked before they are trusted.

A copy may be made while the daemon writes. To put one back, the caller owns the journal.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.connection import connect_for_reading, driver_of, explained
from trading_bot.adapters.storage.journal.hash_chain import BrokenChainError
from trading_bot.adapters.storage.keeping.backup import back_up
from trading_bot.adapters.storage.keeping.check import check_file
from trading_bot.adapters.storage.migrate import STEPS, schema_of
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.errors import StorageError

_COMPANIONS = ("-wal", "-shm")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a checked copy holds."""

    path: Path
    rows: int
    schema: str | None


def copy_journal(
    path: Path, target: Path, *, now_ms: int, settings: StorageSettings, steps: Sequence[Path] = STEPS
) -> Copied:
    """Copy a journal, whoever writes it meanwhile, and check the copy.

    Raises StorageError when the journal cannot be read or the copy is not sound.
    """
    with _explained(path):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(connect_for_reading(path, busy_timeout_ms=settings.busy_timeout_ms)) as connection:
            back_up(driver_of(connection), target, now_ms=now_ms)
    return checked_copy(target, settings, steps)


def checked_copy(path: Path, settings: StorageSettings, steps: Sequence[Path] = STEPS) -> Copied:
    """What a copy holds. Raises StorageError when it is not sound, or a newer program wrote it."""
    with _explained(path), check_file(path, settings, steps) as connection:
        found = schema_of(connection)
        rows = 0
        if found is not None:
            rows = connection.execute(select(func.count()).select_from(schema.journal)).scalar_one()
        return Copied(path=path, rows=rows, schema=found)


def put_back(
    copy: Path,
    path: Path,
    *,
    aside: Path,
    now_ms: int,
    settings: StorageSettings,
    steps: Sequence[Path] = STEPS,
) -> Copied:
    """Make a copy the journal again; what stood in its place lies at `aside` afterwards.

    The journal is the old one or the copy, whenever this is cut off. Raises StorageError: then nothing was
    changed.
    """
    found = checked_copy(copy, settings, steps)
    fresh = path.with_name(f"{path.name}.restored")
    with _explained(path):
        with closing(connect_for_reading(copy)) as connection:
            back_up(driver_of(connection), fresh, now_ms=now_ms)
        if path.exists():
            _count_openings_on(fresh, _epoch_of(path))
            _keep_aside(path, aside)
        fresh.replace(path)
    return found


def _epoch_of(path: Path) -> int:
    """How often a file was opened, as far as it can be read: whatever its schema is."""
    with suppress(sqlite3.Error), closing(_looked_at(path)) as connection:
        row = connection.execute("SELECT value FROM meta WHERE name = 'epoch'").fetchone()
        return int(row[0]) if row else 0
    return 0


def _count_openings_on(fresh: Path, epoch: int) -> None:
    """Let the copy go on counting where the other one stood: tags that were given are never given again."""
    with closing(sqlite3.connect(fresh)) as connection, connection:
        connection.execute(
            "UPDATE meta SET value = ? WHERE name = 'epoch' AND CAST(value AS INTEGER) < ?",
            (str(epoch), epoch),
        )


def _keep_aside(path: Path, aside: Path) -> None:
    """Keep the file under another name as well, whole: a log beside it would be taken for the copy's."""
    if _is_database(path):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE").close()
    else:
        for suffix in _COMPANIONS:
            with suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    try:
        os.link(path, aside)
    except OSError:  # a file system without links
        shutil.copy2(path, aside)


def _is_database(path: Path) -> bool:
    """Whether SQLite can read the file; looked at without the right to change it, or its log would go."""
    try:
        with closing(_looked_at(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").close()
    except sqlite3.OperationalError:  # held by another program: no damage
        return True
    except sqlite3.DatabaseError:
        return False
    return True


def _looked_at(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Tell what is wrong with a file as a StorageError."""
    try:
        yield
    except BrokenChainError as error:
        raise StorageError(f"{path}: {error}") from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise explained(error, path) from error
