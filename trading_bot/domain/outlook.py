"""What is known of a day before it begins: its events, the fear of the weeks before, the rules of halts."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from trading_bot.domain.ist import date_of
from trading_bot.domain.rules.breakers import BreakerRow
from trading_bot.domain.rules.scheduled_events import ScheduledEvent
from trading_bot.domain.values import dataclass


class DayClose(NamedTuple):
    """The last value of one session, in hundredths."""

    on: date
    close: int


def closes_by_day(start_ms: Sequence[int], closes: Sequence[int]) -> tuple[DayClose, ...]:
    """The last close of each day of candles that ascend."""
    last = {date_of(at_ms): close for at_ms, close in zip(start_ms, closes, strict=True)}
    return tuple(DayClose(on, close) for on, close in last.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCloses:
    """What is known of an instrument's earlier sessions on a trading day."""

    on: date
    """The trading day."""
    closes: tuple[DayClose, ...] = ()
    """Of sessions before it, oldest first."""
    previous_session_on: date | None = None
    """The session before; None where the calendar does not say."""
    trouble: str = ""
    """Why nothing is known; empty where there was an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutlook:
    """The dated inputs of the overlays, fixed when the day is opened."""

    previous_session_on: date | None = None
    """The session before: an older close of the volatility index is not its last."""
    events: tuple[ScheduledEvent, ...] = ()
    """Those that touch the day."""
    unknown_events: str = ""
    """Why nothing is known of the day's events; empty where the calendar covers it, or none is wanted."""
    volatility_key: str = ""
    """Instrument key of the volatility index; empty where none is watched."""
    volatility_closes: tuple[DayClose, ...] = ()
    """Its closes before the day, oldest first, where they are known when the day is opened."""
    breaker: BreakerRow | None = None
    """The market-wide breaker in force; None where no rule is on record."""
