"""What a journal says before anybody takes it over."""

from pathlib import Path

from trading_bot.adapters.storage.reader import JournalReader
from trading_bot.engine.book import Book
from trading_bot.engine.records import decode_event


def earlier_book(database: Path) -> Book:
    """The book that a journal adds up to; empty where there is no journal yet.

    Raises StorageError.
    """
    book = Book()
    if database.is_file():
        with JournalReader(database) as reader:
            for row in reader.rows():
                book.apply(decode_event(row.kind, row.payload))
    return book
