"""What the book learns of owners that could not read it: the epochs and tags that they used."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from trading_bot.domain import events as ev
from trading_bot.domain.tag import parse_tag
from trading_bot.engine.book_state import BookState


def given_since(tags: Iterable[str], on: date) -> set[str]:
    """Those of the tags that were given on a day or after it."""
    parsed = {tag: parse_tag(tag) for tag in tags}
    return {tag for tag, parts in parsed.items() if parts is not None and parts.on >= on}


def _epoch_raised(book: BookState, event: ev.EpochRaised) -> None:
    book.epoch = event.epoch


def _emergency_row_kept(book: BookState, event: ev.EmergencyRowKept) -> None:
    if event.tag:
        book.emergency_tags.add(event.tag)


EMERGENCY_EFFECTS: dict[type[ev.BookEvent], Callable[[BookState, Any], None]] = {
    ev.EpochRaised: _epoch_raised,
    ev.EmergencyRowKept: _emergency_row_kept,
}
"""Each function takes the event class that it is filed under."""
