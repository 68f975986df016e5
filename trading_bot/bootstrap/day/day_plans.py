"""The dated rules of the market in the shape in which the engine plans its day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from math import ceil

from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import Instrument, Segment
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.engine.day import DayPlan
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.strategies.strategy import Strategy

_SECONDS_OF_SHORTEST_ORDINARY_SESSION = 6 * 3600
_SPARE_SESSIONS = 3
_CASH_SEGMENT = {Segment.NSE_INDEX: Segment.NSE_EQ, Segment.BSE_INDEX: Segment.BSE_EQ}


def day_plan(
    calendar: Calendar,
    on: date,
    instruments: Sequence[Instrument],
    strategies: Sequence[Strategy],
    *,
    earlier: int | None = None,
) -> DayPlan:
    """Sessions of the day and of the days that warm-up wants, for each instrument.

    `earlier` says how many those are; without it, the strategies do.
    Raises SettingsError on a day without a session, UncoveredDateError where the calendar ends.
    """
    if not calendar.is_trading_day(on):
        name = calendar.holiday_name(on) or "a weekend"
        raise SettingsError(
            f"{on} is not a trading day ({name}): the sessions around it are "
            f"{calendar.previous_trading_day(on)} and {calendar.next_trading_day(on)}"
        )
    wanted = sessions_wanted(strategies) if earlier is None else earlier
    days = (*_days_before(calendar, on, wanted), on)
    windows: dict[tuple[Segment, bool], Mapping[date, tuple[tuple[int, int], ...]]] = {}
    sessions, history = {}, {}
    for instrument in instruments:
        kind = (instrument.segment, instrument.closing_auction_eligible)
        if kind not in windows:
            windows[kind] = _windows(calendar, instrument, days)
        sessions[instrument.key] = windows[kind].get(on, ())
        history[instrument.key] = {
            day: (continuous[0][0], continuous[-1][1]) for day, continuous in windows[kind].items()
        }
    return DayPlan(
        on=on,
        instruments=instruments,
        sessions=sessions,
        warm_up=WarmUpPlan(
            first=days[0], last=on, sessions=history, closes_from=_closes_from(on, strategies)
        ),
    )


def close_days(strategies: Sequence[Strategy]) -> int:
    """How many calendar days of closes the strategies look back on; 0 where none looks at whole days."""
    return max((getattr(strategy, "close_days", 0) for strategy in strategies), default=0)


def _closes_from(on: date, strategies: Sequence[Strategy]) -> date | None:
    wanted = close_days(strategies)
    return on - timedelta(days=wanted) if wanted else None


def sessions_wanted(strategies: Sequence[Strategy]) -> int:
    """How many earlier sessions warm-up asks for."""
    longest_s = max((strategy.warm_up.wanted * strategy.timeframe_s for strategy in strategies), default=0)
    return ceil(longest_s / _SECONDS_OF_SHORTEST_ORDINARY_SESSION) + _SPARE_SESSIONS


def _days_before(calendar: Calendar, on: date, count: int) -> tuple[date, ...]:
    days: list[date] = []
    day = on
    while len(days) < count and day > calendar.first_covered:
        day = calendar.previous_trading_day(day)
        days.append(day)
    return tuple(reversed(days))


def _windows(
    calendar: Calendar, instrument: Instrument, days: Sequence[date]
) -> dict[date, tuple[tuple[int, int], ...]]:
    segment = _CASH_SEGMENT.get(instrument.segment, instrument.segment)
    windows = {}
    for day in days:
        try:
            session = calendar.session(
                day, segment, closing_auction_eligible=instrument.closing_auction_eligible
            )
        except UncoveredDateError:
            if day == days[-1]:
                raise
            continue  # an old special session whose hours are not on record: its candles are left out
        if session is not None:
            windows[day] = tuple((window.start_ms, window.end_ms) for window in session.continuous)
    return windows
