"""The hours that a generated market keeps, handed in by whoever knows the calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta

import numpy as np

from trading_bot.domain.candles.arrays import IntArray
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import Instrument, Segment
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.session import Window

SESSIONS_BEFORE = 45
"""1,000 candles of 15 minutes are 40 sessions; some are kept in reserve."""

_FRIDAY = 4
_OPENS_AT = time(9, 15)
_CLOSES_AT = time(15, 30)
_AUCTION_FROM = time(15, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """One session's hours."""

    on: date
    continuous: tuple[Window, ...]
    """For everything that has no closing auction."""
    before_auction: tuple[Window, ...] = ()
    """For shares in the closing auction; empty where no auction is held."""
    auction_print_ms: int | None = None
    """When the auction's one trade is published; None where no auction is held."""

    @property
    def opens_at_ms(self) -> int:
        """Start of continuous trading."""
        return self.continuous[0].start_ms

    @property
    def ends_at_ms(self) -> int:
        """End of all trading."""
        return max(self.continuous[-1].end_ms, self.auction_print_ms or 0)

    def has_auction(self, instrument: Instrument) -> bool:
        """Whether the instrument's day ends in a closing auction."""
        return instrument.closing_auction_eligible and self.auction_print_ms is not None

    def minutes(self, instrument: Instrument) -> IntArray:
        """Start of every minute of continuous trading in the instrument, epoch milliseconds ascending."""
        windows = self.before_auction if self.has_auction(instrument) else self.continuous
        return np.concatenate(
            [np.arange(window.start_ms, window.end_ms, MS_PER_MINUTE) for window in windows]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """The trading day, and the sessions before it that history is made for, oldest first."""

    today: SessionPlan
    earlier: tuple[SessionPlan, ...]

    @property
    def sessions(self) -> Iterator[SessionPlan]:
        """All sessions, oldest first, the day itself last."""
        yield from self.earlier
        yield self.today


def plan_of(calendar: Calendar, on: date, *, sessions_before: int = SESSIONS_BEFORE) -> DayPlan:
    """The plan that the exchange's calendar gives for shares; sessions at hours not on record are left out.

    Raises SettingsError when the day is closed, UncoveredDateError when the calendar does not reach it.
    """
    if not calendar.is_trading_day(on):
        name = calendar.holiday_name(on) or "a weekend"
        raise SettingsError(
            f"date {on}: the market is closed ({name}); nearest trading days are "
            f"{calendar.previous_trading_day(on)} and {calendar.next_trading_day(on)}"
        )
    earlier: list[SessionPlan] = []
    day = on
    while len(earlier) < sessions_before:
        day = calendar.previous_trading_day(day)
        try:
            earlier.append(_session_of(calendar, day))
        except UncoveredDateError:
            if day <= calendar.first_covered:
                raise
    return DayPlan(today=_session_of(calendar, on), earlier=tuple(reversed(earlier)))


def _session_of(calendar: Calendar, on: date) -> SessionPlan:
    plain = calendar.session(on, Segment.NSE_EQ)
    eligible = calendar.session(on, Segment.NSE_EQ, closing_auction_eligible=True)
    assert plain is not None, "only trading days are asked for"
    assert eligible is not None, "only trading days are asked for"
    if eligible.closing_auction is None:
        return SessionPlan(on=on, continuous=plain.continuous)
    return SessionPlan(
        on=on,
        continuous=plain.continuous,
        before_auction=eligible.continuous,
        auction_print_ms=eligible.closing_auction.matching.start_ms,
    )


def weekday_plan(
    on: date, *, sessions_before: int = SESSIONS_BEFORE, auction_print_at: time | None = time(15, 30)
) -> DayPlan:
    """A plan with regular hours on every weekday, for use without a calendar; it knows no holidays.

    `auction_print_at` None means that no session ends in a closing auction.
    """
    days: list[date] = []
    day = on
    while len(days) < sessions_before:
        day -= timedelta(days=1)
        if day.weekday() <= _FRIDAY:
            days.append(day)
    return DayPlan(
        today=_regular_session(on, auction_print_at),
        earlier=tuple(_regular_session(day, auction_print_at) for day in reversed(days)),
    )


def _regular_session(on: date, auction_print_at: time | None) -> SessionPlan:
    opens_at_ms = ms_at(on, _OPENS_AT)
    continuous = (Window(opens_at_ms, ms_at(on, _CLOSES_AT)),)
    if auction_print_at is None:
        return SessionPlan(on=on, continuous=continuous)
    return SessionPlan(
        on=on,
        continuous=continuous,
        before_auction=(Window(opens_at_ms, ms_at(on, _AUCTION_FROM)),),
        auction_print_ms=ms_at(on, auction_print_at),
    )
