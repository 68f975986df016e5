"""What a look at a history can find, and what it amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import pairwise
from pathlib import Path

from trading_bot.domain.money import grouped
from trading_bot.domain.rules.provenance import Provenance


class Severity(StrEnum):
    """What follows from a finding."""

    NOTE = "note"
    """Worth knowing; usual for such data."""
    WARNING = "warning"
    """Figures may be touched; the data can be used."""
    REFUSED = "refused"
    """What is computed from it would be wrong without a sign: not used unless someone insists."""


class Defect(StrEnum):
    """Kinds of findings."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    UNSORTED = "unsorted"
    REPEATED_ROWS = "repeated_rows"
    CONTRADICTING_ROWS = "contradicting_rows"
    EMPTY_PRICE = "empty_price"
    NON_POSITIVE_PRICE = "non_positive_price"
    IMPOSSIBLE_CANDLE = "impossible_candle"
    BAD_VOLUME = "bad_volume"
    OFF_TICK = "off_tick"
    MISSING_SESSIONS = "missing_sessions"
    MISSING_SPECIAL_SESSIONS = "missing_special_sessions"
    UNCOVERED_DAYS = "uncovered_days"
    CLOSED_DAYS = "closed_days"
    OUTSIDE_HOURS = "outside_hours"
    STAMPED_AT_END = "stamped_at_end"
    SHORT_SESSIONS = "short_sessions"
    THIN = "thin"
    FROZEN = "frozen"
    REPEATED_DAY = "repeated_day"
    SPLIT_SUSPECTED = "split_suspected"
    SPLIT_KNOWN = "split_known"
    OVERNIGHT_JUMP = "overnight_jump"
    WRONG_INSTRUMENT = "wrong_instrument"
    OTHER_SCALE = "other_scale"
    AGREES = "agrees"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found, however often."""

    defect: Defect
    severity: Severity
    count: int
    text: str
    days: tuple[date, ...] = ()
    """Where; all of them."""
    bad_days: tuple[date, ...] = ()
    """Days whose rows are worth nothing."""
    barriers: tuple[date, ...] = ()
    """Days before which something is broken: rows on both sides do not belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesReport:
    """What was found in one series."""

    symbol: str
    place: str
    interval_s: int | None
    """Seconds of one candle; 86,400 for days, None where it cannot be told."""
    days: tuple[date, ...] = ()
    rows: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """Why the series should not be used as it is."""
        return tuple(finding for finding in self.findings if finding.severity is Severity.REFUSED)

    @property
    def is_refused(self) -> bool:
        """Whether it should not be used as it is."""
        return bool(self.refusals)

    @property
    def sound_span(self) -> tuple[date, date] | None:
        """First and last day of the longest stretch that no refusal touches.

        None where there is none, or where a refusal says nothing about its place.
        """
        if any(not (finding.barriers or finding.bad_days) for finding in self.refusals) or not self.days:
            return None
        bad = {day for finding in self.refusals for day in finding.bad_days}
        barriers = {day for finding in self.refusals for day in finding.barriers}
        runs: list[list[date]] = [[]]
        for day in self.days:
            if day in barriers or day in bad:
                runs.append([])
            if day not in bad:
                runs[-1].append(day)
        longest = max(runs, key=len)
        return (longest[0], longest[-1]) if longest else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReport:
    """What was found in one folder."""

    path: Path
    kind: str
    """Candles or ticks; empty where the folder could not be opened."""
    origin: Provenance | None
    series: tuple[SeriesReport, ...] = ()
    refusal: str = ""
    """Why the folder as a whole could not be opened."""
    unchecked: tuple[str, ...] = field(default=())
    """What was not looked at, and why."""

    @property
    def is_refused(self) -> bool:
        """Whether anything in it should not be used as it is."""
        return bool(self.refusal) or any(series.is_refused for series in self.series)

    @property
    def refusals(self) -> tuple[str, ...]:
        """Why its series should not be used as they are, each with its symbol."""
        return tuple(
            f"{series.symbol}: {finding.text}" for series in self.series for finding in series.refusals
        )


def counted(number: int, what: str) -> str:
    """A number and its noun: `1 day`, `3 days`."""
    if number == 1:
        return f"1 {what}"
    return f"{grouped(number, 0)} {what}{'es' if what.endswith(('s', 'ch')) else 's'}"


def runs_of(days: Sequence[date], of: Sequence[date]) -> list[list[date]]:
    """Group the days that follow each other without a gap in `of`."""
    place = {day: index for index, day in enumerate(of)}
    runs: list[list[date]] = [[day] for day in days[:1]]
    for earlier, later in pairwise(days):
        if place[later] == place[earlier] + 1:
            runs[-1].append(later)
        else:
            runs.append([later])
    return runs
