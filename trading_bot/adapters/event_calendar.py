"""The calendar of scheduled events: a TOML file that a person keeps, read with the line of every mistake."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from trading_bot.adapters.kept_toml import Place, checked, read_toml
from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.domain.section import ClockTime, Section

_FIX = "fix: config/events.toml of the project is an example with every key; docs/overlays.md explains them"
_EXCHANGE_SUFFIX = ".NS"


class CalendarSpan(Section):
    """First and last day for which somebody has looked up every event."""

    first: date
    last: date
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"last {self.last} lies before first {self.first}: swap them")
        return self


class EventRow(Section):
    """One event as it is written."""

    kind: EventKind
    name: str = Field(min_length=1)
    on: date
    last: date | None = None
    """Of an event of several days: its last one."""
    at: ClockTime | None = None
    """When it begins; None: it is the whole day's."""
    until: ClockTime | None = None
    """When it is over; None: it is a moment."""
    symbols: tuple[str, ...] = ()
    source: str = Field(min_length=1)

    @field_validator("symbols")
    @classmethod
    def _are_symbols(cls, symbols: tuple[str, ...]) -> tuple[str, ...]:
        plain = tuple(symbol.strip().upper().removesuffix(_EXCHANGE_SUFFIX) for symbol in symbols)
        if not all(plain):
            raise ValueError('names of shares such as "RELIANCE"; for the whole market leave the key out')
        return plain

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.last is not None and (self.at is not None or self.last < self.on):
            raise ValueError("last is a day not before `on`, for events without a time")
        if self.until is not None and (self.at is None or self.until <= self.at):
            raise ValueError("until is a time after `at`")
        if self.kind is EventKind.RESULTS and not self.symbols:
            raise ValueError("results are of somebody: name the symbols")
        return self

    def event(self) -> ScheduledEvent:
        """The event, in instants."""
        if self.at is None:
            starts_ms = midnight_ms(self.on)
            ends_ms = midnight_ms((self.last or self.on) + timedelta(days=1))
        else:
            starts_ms = ms_at(self.on, self.at)
            ends_ms = ms_at(self.on, self.until or self.at)
        return ScheduledEvent(
            kind=self.kind,
            name=self.name,
            starts_at_ms=starts_ms,
            ends_at_ms=ends_ms,
            symbols=self.symbols,
        )


class EventCalendar(Section):
    """All events of a file, and the days for which there are no others."""

    coverage: CalendarSpan
    events: tuple[EventRow, ...] = ()

    def covers(self, on: date) -> bool:
        """Whether every event of the day is known."""
        return self.coverage.first <= on <= self.coverage.last

    def on(self, day: date) -> tuple[ScheduledEvent, ...]:
        """Events that touch a day."""
        return tuple(event for row in self.events if (event := row.event()).touches(day))


def load_event_calendar(path: Path) -> EventCalendar:
    """Read a calendar. Raises SettingsError with file, line, key, value, what is allowed, and the fix."""
    missing = f" (risk.overlays.events.file).\n  {_FIX}; or leave the setting out"
    file = read_toml(path, if_missing=missing, fix=f".\n  {_FIX}")
    return checked(path, EventCalendar, file.tables, line_of=_lines_of(file.text), fix=f"\n  {_FIX}")


def _lines_of(text: str) -> Callable[[Place], str]:
    """What names the line at which an entry begins; empty for what is in no entry."""
    rows = [
        number
        for number, line in enumerate(text.splitlines(), 1)
        if line.replace(" ", "").startswith("[[events]]")
    ]

    def line_of(place: Place) -> str:
        match place:
            case ("events", int(number), *_) if number < len(rows):
                return f", line {rows[number]}"
        return ""

    return line_of
