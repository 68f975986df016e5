"""The one writing connection: a batch of journal rows and everything they change become one transaction."""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection, insert
from sqlalchemy.exc import SQLAlchemyError

from trading_bot.adapters.storage import schema
from trading_bot.adapters.storage.connection import driver_of, explained
from trading_bot.adapters.storage.journal.hash_chain import ChainHead, linked
from trading_bot.adapters.storage.journal.prepared import Prepared
from trading_bot.adapters.storage.journal.projections import PROJECTIONS, Projection
from trading_bot.domain.errors import StorageError
from trading_bot.domain.ist import date_of
from trading_bot.engine.ports import JournalRow

T = TypeVar("T")
_log = structlog.get_logger()

Job = Callable[[Connection], T]
"""Work beside the journal that needs the writing connection (candles, pruning); it does not commit."""


class JournalFile:
    """The journal's file, open for writing. One thread at a time may use it."""

    def __init__(
        self,
        connection: Connection,
        path: Path,
        *,
        head: ChainHead,
        epoch: int,
        wal_bytes_max: int,
        projections: Mapping[str, Projection] = PROJECTIONS,
    ) -> None:
        self.path = path
        self.head = head
        """The newest row on disk."""
        self.epoch = epoch
        """How often this file has been opened for writing, this time included."""
        self._connection = connection
        self._driver = driver_of(connection)
        self._projections = projections
        self._on = date.min
        self._wal = path.with_name(f"{path.name}-wal")
        self._wal_bytes_max = self._wal_mark = wal_bytes_max

    def commit(self, rows: Sequence[JournalRow]) -> None:
        """Write the rows and what they change, and return once they are on disk.

        Raises StorageError; the file then holds none of them.
        """
        chained, head = self._chained(rows)
        try:
            with self._connection.begin():
                _APPEND.execute_many(self._connection, chained)
                self._add_days(rows)
                for row in rows:
                    if row.kind in self._projections:
                        self._projections[row.kind](self._connection, row)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explained(error, self.path) from error
        except Exception as error:  # a projection may raise anything: the writer outlives it and says so
            span = f"{rows[0].sequence} to {rows[-1].sequence}"
            raise StorageError(f"{self.path}: rows {span} do not fit the tables: {error!r}") from error
        self.head = head

    def run(self, job: Job[T]) -> T:
        """Do a job in a transaction of its own that survives a crash of the process, though not of the host.

        Raises StorageError.
        """
        try:
            self._driver.execute("PRAGMA synchronous=NORMAL").close()
            with self._connection.begin():
                return job(self._connection)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise explained(error, self.path) from error
        finally:
            self._driver.execute("PRAGMA synchronous=FULL").close()

    def checkpoint_if_large(self) -> None:
        """Fold the write-ahead log in when it has reached its size, without waiting for a pause."""
        size = self._wal.stat().st_size if self._wal.exists() else 0
        if size <= self._wal_bytes_max:
            self._wal_mark = self._wal_bytes_max
        if size <= self._wal_mark:
            return
        self.checkpoint()
        # SQLite shortens the log only with the next commit, and not while a reader needs its start: until one
        # of these happens, try again only after some more growth rather than after every commit.
        self._wal_mark = size + self._wal_bytes_max // 4

    def checkpoint(self) -> None:
        """Fold the write-ahead log in as far as readers allow; a failure costs nothing but disk space."""
        try:
            self._driver.execute("PRAGMA wal_checkpoint(PASSIVE)").close()
        except sqlite3.Error as error:
            _log.warning("checkpoint_failed", path=str(self.path), error=str(error))

    def close(self) -> None:
        """Fold the log in and let go of the file."""
        self.checkpoint()
        self._connection.close()
        self._connection.engine.dispose()

    def _add_days(self, rows: Sequence[JournalRow]) -> None:
        for row in rows:
            on = date_of(row.at_ms)
            if on != self._on:
                _ADD_DAY.execute(self._connection, {"on": on.isoformat(), "first_sequence": row.sequence})
                self._on = on

    def _chained(self, rows: Sequence[JournalRow]) -> tuple[list[dict[str, object]], ChainHead]:
        chained = []
        sequence, previous_hash = self.head
        for row in rows:
            if row.sequence != sequence + 1:
                raise StorageError(f"{self.path}: journal row {row.sequence} cannot follow row {sequence}")
            row_hash = linked(previous_hash, row)
            chained.append(
                {
                    "sequence": row.sequence,
                    "on": date_of(row.at_ms).isoformat(),
                    "at_ms": row.at_ms,
                    "kind": row.kind,
                    "payload": row.payload,
                    "previous_hash": previous_hash,
                    "hash": row_hash,
                }
            )
            sequence, previous_hash = row.sequence, row_hash
        return chained, ChainHead(sequence, previous_hash)


_APPEND = Prepared(insert(schema.journal))
_ADD_DAY = Prepared(insert(schema.days).prefix_with("OR IGNORE"))
