"""What the journals show of past sessions: which were run to their end, and what went wrong in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.domain import events as ev
from trading_bot.domain.errors import StorageError
from trading_bot.domain.ist import MS_PER_MINUTE, date_of
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import decode_event, event_kind
from trading_bot.risk.ramp.standing import TradedDay

_WHOLE_MS = 240 * MS_PER_MINUTE
"""A shorter stretch between a day's first row and its close was no session: a late start, or a trial."""
_STARTED, _CLOSED, _INCIDENT = map(event_kind, (ev.DayStarted, ev.DayClosed, ev.IncidentRecorded))


@dataclass(slots=True)
class _Day:
    started_ms: int = 0
    closed: ev.DayClosed | None = None
    accidents: dict[str, None] = field(default_factory=dict)


def has_journal(database: Path) -> bool:
    """Whether a mode was ever run."""
    return database.is_file() and database.stat().st_size > 0


def traded_days(database: Path, accidents: Collection[str]) -> tuple[TradedDay, ...]:
    """Sessions of a journal, oldest first; none where there is no journal. Raises StorageError.

    A session counts when it was run for hours and closed; one that ended with something open, or
    unreconciled, had an accident.
    """
    if not has_journal(database):
        return ()
    with JournalReader(database) as reader:
        days: dict[date, _Day] = {}
        for row in _rows(reader):
            day = days.setdefault(date_of(row.at_ms), _Day())
            _note(day, row, accidents)
    found = (_traded(on, day) for on, day in sorted(days.items()))
    return tuple(day for day in found if day is not None)


def has_begun(database: Path) -> bool:
    """Whether a day was ever opened in a journal; where it cannot be read, it may hold something: yes."""
    if not has_journal(database):
        return False
    try:
        with JournalReader(database) as reader:
            return bool(reader.days())
    except StorageError:
        return True


def _rows(reader: JournalReader) -> Iterable[JournalRow]:
    for kind in (_STARTED, _INCIDENT, _CLOSED):
        yield from reader.rows(kind=kind)


def _note(day: _Day, row: JournalRow, accidents: Collection[str]) -> None:
    event = decode_event(row.kind, row.payload)
    match event:
        case ev.DayStarted():
            day.started_ms = day.started_ms or event.at_ms
        case ev.IncidentRecorded() if event.kind in accidents:
            day.accidents[event.kind] = None
        case ev.DayClosed():
            day.closed = event


def _traded(on: date, day: _Day) -> TradedDay | None:
    """A day with an accident counts against it however short it was."""
    closed = day.closed
    problems = list(day.accidents)
    if closed is not None and closed.open_positions:
        problems.append(f"{closed.open_positions} positions left open")
    if closed is not None and not closed.reconciled:
        problems.append("not reconciled")
    if problems:
        return TradedDay(on=on, accident=", ".join(problems))
    if closed is None or not day.started_ms or closed.at_ms - day.started_ms < _WHOLE_MS:
        return None
    return TradedDay(on=on)
