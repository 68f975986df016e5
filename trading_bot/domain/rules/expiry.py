"""When futures and options expire: a weekday by date, moved before holidays."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from pydantic import Field

from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.dated import Confidence, holds_on, refuse_overlaps, uncovered
from trading_bot.domain.section import Section

NSE_STOCKS = "NSE stocks"
"""Stands for every share with derivatives on NSE: they expire together."""
BSE_STOCKS = "BSE stocks"

Cycle = Literal["weekly", "monthly"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
_WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
_FILE = "expiries.toml"
_WEEKS_AHEAD = 6


class ExpiryRow(Section):
    """Weekday of the expiries of some underlyings, by scheduled expiry date."""

    cycle: Cycle
    underlyings: tuple[str, ...] = Field(min_length=1)
    weekday: Weekday
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1)
    confidence: Confidence

    @property
    def weekday_number(self) -> int:
        """Monday is 0."""
        return _WEEKDAYS.index(self.weekday)


class ExpiryRules:
    """Expiry dates of index and stock contracts. An underlying without rows of its own is a share on NSE."""

    __slots__ = ("_calendar", "_rows")

    def __init__(self, rows: Sequence[ExpiryRow], calendar: Calendar) -> None:
        """Raise ValueError when two rows of one underlying and cycle hold on the same day."""
        self._calendar = calendar
        self._rows: dict[tuple[str, Cycle], tuple[ExpiryRow, ...]] = {}
        for row in rows:
            for underlying in row.underlyings:
                key = (underlying, row.cycle)
                self._rows[key] = (*self._rows.get(key, ()), row)
        for (underlying, cycle), dated in self._rows.items():
            refuse_overlaps(dated, f"{cycle} expiries of {underlying}")

    @property
    def underlyings(self) -> tuple[str, ...]:
        """Every underlying with rows of its own."""
        return tuple(dict.fromkeys(underlying for underlying, _ in self._rows))

    def monthly_expiry(self, underlying: str, year: int, month: int) -> date:
        """Expiry of a month's contract. Raises UncoveredDateError where no rule or no calendar covers it."""
        return self._moved(self._scheduled_monthly(underlying, year, month))

    def next_monthly(self, underlying: str, on: date) -> date:
        """First monthly expiry on or after the day."""
        expiry_on = self.monthly_expiry(underlying, on.year, on.month)
        if expiry_on >= on:
            return expiry_on
        return self.monthly_expiry(underlying, *_next_month(on))

    def next_weekly(self, underlying: str, on: date) -> date | None:
        """First expiry on or after the day in the chain of weekly contracts; None where there are none then.

        The monthly contract takes the weekly's place in its week and belongs to the chain.
        """
        monday = on - timedelta(days=on.weekday())
        for weeks in range(_WEEKS_AHEAD):
            expiry_on = self._expiry_of_week(underlying, monday + timedelta(weeks=weeks))
            if expiry_on is not None and expiry_on >= on:
                return expiry_on
        self._scheduled_monthly(underlying, on.year, on.month)  # refuses a day about which nothing is known
        return None

    def next_expiry(self, underlying: str, on: date) -> date:
        """First expiry of any contract on or after the day."""
        weekly = self.next_weekly(underlying, on)
        return weekly if weekly is not None else self.next_monthly(underlying, on)

    def row(self, underlying: str, cycle: Cycle, on: date) -> ExpiryRow | None:
        """The rule for expiries scheduled on the day, with its source; None where there is none."""
        return next((row for row in self._rows_of(underlying, cycle) if holds_on(row, on)), None)

    def _expiry_of_week(self, underlying: str, monday: date) -> date | None:
        scheduled = self._scheduled_in_week(self._rows_of(underlying, "weekly"), monday)
        if scheduled is None:
            return None
        for month in {(monday.year, monday.month), (scheduled.year, scheduled.month)}:
            monthly = self._scheduled_monthly(underlying, *month)
            if monday <= monthly < monday + timedelta(days=7):
                return self._moved(monthly)
        return self._moved(scheduled)

    @staticmethod
    def _scheduled_in_week(rows: Sequence[ExpiryRow], monday: date) -> date | None:
        days = ((row, monday + timedelta(days=row.weekday_number)) for row in rows)
        return next((day for row, day in days if holds_on(row, day)), None)

    def _scheduled_monthly(self, underlying: str, year: int, month: int) -> date:
        rows = self._rows_of(underlying, "monthly")
        last_day = date(*_next_month(date(year, month, 1)), 1) - timedelta(days=1)
        for row in rows:
            day = last_day - timedelta(days=(last_day.weekday() - row.weekday_number) % 7)
            if holds_on(row, day):
                return day
        raise uncovered(f"The monthly expiry of {underlying}", last_day, rows, _FILE)

    def _rows_of(self, underlying: str, cycle: Cycle) -> tuple[ExpiryRow, ...]:
        known = (underlying, "monthly") in self._rows
        return self._rows.get((underlying if known else NSE_STOCKS, cycle), ())

    def _moved(self, scheduled: date) -> date:
        """The scheduled day, or the settlement day before it when that is none."""
        day = scheduled
        while not self._calendar.is_settlement_day(day):
            day -= timedelta(days=1)
        return day


def _next_month(on: date) -> tuple[int, int]:
    return (on.year + 1, 1) if on.month == 12 else (on.year, on.month + 1)  # noqa: PLR2004  # December
