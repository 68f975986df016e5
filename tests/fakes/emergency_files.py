"""A database and its emergency journal on disk, and a panic that knew no book."""

from pathlib import Path

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, EngineDriver
from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.emergency.emergency_run import RunWriter
from trading_bot.adapters.storage.journal.hash_chain import ChainHead
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.domain.order import Side
from trading_bot.domain.tag import FIRST_EMERGENCY_EPOCH
from trading_bot.engine import inputs
from trading_bot.engine.book import Book
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event

PANIC = inputs.OperatorWish.PANIC
BLIND_EPOCH = FIRST_EMERGENCY_EPOCH + 3


def write(database: Path, rows: list[JournalRow]) -> None:
    """Append rows to the database."""
    journal = open_inline_journal(database, clock_ms=lambda: 0, on_failure=print)
    journal.append(rows)
    journal.close()


def fall_back(database: Path, after: ChainHead | None, rows: list[JournalRow]) -> None:
    """Write rows to the emergency journal, as those of one process."""
    journal = EmergencyJournal(emergency_path(database), bytes_max=200_000)
    RunWriter(journal, after).commit(rows)
    journal.close()


def come_home(database: Path) -> int:
    """Do what a start does first."""
    return bring_home(database, StorageSettings(), lambda: 0)


def book_of(database: Path) -> Book:
    """The book that all rows of a sound database add up to."""
    book = Book()
    with JournalReader(database) as reader:
        reader.verify()
        for row in reader.rows():
            book.apply(decode_event(row.kind, row.payload))
    return book


def blind_run() -> EngineDriver:
    """A panic that knows no book."""
    blind = EngineDriver(is_recovered=False)
    blind.rows.clear()
    blind.core = blind._new_core()
    sessions = {KEY: SESSION}
    blind.take(inputs.DayOpened(at_ms=0, on=DAY, instruments=(blind.instrument,), sessions=sessions))
    blind.take(
        inputs.OwnershipClaimed(at_ms=0, program_version="0", settings_hash="panic", epoch=BLIND_EPOCH)
    )
    blind.price(PRICE)
    blind.ask(PANIC)
    return blind


def blind_sale() -> EngineDriver:
    """A panic that knows no book, and sold the 35 that the broker showed."""
    blind = blind_run()
    blind.foreign_fill(Side.BUY, 35, PRICE)
    blind.read_books()
    blind.read_positions(35)
    (close,) = blind.places()
    blind.answer(close.request.tag)
    blind.fill(close.request.tag, 35, PRICE)
    return blind
