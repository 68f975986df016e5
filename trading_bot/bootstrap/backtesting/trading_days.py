"""Which days of the data are played, and which are not, and why."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from trading_bot.adapters.history import PriceHistory
from trading_bot.backtest.result import LeftOut
from trading_bot.domain.errors import HistoryError, UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.rules.calendar import Calendar

_CLOSED = "the exchange was closed, by the calendar"
_HOURS_UNKNOWN = "a special session at hours that are not on record"


def days_between(
    history: PriceHistory, symbols: Sequence[str], first: date | None, last: date | None
) -> tuple[date, ...]:
    """Days of a range on which any of the symbols has rows, ascending. Raises HistoryError without any."""
    for symbol in symbols:
        history.require_minutes(symbol)
    found = sorted({day for symbol in symbols for day in history.days(symbol)})
    if not found:
        raise HistoryError(f"{history.path}: there are no rows; fill it, or give other data")
    begin, end = first or found[0], last or found[-1]
    days = tuple(day for day in found if begin <= day <= end)
    if not days:
        raise HistoryError(
            f"{history.path}: no trading day from {begin} to {end}; "
            f"the data goes from {found[0]} to {found[-1]}"
        )
    return days


def playable(
    calendar: Calendar, days: Sequence[date], where: str
) -> tuple[tuple[date, ...], tuple[LeftOut, ...]]:
    """The days on which the exchange traded, and the others by the reason.

    Raises HistoryError, with the reasons and what to do, where none is left.
    """
    played: list[date] = []
    others: defaultdict[str, list[date]] = defaultdict(list)
    for day in days:
        why = why_not_played(calendar, day)
        if why:
            others[why].append(day)
        else:
            played.append(day)
    left_out = tuple(
        LeftOut(reason=why, days=len(which), first=which[0], last=which[-1]) for why, which in others.items()
    )
    if not played:
        reasons = "\n".join(f"  {one}" for one in left_out)
        raise HistoryError(
            f"{where}: no day is left to play:\n{reasons}\n"
            f"  fix: take days from {calendar.first_covered} to {calendar.last_covered}, or add the years "
            "that are missing to config/market/calendar.toml"
        )
    return tuple(played), left_out


def why_not_played(calendar: Calendar, day: date) -> str:
    """Why a day cannot be played; empty when it can."""
    if not calendar.first_covered <= day <= calendar.last_covered:
        return f"outside of the calendar, which covers {calendar.first_covered} to {calendar.last_covered}"
    if not calendar.is_trading_day(day):
        return _CLOSED
    try:
        calendar.session(day, Segment.NSE_EQ)
    except UncoveredDateError:
        return _HOURS_UNKNOWN
    return ""
