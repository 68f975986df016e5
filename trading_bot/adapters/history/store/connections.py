"""How the store's file is opened, for writing and for reading, and whether it is one."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError

from trading_bot.adapters.history.store.schema import CANDLES, COVERED, SERIES, VERSION
from trading_bot.domain.errors import HistoryError

_BUSY_TIMEOUT_S = 10
_HOW = "see `download` and `history import`"


def writing_engine(path: Path) -> Engine:
    """Connections that write; the file and its folder are made. Raises HistoryError for another program's.

    Of such a file nothing is touched.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size:
        engine, connection = reading_connection(path)
        connection.close()
        engine.dispose()
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool, connect_args={"timeout": _BUSY_TIMEOUT_S})
    event.listen(engine, "connect", _on_connect)
    return engine


def reading_connection(path: Path) -> tuple[Engine, Connection]:
    """A connection that cannot write, and sees one state of the store from now on.

    Raises HistoryError where there is none.
    """
    if not path.exists():
        raise HistoryError(f"{path}: there is no store of candles: {_HOW}, or give --data with a folder")
    engine = create_engine("sqlite://", poolclass=NullPool, creator=lambda: _reading(path))
    with explained(path):
        connection = engine.connect()
        try:
            connection.exec_driver_sql("BEGIN")  # the first read fixes the state that is seen
            _require_store(path, connection)
        except BaseException:
            connection.close()
            raise
    return engine, connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """What SQLite says of a file, in words and with what to do."""
    try:
        yield
    except DBAPIError as error:
        raise HistoryError(f"{path}: {error.orig}; {_fix_of(path)}") from error
    except sqlite3.Error as error:
        raise HistoryError(f"{path}: {error}; {_fix_of(path)}") from error


def _fix_of(path: Path) -> str:
    if not os.access(path.parent, os.W_OK | os.X_OK):
        return f"this user may not write into {path.parent}: give it that right, or set another run.data_dir"
    if path.exists() and not os.access(path, os.R_OK | os.W_OK):
        return "this user may not read and write the file: give it that right (chmod u+rw)"
    return "is it another program's file, or the disk full? Move the file away and download again"


def _on_connect(connection: Any, _record: object) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _reading(path: Path) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    # Readers of one store may live in several threads; SQLite itself lets one of them in at a time.
    connection = sqlite3.connect(uri, uri=True, timeout=_BUSY_TIMEOUT_S, check_same_thread=False)
    connection.isolation_level = None
    return connection


def _require_store(path: Path, connection: Connection) -> None:
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    tables = set(inspect(connection).get_table_names())
    if not tables:
        raise HistoryError(f"{path}: the file is empty: {_HOW}")
    if version != VERSION or not {SERIES.name, CANDLES.name, COVERED.name} <= tables:
        raise HistoryError(
            f"{path}: is not a candle store of version {VERSION} (it says {version}); move it away and "
            "download again, or give another file"
        )
