"""Whether a journal's file can be trusted, found out without the right to change it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, select

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.connection import connect_for_reading
from trading_bot.adapters.storage.journal.checkpoints import first_needed
from trading_bot.adapters.storage.journal.hash_chain import ChainedRow, ChainHead, verified
from trading_bot.adapters.storage.keeping.backup import backup_path, quarantine
from trading_bot.adapters.storage.migrate import STEPS, require_known, schema_of
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.errors import StorageError

_BYTES_PER_MB = 1_000_000
_FINDINGS_MAX = 5
_ROWS_PER_READ = 5_000


class DamagedError(StorageError):
    """SQLite's own check found the file broken."""


@contextmanager
def check_file(path: Path, settings: StorageSettings, steps: Sequence[Path] = STEPS) -> Iterator[Connection]:
    """A read-only connection to a file that passed every check.

    Raises DamagedError, BrokenChainError, or StorageError when a newer program wrote the file.
    """
    connection = connect_for_reading(path, busy_timeout_ms=settings.busy_timeout_ms)
    try:
        _require_integrity(connection, path, settings)
        found = schema_of(connection)
        if found is not None:
            require_known(found, path, steps)
            verify_chain(connection, rows_max=settings.verified_rows_max, since=first_needed(connection))
        connection.rollback()
        yield connection
    finally:
        connection.close()


def verify_chain(
    connection: Connection, *, rows_max: int | None = None, since: int | None = None
) -> ChainHead:
    """Follow the hashes of the newest rows, or of all, and return the newest row's.

    Rows from `since` on are followed however many they are. Raises BrokenChainError.
    """
    table = schema.journal.c
    last = connection.execute(select(table.sequence).order_by(table.sequence.desc()).limit(1)).scalar() or 0
    newest = last if rows_max is None else rows_max
    start = max(0, min(last - newest, last if since is None else since - 1))
    return verified(_chained_rows(connection, start), _head_at(connection, start))


def damage_report(path: Path, found: str) -> StorageError:
    """Keep a copy of a damaged file, and say what was found, what there is, and what to do."""
    try:
        kept = f"a copy is kept at {quarantine(path)}"
    except OSError as error:
        kept = f"a copy could not be made ({error.strerror})"
    backup = backup_path(path)
    if backup.exists():
        made_at = datetime.fromtimestamp(backup.stat().st_mtime, UTC)
        advice = (
            f"The newest backup is {backup} of {made_at:%Y-%m-%d %H:%M} UTC. To go on with it, move {path},"
            f" {path.name}-wal and {path.name}-shm away and copy the backup to {path};"
            " what happened since is then read from the broker."
        )
    else:
        advice = (
            f"There is no backup. To begin anew, move {path}, {path.name}-wal and {path.name}-shm away;"
            " positions and orders are then read from the broker."
        )
    return StorageError(f"{path} is damaged: {found}. Nothing was changed; {kept}. {advice}")


def _require_integrity(connection: Connection, path: Path, settings: StorageSettings) -> None:
    is_large = path.stat().st_size > settings.quick_check_above_mb * _BYTES_PER_MB
    check = "quick_check" if is_large else "integrity_check"
    findings = connection.exec_driver_sql(f"PRAGMA {check}({_FINDINGS_MAX})").scalars().all()
    if findings != ["ok"]:
        raise DamagedError("; ".join(str(finding).replace("\n", " ") for finding in findings))


def _head_at(connection: Connection, sequence: int) -> ChainHead:
    found = connection.execute(
        select(schema.journal.c.hash).where(schema.journal.c.sequence == sequence)
    ).scalar()
    return ChainHead() if found is None else ChainHead(sequence, found)


def _chained_rows(connection: Connection, after: int) -> Iterator[ChainedRow]:
    table = schema.journal.c
    columns = (getattr(table, name) for name in ChainedRow._fields)
    statement = select(*columns).where(table.sequence > after).order_by(table.sequence)
    for row in connection.execute(statement.execution_options(yield_per=_ROWS_PER_READ)):
        yield ChainedRow(*row)
