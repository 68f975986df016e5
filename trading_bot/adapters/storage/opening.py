"""Opens the journal: checks what is there, backs it up, brings it to this schema, and takes ownership."""

import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path

import structlog
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.connection import connect_for_writing, driver_of, explained, is_damage
from trading_bot.adapters.storage.journal.hash_chain import GENESIS, BrokenChainError, ChainHead
from trading_bot.adapters.storage.journal.journal_file import JournalFile
from trading_bot.adapters.storage.journal.projections import PROJECTIONS, Projection
from trading_bot.adapters.storage.journal.sqlite_journal import (
    FailureCallback,
    Fallback,
    InlineJournal,
    ThreadedJournal,
)
from trading_bot.adapters.storage.keeping.backup import back_up, backup_path, rotate_backup
from trading_bot.adapters.storage.keeping.check import DamagedError, check_file, damage_report
from trading_bot.adapters.storage.migrate import STEPS, migrate, newest_schema, schema_of
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.errors import StorageError

_BYTES_PER_MB = 1_000_000
ClockMs = Callable[[], int]
_log = structlog.get_logger()


def open_journal(
    path: Path,
    *,
    clock_ms: ClockMs,
    on_failure: FailureCallback,
    settings: StorageSettings | None = None,
    projections: Mapping[str, Projection] = PROJECTIONS,
    fallback: Fallback | None = None,
) -> ThreadedJournal:
    """The journal in a file, written by a thread of its own; with a fallback for rows that the file refuses.

    Raises StorageError when the file is damaged, newer than this program, locked or not accessible.
    """
    file = open_file(path, clock_ms=clock_ms, settings=settings or StorageSettings(), projections=projections)
    return ThreadedJournal(file, on_failure=on_failure, fallback=fallback)


def open_inline_journal(
    path: Path,
    *,
    clock_ms: ClockMs,
    on_failure: FailureCallback,
    settings: StorageSettings | None = None,
    projections: Mapping[str, Projection] = PROJECTIONS,
) -> InlineJournal:
    """The journal in a file, written by the caller: for virtual time.

    Raises StorageError when the file is damaged, newer than this program, locked or not accessible.
    """
    file = open_file(path, clock_ms=clock_ms, settings=settings or StorageSettings(), projections=projections)
    return InlineJournal(file, on_failure=on_failure)


def open_file(
    path: Path,
    *,
    clock_ms: ClockMs,
    settings: StorageSettings,
    projections: Mapping[str, Projection] = PROJECTIONS,
    steps: Sequence[Path] = STEPS,
) -> JournalFile:
    """Check, back up, migrate and open a journal's file, and count the opening as a new epoch.

    Raises StorageError.
    """
    _prepare(path, settings)
    try:
        if path.stat().st_size:
            _examine(path, settings, clock_ms, steps)
        return _take(path, settings, clock_ms, projections, steps)
    except SQLAlchemyError as error:
        if isinstance(error, DBAPIError) and is_damage(error):
            raise damage_report(path, str(error.orig)) from error
        raise explained(error, path) from error
    except (DamagedError, BrokenChainError) as error:
        raise damage_report(path, str(error)) from error
    except (OSError, sqlite3.Error) as error:
        raise explained(error, path) from error


def _prepare(path: Path, settings: StorageSettings) -> None:
    """Make the folder and an empty file, readable by their owner only."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        path.chmod(0o600)
        _undo_cut_off_making(path, settings)
    except OSError as error:
        raise explained(error, path) from error
    if path.stat().st_size == 0 and backup_path(path).exists():
        raise StorageError(
            f"{path} is empty, but there is a backup: to go on with it, copy {backup_path(path)} to {path};"
            " to begin anew, move the backup away"
        )


def _undo_cut_off_making(path: Path, settings: StorageSettings) -> None:
    """Let SQLite undo a first transaction that never ended, which a look without the right to write cannot.

    Only a file that is being made has this journal; from then on there is a write-ahead log instead. What
    cannot be undone is found and told by the check that follows.
    """
    if not path.with_name(f"{path.name}-journal").exists():
        return
    busy_s = settings.busy_timeout_ms / 1_000
    with suppress(sqlite3.Error), closing(sqlite3.connect(path, timeout=busy_s)) as connection:
        connection.execute("SELECT count(*) FROM sqlite_master").close()


def _examine(path: Path, settings: StorageSettings, clock_ms: ClockMs, steps: Sequence[Path]) -> None:
    """Look at the file without the right to change it, then copy it."""
    with check_file(path, settings, steps) as connection:
        try:
            rotate_backup(
                driver_of(connection),
                path,
                now_ms=clock_ms(),
                kept=settings.backups_kept,
                age_hours_min=settings.backup_age_hours_min,
            )
        except (OSError, sqlite3.Error) as error:  # positions have to be protected, copy or no copy
            _log.warning("backup_failed", path=str(path), error=str(error))


def _take(
    path: Path,
    settings: StorageSettings,
    clock_ms: ClockMs,
    projections: Mapping[str, Projection],
    steps: Sequence[Path],
) -> JournalFile:
    wal_bytes_max = settings.wal_mb_max * _BYTES_PER_MB
    connection = connect_for_writing(
        path, busy_timeout_ms=settings.busy_timeout_ms, wal_bytes_max=wal_bytes_max
    )
    try:
        _bring_up_to_date(connection, path, clock_ms, steps)
        with connection.begin():
            epoch = _next_epoch(connection, clock_ms)
            head = _head_of(connection)
    except BaseException:
        connection.close()
        raise
    return JournalFile(
        connection, path, head=head, epoch=epoch, wal_bytes_max=wal_bytes_max, projections=projections
    )


def _bring_up_to_date(connection: Connection, path: Path, clock_ms: ClockMs, steps: Sequence[Path]) -> None:
    with connection.begin():
        found = schema_of(connection)
    wanted = newest_schema(steps)
    if found == wanted:
        return
    if found is not None:
        saved = path.with_name(f"{path.name}.before-schema-{wanted}")
        back_up(driver_of(connection), saved, now_ms=clock_ms())
    with connection.begin():
        migrate(connection, steps)
        _put_meta(connection, "schema", wanted)


def _next_epoch(connection: Connection, clock_ms: ClockMs) -> int:
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.name == "epoch")).scalar()
    epoch = int(found or 0) + 1
    if found is None:
        _put_meta(connection, "created_ms", str(clock_ms()))
    _put_meta(connection, "epoch", str(epoch))
    return epoch


def _put_meta(connection: Connection, name: str, value: str) -> None:
    statement = insert(schema.meta).values(name=name, value=value)
    connection.execute(
        statement.on_conflict_do_update(index_elements=[schema.meta.c.name], set_={"value": value})
    )


def _head_of(connection: Connection) -> ChainHead:
    newest = select(schema.journal.c.sequence, schema.journal.c.hash)
    found = connection.execute(newest.order_by(schema.journal.c.sequence.desc()).limit(1)).one_or_none()
    return ChainHead(0, GENESIS) if found is None else ChainHead(found.sequence, found.hash)
