"""SQLite connections with the promises that the journal needs, and what SQLite's errors mean to a person."""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError

from trading_bot.domain.errors import StorageError

_PRIMARY_CODE = 0xFF
_WRITING = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",
)
_ALWAYS = (
    "PRAGMA foreign_keys=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA mmap_size=0",
)


def connect_for_writing(path: Path, *, busy_timeout_ms: int, wal_bytes_max: int) -> Connection:
    """Open the file for its one writer: WAL, every commit flushed to disk, checkpoints by hand.

    The connection may move to another thread as long as only one uses it. Transactions take the write lock
    when they begin, so that a lock held elsewhere shows before anything was done.
    """
    engine = _engine(
        str(path), *_WRITING, f"PRAGMA journal_size_limit={wal_bytes_max}", timeout=busy_timeout_ms
    )
    event.listen(engine, "begin", _begin_immediate)
    return engine.connect()


def connect_for_reading(path: Path, *, busy_timeout_ms: int = 2_000) -> Connection:
    """Open the file read-only; a writer in another process goes on undisturbed."""
    return _engine(f"file:{quote(str(path))}?mode=ro", timeout=busy_timeout_ms).connect()


def driver_of(connection: Connection) -> sqlite3.Connection:
    """The sqlite3 connection underneath, for what SQL cannot say (online backup)."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def explained(error: Exception, path: Path) -> StorageError:
    """What went wrong with the file, with the likely mending."""
    cause = getattr(error, "orig", None) or error
    text = str(cause)
    for sign, advice in _ADVICE.items():
        if sign in text:
            return StorageError(f"{path}: {text}; {advice}")
    return StorageError(f"{path}: {type(cause).__name__}: {text}")


_ADVICE = {
    "locked": "another program holds the file: close it (an SQLite browser, a second bot, a backup tool)",
    "full": "free some disk space, then restart",
    "readonly": "the file or its folder cannot be written: check owner and permissions",
    "unable to open": "check that the folder exists and that owner and permissions allow writing",
    "disk I/O": "the disk reports an error: check it before anything is restarted",
    "malformed": "restart: the start checks the file, keeps a copy and names the newest backup",
    "not a database": "restart: the start checks the file, keeps a copy and names the newest backup",
}


def is_damage(error: DBAPIError) -> bool:
    """Whether SQLite found the file's content broken, rather than its surroundings."""
    code = getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return code & _PRIMARY_CODE in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _engine(database: str, *pragmas: str, timeout: int) -> Engine:
    def connect() -> sqlite3.Connection:
        driver = sqlite3.connect(
            database,
            uri=database.startswith("file:"),
            isolation_level=None,  # transactions begin where SQLAlchemy says so, DDL included
            check_same_thread=False,
        )
        try:
            for pragma in (f"PRAGMA busy_timeout={timeout}", *_ALWAYS, *pragmas):
                driver.execute(pragma).close()
        except sqlite3.Error:
            driver.close()
            raise
        return driver

    return create_engine("sqlite://", creator=connect, poolclass=NullPool)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
