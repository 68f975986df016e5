"""Rebuilds the book from its journal: from the first row, or from a day that nothing was open before."""

from collections.abc import Iterable

from trading_bot.domain.errors import IllegalTransitionError, StorageError
from trading_bot.domain.events import CarriedOver, DayStarted
from trading_bot.engine.book import Book
from trading_bot.engine.checkpoint import book_before
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event, event_kind

DAY_STARTED = event_kind(DayStarted)
UNFIT = (KeyError, ValueError, IllegalTransitionError)
"""What decoding and applying a row raise when it does not fit those before it."""


def is_checkpoint(row: JournalRow) -> bool:
    """Whether a rebuild may begin with this row. Raises as `decode_event` does."""
    return _carried_by(row) is not None


def rebuilt_book(rows: Iterable[JournalRow]) -> tuple[Book, int]:
    """The book of these rows and the last row's number; they begin with row 1 or with a checkpoint.

    Raises StorageError for rows that begin elsewhere, do not fit together, or are of another program.
    """
    book, sequence = Book(), 0
    for row in rows:
        try:
            if sequence == 0 and row.sequence > 1:
                book = _book_at(row)
            book.apply(decode_event(row.kind, row.payload))
        except UNFIT as error:
            raise StorageError(
                f"journal row {row.sequence} cannot be read after those before it: {error!r}; "
                "was it written by a newer version of this program?"
            ) from error
        sequence = row.sequence
    return book, sequence


def _book_at(row: JournalRow) -> Book:
    carried = _carried_by(row)
    if carried is None:
        raise ValueError(f"a {row.kind} says nothing about what came before it")
    return book_before(carried)


def _carried_by(row: JournalRow) -> CarriedOver | None:
    if row.kind != DAY_STARTED:
        return None
    event = decode_event(row.kind, row.payload)
    assert isinstance(event, DayStarted)
    return event.carried
