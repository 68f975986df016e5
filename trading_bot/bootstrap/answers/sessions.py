"""The sessions of a journal, and the rows that each is read from."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import takewhile

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.domain.events import DayStarted
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.rebuild import is_checkpoint
from trading_bot.engine.records import decode_event


def session_of(row: JournalRow) -> date:
    """The day that a `DayStarted` opens."""
    event = decode_event(row.kind, row.payload)
    assert isinstance(event, DayStarted)
    return event.on


def session_rows(
    reader: JournalReader, starts: Sequence[JournalRow], sessions: Sequence[date], wanted: date
) -> Iterator[JournalRow]:
    """The rows of a session, from where its book can be rebuilt to where the next one starts."""
    last = max(number for number, on in enumerate(sessions) if on == wanted)
    first = next((row.sequence for row in reversed(starts[: last + 1]) if is_checkpoint(row)), 0)
    rows = reader.rows(first)
    if last + 1 == len(starts):
        return rows
    end = starts[last + 1].sequence
    return takewhile(lambda row: row.sequence < end, rows)
