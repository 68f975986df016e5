"""What the book learns of owners that could not read it: the epochs and tags that they used."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from trading_bot.domain import events as ev
from trading_bot.domain.tag import parse_tag

if TYPE_CHECKING:
    from trading_bot.engine.book import Book


def given_since(tags: Iterable[str], on: date) -> set[str]:
    """Those of the tags that were given on a day or after it."""
    parsed = {tag: parse_tag(tag) for tag in tags}
    return {tag for tag, parts in parsed.items() if parts is not None and parts.on >= on}


def _epoch_raised(book: "Book", event: ev.EpochRaised) -> None:
    book.epoch = event.epoch


def _emergency_row_kept(book: "Book", event: ev.EmergencyRowKept) -> None:
    if event.tag:
        book.emergency_tags.add(event.tag)


EMERGENCY_EFFECTS: dict[type[ev.BookEvent], Callable[["Book", Any], None]] = {
    ev.EpochRaised: _epoch_raised,
    ev.EmergencyRowKept: _emergency_row_kept,
}
"""Each function takes the event class that it is filed under."""
