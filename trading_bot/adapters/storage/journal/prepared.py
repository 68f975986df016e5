"""Core statements, compiled once and given to the driver: SQLAlchemy would take longer than SQLite does."""

import sqlite3
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import UpdateBase

from trading_bot.adapters.storage.connection import driver_of

_DIALECT = sqlite.dialect()


class Prepared:
    """A statement without literal values, executed with parameters by name inside a transaction.

    Errors are sqlite3's own.
    """

    def __init__(self, statement: UpdateBase) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())

    def execute(self, connection: Connection, values: Mapping[str, object]) -> int:
        """Execute it once, and return how many rows it changed."""
        return self._rows_changed(
            driver_of(connection).execute(self._sql, [values[name] for name in self._names])
        )

    def execute_many(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Execute it for each row."""
        names = self._names
        driver_of(connection).executemany(self._sql, [[row[name] for name in names] for row in rows]).close()

    @staticmethod
    def _rows_changed(cursor: sqlite3.Cursor) -> int:
        changed = cursor.rowcount
        cursor.close()
        return changed
