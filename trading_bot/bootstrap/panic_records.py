"""Where panic writes: the database, or the emergency journal when the database cannot be used."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from trading_bot.adapters.storage.check import check_file, verify_chain
from trading_bot.adapters.storage.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.emergency_run import RunJournal, runs_of
from trading_bot.adapters.storage.hash_chain import ChainHead
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.storage.reader import JournalReader
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.adapters.storage.sqlite_journal import Fallback
from trading_bot.bootstrap.earlier import earlier_rows
from trading_bot.bootstrap.emergency import bring_home, head_of, rows_coming_home, rows_of
from trading_bot.bootstrap.engine_parts import Records
from trading_bot.domain import events as ev
from trading_bot.domain.errors import ReadFailedError, StorageError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.domain.order import OrderReport
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, parse_tag
from trading_bot.engine.book import Book
from trading_bot.engine.ports import Broker, Clock, JournalRow
from trading_bot.engine.rebuild import rebuilt_book
from trading_bot.engine.records import decode_event, event_kind

Write = Callable[[str], None]

_PATIENCE_MS = 200
"""For a look into a file that has just been found locked, or soon will be."""
_CLAIMED = event_kind(ev.OwnershipTaken)


@dataclass(frozen=True, slots=True)
class PanicRecords:
    """The journal that panic writes, and the book that it begins with."""

    records: Records
    epoch: int | None = None
    """The epoch to take where no journal could be read to tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicFiles:
    """The database, and what stands in for it."""

    database: Path
    settings: StorageSettings
    clock: Clock
    broker: Broker
    write: Write

    async def open(self, owned: ExitStack) -> PanicRecords:
        """Open whichever of the two can be written, until the stack is closed.

        A database whose rows make no book is none that can be used. Raises StorageError when neither
        can be written: then nothing may be sent.
        """
        emergency = self._emergency(owned)
        try:
            return self._in_database(owned, emergency)
        except StorageError as error:
            self.write(f"the database cannot be used: {error}")
            if emergency is None:
                raise
        self.write(f"writing to {emergency.path}; the next start takes it into the database")
        sound = self._sound_rows(emergency)
        if sound is not None:
            rows, head = sound
            return PanicRecords(Records(journal=RunJournal(emergency, head), earlier_rows=rows))
        self.write("the book is not known: everything that the broker shows is cancelled and closed")
        epoch = await self._epoch(emergency.rows())
        return PanicRecords(Records(journal=RunJournal(emergency, None)), epoch)

    def _emergency(self, owned: ExitStack) -> EmergencyJournal | None:
        try:
            emergency = EmergencyJournal(emergency_path(self.database))
        except StorageError as error:
            self.write(str(error))
            return None
        owned.callback(emergency.close)
        return emergency

    def _in_database(self, owned: ExitStack, emergency: EmergencyJournal | None) -> PanicRecords:
        if emergency is not None:
            bring_home(self.database, self.settings, self.clock.now_ms)
        journal = open_journal(
            self.database,
            clock_ms=self.clock.now_ms,
            on_failure=lambda error: self.write(f"the journal failed: {error}"),
            settings=self.settings,
            fallback=None if emergency is None else Fallback(emergency, self._tell_fall),
        )
        owned.callback(journal.close)
        rows = earlier_rows(self.database)
        rebuilt_book(rows)
        return PanicRecords(Records(journal=journal, earlier_rows=rows))

    def _tell_fall(self, error: StorageError) -> None:
        """Called on the journal's thread."""
        self.write(f"the database refuses, going on in {emergency_path(self.database)}: {error}")

    def _sound_rows(self, emergency: EmergencyJournal) -> tuple[list[JournalRow], ChainHead] | None:
        """The rows that the book is rebuilt from, and the newest; None where they cannot be trusted."""
        impatient = self.settings.model_copy(update={"busy_timeout_ms": _PATIENCE_MS})
        try:
            runs = runs_of(emergency.rows())
            with check_file(self.database, impatient) as connection:
                if not runs:
                    rows = earlier_rows(self.database, busy_timeout_ms=_PATIENCE_MS)
                    rebuilt_book(rows)
                    return rows, verify_chain(connection, rows_max=0)
                whole = rows_of(self.database, busy_timeout_ms=_PATIENCE_MS)
            rows = [*whole, *rows_coming_home(whole, runs)]
            rebuilt_book(rows)
            return rows, head_of(rows)
        except (StorageError, SQLAlchemyError, OSError):
            return None

    async def _epoch(self, kept: Iterable[JournalRow]) -> int:
        """An epoch of the reserved range that neither file nor order book has seen used."""
        claims = (decode_event(row.kind, row.payload) for row in kept if row.kind == _CLAIMED)
        used = [claim.epoch for claim in claims if isinstance(claim, ev.OwnershipTaken)]
        try:
            used += self._epochs_of(await self.broker.orders())
        except ReadFailedError as error:
            self.write(f"the order book could not be read: {error}")
        return max([FIRST_EMERGENCY_EPOCH - 1, *used]) + 1

    def _epochs_of(self, orders: Iterable[OrderReport]) -> list[int]:
        today = date_of(self.clock.now_ms())
        tags = (parse_tag(order.tag) for order in orders)
        return [tag.epoch for tag in tags if tag is not None and tag.on == today]


def what_is_kept(database: Path) -> tuple[Book, tuple[Instrument, ...]]:
    """The book and the instruments of a database; empty ones where it cannot be read."""
    try:
        with JournalReader(database, busy_timeout_ms=_PATIENCE_MS) as reader:
            book, _ = rebuilt_book(reader.book_rows())
            return book, reader.instruments()
    except StorageError:
        return Book(), ()
