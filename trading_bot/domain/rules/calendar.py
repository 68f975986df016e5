"""Which days the exchanges trade, and in which hours; a day that no list covers is refused."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import Field, model_validator

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.rules.dated import Confidence, refuse_overlaps, row_on, uncovered
from trading_bot.domain.rules.session import (
    ClosingAuctionHours,
    DayHours,
    Hours,
    HoursRow,
    PreOpenHours,
    Session,
)
from trading_bot.domain.section import Section

ORDINARY = "ordinary"
UNNAMED_CLOSURE = "closed (reason not recorded)"
_SATURDAY = 5


class Coverage(Section):
    """First and last day for which every holiday is known."""

    first: date
    last: date
    source: str = Field(min_length=1)


class Holiday(Section):
    """One named day without a regular session."""

    on: date
    name: str = Field(min_length=1)


class HolidayList(Section):
    """Holidays out of one source."""

    days: tuple[Holiday, ...]
    source: str = Field(min_length=1)
    confidence: Confidence


class ClosureList(Section):
    """Closed weekdays of which only the date is known, out of one source."""

    days: tuple[date, ...]
    source: str = Field(min_length=1)
    confidence: Confidence


class SpecialSession(Section):
    """A day with its own hours, or a session on a weekend."""

    on: date
    name: str = Field(min_length=1)
    muhurat: bool = False
    """The token session of Diwali: traded, but neither a settlement nor an expiry day."""
    hours: Literal["ordinary", "listed", "unknown"]
    continuous: tuple[Hours, ...] = ()
    pre_open: PreOpenHours | None = None
    closing_auction: ClosingAuctionHours | None = None
    post_close: Hours | None = None
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _hours_match_their_kind(self) -> "SpecialSession":
        if (self.hours == "listed") != bool(self.continuous):
            raise ValueError(
                f'the session of {self.on} has hours = "{self.hours}" and {len(self.continuous)} continuous '
                'windows: give windows exactly when hours = "listed"'
            )
        return self


class CalendarFacts(Section):
    """What calendar.toml, the closures and the overrides say together; later rows of a day win."""

    coverage: Coverage
    holidays: tuple[HolidayList, ...] = ()
    closures: tuple[ClosureList, ...] = ()
    special_sessions: tuple[SpecialSession, ...] = ()


class Calendar:
    """Trading days and sessions of NSE and BSE between two dates; every method raises outside of them."""

    __slots__ = ("_days", "_facts", "_hours", "_names", "_open", "_sessions", "_special")

    def __init__(self, facts: CalendarFacts, hours: Sequence[HoursRow]) -> None:
        """Raise ValueError when two rows of hours hold for a segment on the same day."""
        self._facts = facts
        self._hours = {segment: tuple(row for row in hours if segment in row.segments) for segment in Segment}
        for segment, rows in self._hours.items():
            refuse_overlaps(rows, f"hours of {segment}")
        self._names = {day.on: day.name for listed in facts.holidays for day in listed.days}
        self._special = {special.on: special for special in facts.special_sessions}
        self._days = tuple(self._trading_days())
        self._open = frozenset(self._days)
        self._sessions: dict[tuple[date, Segment, bool], Session | None] = {}

    @property
    def first_covered(self) -> date:
        """First day about which the calendar answers."""
        return self._facts.coverage.first

    @property
    def last_covered(self) -> date:
        """Last day about which the calendar answers."""
        return self._facts.coverage.last

    def is_trading_day(self, on: date) -> bool:
        """Whether any session is held, muhurat and weekend sessions included."""
        self._check(on)
        return on in self._open

    def is_muhurat(self, on: date) -> bool:
        """Whether only the token session of Diwali is held."""
        self._check(on)
        special = self._special.get(on)
        return special is not None and special.muhurat

    def is_settlement_day(self, on: date) -> bool:
        """Whether contracts can expire: a trading day that is not a muhurat session."""
        return self.is_trading_day(on) and not self.is_muhurat(on)

    def holiday_name(self, on: date) -> str | None:
        """Name of the holiday; None on an ordinary weekday or weekend, and for sessions held on a weekend."""
        self._check(on)
        name = self._names.get(on)
        if name is not None:
            return name
        return UNNAMED_CLOSURE if on not in self._open and on.weekday() < _SATURDAY else None

    def previous_trading_day(self, on: date) -> date:
        """The last trading day before the day."""
        self._check(on)
        at = bisect_left(self._days, on)
        if at == 0:
            raise self._uncovered(f"The trading day before {on}")
        return self._days[at - 1]

    def next_trading_day(self, on: date) -> date:
        """The first trading day after the day."""
        self._check(on)
        at = bisect_right(self._days, on)
        if at == len(self._days):
            raise self._uncovered(f"The trading day after {on}")
        return self._days[at]

    def trading_days(self, first: date, last: date) -> tuple[date, ...]:
        """Every trading day from `first` to `last`, both included."""
        self._check(first)
        self._check(last)
        return self._days[bisect_left(self._days, first) : bisect_right(self._days, last)]

    def session(
        self, on: date, segment: Segment, *, closing_auction_eligible: bool = False
    ) -> Session | None:
        """The session of a segment, or None on a closed day.

        Raises UncoveredDateError outside the calendar, and where a session was held at hours not on record.
        """
        key = (on, segment, closing_auction_eligible)
        if key not in self._sessions:
            self._sessions[key] = self._session(on, segment, closing_auction_eligible)
        return self._sessions[key]

    def hours_row(self, on: date, segment: Segment) -> HoursRow:
        """The ordinary hours of a segment on a day, with their source; raises where none are on record."""
        self._check(on)
        row = row_on(self._hours[segment], on)
        if row is None:
            raise uncovered(f"The hours of {segment}", on, self._hours[segment], "sessions.toml")
        return row

    def special_session(self, on: date) -> SpecialSession | None:
        """The row of a day with its own hours, or None."""
        self._check(on)
        return self._special.get(on)

    def _session(self, on: date, segment: Segment, closing_auction_eligible: bool) -> Session | None:  # noqa: FBT001  # private, keyword at the door
        if not self.is_trading_day(on):
            return None
        return self._day_hours(on, segment).session(
            on, segment, closing_auction_eligible=closing_auction_eligible
        )

    def _day_hours(self, on: date, segment: Segment) -> DayHours:
        special = self._special.get(on)
        name = special.name if special else ORDINARY
        if special is not None and special.hours == "unknown":
            raise UncoveredDateError(
                f"{name} of {on}: a session was held but its hours are not on record. "
                f'Give them in config/market/calendar.toml, special_sessions, with hours = "listed"'
            )
        row = self.hours_row(on, segment)
        if special is None or special.hours == "ordinary":
            return DayHours(name, row.continuous, row.pre_open, row.closing_auction, row.post_close)
        return DayHours(
            name,
            special.continuous,
            special.pre_open if row.pre_open else None,
            special.closing_auction,
            special.post_close if segment.is_cash else None,
        )

    def _trading_days(self) -> Iterable[date]:
        closed = self._names.keys() | {day for closures in self._facts.closures for day in closures.days}
        for offset in range((self.last_covered - self.first_covered).days + 1):
            on = self.first_covered + timedelta(days=offset)
            if on in self._special or (on.weekday() < _SATURDAY and on not in closed):
                yield on

    def _check(self, on: date) -> None:
        if not self.first_covered <= on <= self.last_covered:
            raise self._uncovered(str(on))

    def _uncovered(self, what: str) -> UncoveredDateError:
        return UncoveredDateError(
            f"{what} is not covered by the trading calendar, which runs from {self.first_covered} to "
            f"{self.last_covered}. Add the exchanges' holiday list to config/market/calendar.toml, then move "
            "coverage.last"
        )
