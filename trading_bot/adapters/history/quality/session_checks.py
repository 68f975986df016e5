"""Checks against the exchange's calendar: days and minutes that lack, or that should not be there."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from trading_bot.adapters.history.quality.findings import Defect, Finding, Severity, counted, runs_of
from trading_bot.adapters.history.quality.series import About, Days, days_in
from trading_bot.domain.candles.arrays import CandleArrays, IntArray
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.session import Session

_LONGEST_HOLE = 5
"""So many sessions missing in a row are a hole that no indicator should run across: a trading week."""
_MISSING_SHARE = 0.05
_FEW = 3
_CLOSED_SHARE = 0.02
_SHORT_BELOW = 0.8
_SHORT_SHARE = 0.4
_THIN_BELOW = 0.8
_END_STAMP_SHARE = 0.5


class _Day(NamedTuple):
    on: date
    session: Session
    bars: int
    """Rows inside the hours of continuous trading."""
    expected: int
    has_first: bool
    has_end: bool
    """A row stamped with the moment of the close."""
    outside: int


def check_sessions(candles: CandleArrays, about: About, calendar: Calendar) -> Iterator[Finding]:
    """Compare days and minutes with the calendar."""
    days = days_in(candles)
    covered = [day for day in days.dates if calendar.first_covered <= day <= calendar.last_covered]
    if len(covered) < len(days.dates):
        outside = tuple(day for day in days.dates if day not in set(covered))
        yield Finding(
            defect=Defect.UNCOVERED_DAYS,
            severity=Severity.NOTE,
            count=len(outside),
            text=f"outside the calendar, so not compared with it: {counted(len(outside), 'day')}",
            days=outside,
        )
    if not covered:
        return
    sessions = calendar.trading_days(covered[0], covered[-1])
    yield from _missing(covered, sessions, calendar)
    yield from _closed(covered, sessions)
    if about.is_intraday:
        yield from check_hours(candles, days, about, calendar)


def _missing(covered: Sequence[date], sessions: Sequence[date], calendar: Calendar) -> Iterator[Finding]:
    there = set(covered)
    missing = [day for day in sessions if day not in there]
    special = tuple(day for day in missing if calendar.special_session(day) is not None)
    ordinary = tuple(day for day in missing if calendar.special_session(day) is None)
    if special:
        yield Finding(
            defect=Defect.MISSING_SPECIAL_SESSIONS,
            severity=Severity.NOTE,
            count=len(special),
            text=f"missing of those at special times (Diwali, weekends): {counted(len(special), 'session')}",
            days=special,
        )
    if not ordinary:
        return
    runs = runs_of(missing, sessions)
    holes = [run for run in runs if sum(day in set(ordinary) for day in run) >= _LONGEST_HOLE]
    share = len(ordinary) / len(sessions)
    too_many = share > _MISSING_SHARE and len(ordinary) >= _FEW
    text = f"missing: {counted(len(ordinary), 'session')} of {grouped(len(sessions), 0)}"
    if holes:
        text += ", in stretches " + ", ".join(f"{run[0]} to {run[-1]} ({len(run)})" for run in holes)
    yield Finding(
        defect=Defect.MISSING_SESSIONS,
        severity=Severity.REFUSED if holes or too_many else Severity.WARNING,
        count=len(ordinary),
        text=text,
        days=ordinary,
        barriers=tuple(next(day for day in covered if day > run[-1]) for run in (holes or runs)),
    )


def _closed(covered: Sequence[date], sessions: Sequence[date]) -> Iterator[Finding]:
    held = set(sessions)
    closed = tuple(day for day in covered if day not in held)
    if closed:
        many = len(closed) >= _FEW and len(closed) > _CLOSED_SHARE * len(covered)
        yield Finding(
            defect=Defect.CLOSED_DAYS,
            severity=Severity.REFUSED if many else Severity.WARNING,
            count=len(closed),
            text=f"rows though the exchange was closed: {counted(len(closed), 'day')}",
            days=closed,
            bad_days=closed if many else (),
        )


def check_hours(candles: CandleArrays, days: Days, about: About, calendar: Calendar) -> Iterator[Finding]:
    """Compare the rows of each day with its hours."""
    looked_at = [_day(candles, days, index, about, calendar) for index in range(days.number.size)]
    known = [day for day in looked_at if day is not None]
    if not known:
        return
    if sum(day.has_end and not day.has_first for day in known) > _END_STAMP_SHARE * len(known):
        yield Finding(
            defect=Defect.STAMPED_AT_END,
            severity=Severity.REFUSED,
            count=len(known),
            text="candles seem stamped with the end of their interval; stamp them with its start",
        )
    outside = [day for day in known if day.outside]
    if outside:
        count = sum(day.outside for day in outside)
        yield Finding(
            defect=Defect.OUTSIDE_HOURS,
            severity=Severity.WARNING,
            count=count,
            text=f"outside the hours: {counted(count, 'candle')} on {counted(len(outside), 'day')}",
            days=tuple(day.on for day in outside),
        )
    yield from _short(known)


def _short(known: Sequence[_Day]) -> Iterator[Finding]:
    usual = float(np.median([day.bars / day.expected for day in known]))
    if usual < _THIN_BELOW:
        yield Finding(
            defect=Defect.THIN,
            severity=Severity.NOTE,
            count=len(known),
            text=f"half of the sessions have candles for less than {usual:.0%} of their intervals",
        )
    short = [day for day in known if day.bars < _SHORT_BELOW * min(usual, 1.0) * day.expected]
    if short:
        many = len(short) >= _FEW and len(short) > _SHORT_SHARE * len(known)
        yield Finding(
            defect=Defect.SHORT_SESSIONS,
            severity=Severity.REFUSED if many else Severity.WARNING,
            count=len(short),
            text=f"less than {_SHORT_BELOW:.0%} of the usual candles: {counted(len(short), 'session')} "
            f"of {grouped(len(known), 0)}",
            days=tuple(day.on for day in short),
            bad_days=tuple(day.on for day in short) if many else (),
        )


def _day(candles: CandleArrays, days: Days, index: int, about: About, calendar: Calendar) -> _Day | None:
    """One day against its session; None where its hours are not known."""
    on = days.dates[index]
    assert about.interval_s is not None
    try:
        session = calendar.session(on, about.instrument.segment)
    except UncoveredDateError:
        return None
    if session is None:
        return None
    starts = candles.start_ms[days.first[index] : days.end[index]]
    step_ms = about.interval_s * MS_PER_SECOND
    inside = _inside(starts, session, step_ms)
    expected = sum(-(-(window.end_ms - window.start_ms) // step_ms) for window in session.continuous)
    return _Day(
        on=on,
        session=session,
        bars=int(inside.sum()),
        expected=expected,
        has_first=bool(starts[0] <= session.open_ms),
        has_end=bool((starts == session.close_ms).any()),
        outside=int(starts.size - inside.sum()),
    )


def _inside(starts: IntArray, session: Session, step_ms: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Rows whose interval touches continuous trading."""
    inside = np.zeros(starts.size, dtype=bool)
    for window in session.continuous:
        inside |= (starts > window.start_ms - step_ms) & (starts < window.end_ms)
    return inside
