"""Core statements, compiled once: on the way to the disk compiling costs more than SQLite does."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, CursorResult
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.expression import UpdateBase

_DIALECT = sqlite.dialect()


class Prepared:
    """A statement without literal values, executed with parameters by name."""

    def __init__(self, statement: UpdateBase) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self._sql = str(compiled)
        self._names = tuple(compiled.positiontup or ())

    def execute(
        self, connection: Connection, values: Mapping[str, object]
    ) -> CursorResult[tuple[object, ...]]:
        """Execute it once."""
        return connection.exec_driver_sql(self._sql, tuple(values[name] for name in self._names))

    def execute_many(self, connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Execute it for each row."""
        names = self._names
        connection.exec_driver_sql(self._sql, [tuple(row[name] for name in names) for row in rows])
