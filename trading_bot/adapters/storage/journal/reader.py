"""Reads the journal without the right to change it: for reports and status, with or without a daemon."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Row, RowMapping, Select, Table, func, select
from sqlalchemy.exc import SQLAlchemyError

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.connection import connect_for_reading, explained
from trading_bot.adapters.storage.journal.checkpoints import first_needed
from trading_bot.adapters.storage.journal.hash_chain import ChainHead
from trading_bot.adapters.storage.keeping.check import verify_chain
from trading_bot.adapters.storage.migrate import require_known, schema_of
from trading_bot.domain.errors import StorageError
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Segment
from trading_bot.domain.ist import MS_PER_MINUTE
from trading_bot.domain.market_data import Candle
from trading_bot.engine.ports import JournalRow

_ROWS_PER_READ = 5_000
_SIGNAL_KINDS = ("signal_raised", "entry_denied")
_SPAN_MS = 30 * MS_PER_MINUTE


class JournalReader:
    """A read-only view of a journal's file.

    Reads in short steps, so that a live writer can fold its log in between them; rows that are committed
    while somebody iterates are seen. Every method raises StorageError when the file cannot be read.
    """

    def __init__(self, path: Path, *, busy_timeout_ms: int = 2_000, any_schema: bool = False) -> None:
        """Open the file. Raises StorageError when it does not exist or is no journal.

        NewerSchemaError when a newer program wrote it: its rows may mean something else. With `any_schema`
        it is read all the same, for what is better known perhaps than not at all.
        """
        if not path.is_file():
            raise StorageError(f"{path}: there is no journal; it is made by the first run in that mode")
        if path.stat().st_size == 0:
            raise StorageError(f"{path} is empty: nothing was written to it yet")
        self._path = path
        self._connection = connect_for_reading(path, busy_timeout_ms=busy_timeout_ms)
        try:
            if not any_schema:
                self._require_known()
            self._require_journal()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def rows(
        self,
        from_sequence: int = 0,
        on: date | None = None,
        kind: str | None = None,
        *,
        signals_of: str | None = None,
    ) -> Iterator[JournalRow]:
        """Journal rows from this number on, oldest first: all, or those of one trading day or one kind.

        With `signals_of` an instrument, the signals and denials of all others are left out.
        """
        table = schema.journal.c
        following = from_sequence
        columns = select(table.sequence, table.at_ms, table.kind, table.payload).order_by(table.sequence)
        if on is not None:
            columns = columns.where(table.on == on.isoformat())
            first = self.select(
                select(schema.days.c.first_sequence).where(schema.days.c.on == on.isoformat())
            )
            following = max(following, first[0].first_sequence if first else self.last_sequence() + 1)
        if kind is not None:
            columns = columns.where(table.kind == kind)
        if signals_of is not None:
            columns = columns.where(
                table.kind.not_in(_SIGNAL_KINDS) | (func.instr(table.payload, f'"{signals_of}"') > 0)
            )
        while True:
            part = self.select(columns.where(table.sequence >= following).limit(_ROWS_PER_READ))
            for row in part:
                yield JournalRow(*row)
            if len(part) < _ROWS_PER_READ:
                return
            following = part[-1].sequence + 1

    def book_rows(self) -> list[JournalRow]:
        """The rows that the book is rebuilt from: those since the newest checkpoint."""
        try:
            first = first_needed(self._connection)
        except SQLAlchemyError as error:
            raise explained(error, self._path) from error
        finally:
            self._connection.rollback()
        return list(self.rows(first))

    def days(self) -> tuple[date, ...]:
        """Trading days with journal rows, oldest first."""
        days = self.select(select(schema.days.c.on).order_by(schema.days.c.on))
        return tuple(date.fromisoformat(row.on) for row in days)

    def last_sequence(self) -> int:
        """Number of the newest row; 0 when there is none."""
        column = schema.journal.c.sequence
        newest = self.select(select(column).order_by(column.desc()).limit(1))
        return int(newest[0].sequence) if newest else 0

    def verify(self) -> ChainHead:
        """Check the hash of every row and return the newest. Raises BrokenChainError."""
        try:
            return verify_chain(self._connection)
        except SQLAlchemyError as error:
            raise explained(error, self._path) from error
        finally:
            self._connection.rollback()

    def table(self, name: str, on: date | None = None) -> tuple[Mapping[str, object], ...]:
        """All rows of a table (`orders`, `trades`, `signals` …), of one trading day where it has days."""
        table: Table = schema.metadata.tables[name]
        statement = select(table).order_by(*table.primary_key)
        if on is not None and "on" in table.c:
            statement = statement.where(table.c.on == on.isoformat())
        return tuple(dict(row._mapping) for row in self.select(statement))  # noqa: SLF001 - its public name

    def candles(self, first_ms: int, last_ms: int) -> Iterator[tuple[str, Candle]]:
        """Kept 1-minute candles of all instruments that start in this span, ends included, in time order."""
        table = schema.candles
        columns = select(table.c.instrument_key, *(table.c[name] for name in Candle._fields))
        columns = columns.order_by(*table.primary_key)
        following = first_ms
        while following <= last_ms:
            starts = table.c.start_ms.between(following, last_ms)
            next_start = self.select(select(func.min(table.c.start_ms)).where(starts))[0][0]
            if next_start is None:
                return
            following = min(next_start + _SPAN_MS, last_ms + 1)
            for key, *values in self.select(columns.where(starts, table.c.start_ms < following)):
                yield key, Candle(*values)

    def instruments(self) -> tuple[Instrument, ...]:
        """The instruments that were kept last."""
        return tuple(_instrument(row._mapping) for row in self.select(select(schema.instruments)))  # noqa: SLF001 - its public name

    def meta(self) -> dict[str, str]:
        """What the file says about itself: schema, epoch, created_ms."""
        return {row.name: row.value for row in self.select(select(schema.meta))}

    def _require_journal(self) -> None:
        try:
            self.meta()
        except StorageError as error:
            raise StorageError(f"{self._path} is not a journal of this program: {error}") from error

    def _require_known(self) -> None:
        try:
            found = schema_of(self._connection)
        except SQLAlchemyError as error:
            raise StorageError(
                f"{self._path} is not a journal of this program: {explained(error, self._path)}"
            ) from error
        finally:
            self._connection.rollback()
        if found is not None:
            require_known(found, self._path)

    def select(self, statement: Select[*tuple[Any, ...]]) -> list[Row[*tuple[Any, ...]]]:
        """The rows of any question."""
        try:
            return list(self._connection.execute(statement))
        except SQLAlchemyError as error:
            raise explained(error, self._path) from error
        finally:
            self._connection.rollback()


def _instrument(row: RowMapping) -> Instrument:
    values = {name: row[name] for name in row if name not in ("instrument_key", "on")}
    expiry_on, right = row["expiry_on"], row["right"]
    return Instrument(
        **values
        | {
            "key": row["instrument_key"],
            "segment": Segment(row["segment"]),
            "kind": InstrumentKind(row["kind"]),
            "expiry_on": None if expiry_on is None else date.fromisoformat(expiry_on),
            "right": None if right is None else OptionRight(right),
        }
    )
