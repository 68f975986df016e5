"""Where panic writes: the database, or the emergency journal when the database cannot be used."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.emergency.emergency_run import RunJournal, runs_of
from trading_bot.adapters.storage.journal.hash_chain import ChainHead
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.journal.sqlite_journal import Fallback
from trading_bot.adapters.storage.keeping.check import check_file, verify_chain
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.bootstrap.earlier import earlier_rows
from trading_bot.bootstrap.emergency import bring_home, head_of, rows_coming_home, rows_of
from trading_bot.domain import events as ev
from trading_bot.domain.errors import ReadFailedError, StorageError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import date_of
from trading_bot.domain.order import OrderReport
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH, parse_tag
from trading_bot.engine.book import Book
from trading_bot.engine.ports import Broker, Clock, Journal, JournalRow
from trading_bot.engine.rebuild import rebuilt_book
from trading_bot.engine.records import decode_event, encode, event_kind

Write = Callable[[str], None]
AnyStack = ExitStack | AsyncExitStack

_PATIENCE_MS = 200
"""For a look into a file that has just been found locked, or soon will be."""
_CLAIMED = event_kind(ev.OwnershipTaken)


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicRecords:
    """The journal that panic writes, and the book that it begins with."""

    journal: Journal
    rows: Sequence[JournalRow] = ()
    """The rows that the book is rebuilt from."""
    claims: Sequence[JournalRow] | None = None
    """What panics before this one wrote that knew no book either; None where the book is known."""

    @property
    def is_book_known(self) -> bool:
        """Whether a journal could be read to tell it."""
        return self.claims is None

    @property
    def book(self) -> Book:
        """The book; an empty one where it is not known."""
        return rebuilt_book(self.rows)[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicFiles:
    """The database, and what stands in for it."""

    database: Path
    settings: StorageSettings
    clock: Clock
    write: Write

    async def latched(self, owned: AnyStack, asked_by: str) -> PanicRecords:
        """Open whichever of the two can be written, and latch panic in it: on disk when this returns.

        Nobody is asked for that, not even the broker. Raises StorageError when neither can be written.
        """
        opened = self.open(owned)
        book, sequence = rebuilt_book(opened.rows)
        if not book.is_panicking:
            at_ms = max(self.clock.now_ms(), opened.rows[-1].at_ms if opened.rows else 0)
            latch = ev.PanicLatched(at_ms=at_ms, asked_by=asked_by)
            row = JournalRow(sequence + 1, at_ms, *encode(latch))
            opened.journal.append([row])
            await opened.journal.durable(row.sequence)
            opened = replace(opened, rows=[*opened.rows, row])
        self.write("panic is latched on disk")
        return opened

    def open(self, owned: AnyStack) -> PanicRecords:
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
                raise StorageError(
                    f"{error}. Neither database nor emergency journal can be written, so nothing was latched "
                    "and nothing sent: cancel and close everything in the broker's app"
                ) from error
        self.write(f"writing to {emergency.path}; the next start takes it into the database")
        sound = self._sound_rows(emergency)
        if sound is not None:
            rows, head = sound
            return PanicRecords(journal=RunJournal(emergency, head), rows=rows)
        self.write("the book is not known: everything that the broker shows is cancelled and closed")
        return PanicRecords(journal=RunJournal(emergency, None), claims=emergency.rows())

    async def epoch(self, opened: PanicRecords, broker: Broker) -> int | None:
        """An epoch of the reserved range that neither file nor order book has seen used.

        None where the book is known: it tells which comes next.
        """
        if opened.claims is None:
            return None
        claims = (decode_event(row.kind, row.payload) for row in opened.claims if row.kind == _CLAIMED)
        used = [claim.epoch for claim in claims if isinstance(claim, ev.OwnershipTaken)]
        try:
            used += self._epochs_of(await broker.orders())
        except ReadFailedError as error:
            self.write(f"the order book could not be read: {error}")
        return max([FIRST_EMERGENCY_EPOCH - 1, *used]) + 1

    def _emergency(self, owned: AnyStack) -> EmergencyJournal | None:
        try:
            emergency = EmergencyJournal(emergency_path(self.database))
        except StorageError as error:
            self.write(str(error))
            return None
        owned.callback(emergency.close)
        return emergency

    def _in_database(self, owned: AnyStack, emergency: EmergencyJournal | None) -> PanicRecords:
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
        return PanicRecords(journal=journal, rows=rows)

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

    def _epochs_of(self, orders: Iterable[OrderReport]) -> list[int]:
        today = date_of(self.clock.now_ms())
        tags = (parse_tag(order.tag) for order in orders)
        return [tag.epoch for tag in tags if tag is not None and tag.on == today]


def kept_instruments(database: Path) -> tuple[Instrument, ...]:
    """The instruments that a database keeps, a newer program's too; none where it cannot be read."""
    try:
        with JournalReader(database, busy_timeout_ms=_PATIENCE_MS, any_schema=True) as reader:
            return reader.instruments()
    except StorageError:
        return ()
