"""What a journal says before anybody takes it over."""

from pathlib import Path

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.engine.book import Book
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.rebuild import rebuilt_book


def earlier_rows(database: Path, *, busy_timeout_ms: int = 2_000) -> list[JournalRow]:
    """The rows of a journal that its book is rebuilt from. Raises StorageError."""
    with JournalReader(database, busy_timeout_ms=busy_timeout_ms) as reader:
        return reader.book_rows()


def earlier_book(database: Path) -> Book:
    """The book that a journal adds up to; empty where there is no journal yet.

    Raises StorageError.
    """
    return rebuilt_book(earlier_rows(database))[0] if database.is_file() else Book()
