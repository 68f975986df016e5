"""What a day takes over from earlier ones: where nothing was open, a rebuild of the book may begin there.

The day says it in its own journal row, so a start need not read what came before. Positions are never among
it: they come from their fills.
"""

from trading_bot.domain.events import CarriedOver
from trading_bot.engine.book import Book


def carried_over(book: Book) -> CarriedOver | None:
    """What the next day takes over; None while something is open or unexplained: then its rows are needed."""
    if book.trades or book.positions or book.differences:
        return None
    return CarriedOver(
        epoch=book.epoch,
        settings_hash=book.settings_hash,
        last_trade_id=book.last_trade_id,
        is_panicking=book.is_panicking,
        halts=tuple(halt for halt in book.halts.values() if halt.until_released),
        emergency_tags=tuple(sorted(book.emergency_tags)),
    )


def book_before(carried: CarriedOver) -> Book:
    """The book right before the day that took this over, in all that the start of a day leaves."""
    return Book(
        epoch=carried.epoch,
        settings_hash=carried.settings_hash,
        last_trade_id=carried.last_trade_id,
        is_panicking=carried.is_panicking,
        halts={(halt.scope, halt.subject, halt.reason): halt for halt in carried.halts},
        emergency_tags=set(carried.emergency_tags),
    )
