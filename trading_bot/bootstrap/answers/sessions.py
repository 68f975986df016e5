"""The sessions of a journal, and the rows that each is read from."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import takewhile

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.domain.events import DayStarted
from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.domain.market_data import Candle
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


def candles_of_day(reader: JournalReader, first_ms: int) -> Mapping[str, list[Candle]]:
    """Kept minutes of the day that begins at this moment, by instrument key."""
    candles: dict[str, list[Candle]] = {}
    for key, candle in reader.candles(first_ms, first_ms + MS_PER_DAY - 1):
        candles.setdefault(key, []).append(candle)
    return candles
