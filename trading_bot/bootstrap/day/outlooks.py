"""What overlays know of a day beforehand: out of the rules, the event calendar and files of history."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

import structlog

from trading_bot.adapters.event_calendar import EventCalendar, load_event_calendar
from trading_bot.domain.errors import UncoveredDateError, UserFacingError
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.outlook import DayClose, DayOutlook, closes_by_day
from trading_bot.domain.rules.dated import row_on
from trading_bot.domain.rules.expiry import ExpiryRules
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.risk.overlays.settings import EventSettings, ExpiryDays, OverlaySettings

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlooks:
    """The outlook of any day."""

    settings: OverlaySettings
    rules: MarketRules
    calendar: EventCalendar | None
    closes: tuple[DayClose, ...] = ()
    """Of the volatility index, from a folder; without them they are asked for when the day runs."""
    trouble: str = ""
    """Why the calendar could not be read; empty where it was, or none is wanted."""

    @classmethod
    def load(cls, settings: OverlaySettings, rules: MarketRules, data: Path | None = None) -> Self:
        """Read the files that the settings name; `data` is a folder of history that may hold the index.

        Raises SettingsError, HistoryError.
        """
        file = settings.events.file
        return cls(
            settings=settings,
            rules=rules,
            calendar=None if file is None else load_event_calendar(file),
            closes=_stored_closes(settings, data),
        )

    @classmethod
    def load_whatever_there_is(cls, settings: OverlaySettings, rules: MarketRules) -> Self:
        """The same where a day has to begin anyway: what cannot be read is unknown, which is no calm day."""
        try:
            return cls.load(settings, rules)
        except UserFacingError as error:
            log.exception("overlays_not_readable")
            return cls(settings=settings, rules=rules, calendar=None, trouble=str(error).splitlines()[0])

    def of(self, on: date) -> DayOutlook:
        """What is known before a day."""
        vix = self.settings.vix
        before = tuple(close for close in self.closes if close.on < on)
        return DayOutlook(
            previous_session_on=self._previous_session(on),
            events=tuple(self._events(on)),
            unknown_events=self._unknown_events(on),
            volatility_key=vix.instrument if vix.enabled else "",
            volatility_closes=before[-vix.lookback_sessions :],
            breaker=row_on(self.rules.breakers, on),
        )

    def _previous_session(self, on: date) -> date | None:
        try:
            return self.rules.calendar.previous_trading_day(on)
        except UncoveredDateError:
            return None

    def _events(self, on: date) -> list[ScheduledEvent]:
        dated = () if self.calendar is None else self.calendar.on(on)
        return [*dated, *expiry_events(self.rules.expiries, on, self.settings.events)]

    def _unknown_events(self, on: date) -> str:
        if self.trouble:
            return f"events unknown: {self.trouble}"
        if self.calendar is None or self.calendar.covers(on):
            return ""
        span = self.calendar.coverage
        return f"{self.settings.events.file} covers {span.first} to {span.last}, not {on}: events unknown"


def expiry_events(rules: ExpiryRules, on: date, settings: EventSettings) -> tuple[ScheduledEvent, ...]:
    """The day's expiry as an event of the whole market, where the settings want to know of it.

    A day for which no rule is on record has none: contracts that old are not traded.
    """
    if settings.expiry_days is ExpiryDays.NONE:
        return ()
    with_weekly = settings.expiry_days is ExpiryDays.ALL
    expiring = [name for name in rules.underlyings if _expires(rules, name, on, with_weekly=with_weekly)]
    if not expiring:
        return ()
    starts_ms = midnight_ms(on)
    return (
        ScheduledEvent(
            kind=EventKind.EXPIRY,
            name=", ".join(expiring),
            starts_at_ms=starts_ms,
            ends_at_ms=starts_ms + MS_PER_DAY,
        ),
    )


def _expires(rules: ExpiryRules, underlying: str, on: date, *, with_weekly: bool) -> bool:
    try:
        expiry_on = rules.next_expiry(underlying, on) if with_weekly else rules.next_monthly(underlying, on)
    except UncoveredDateError:
        return False
    return expiry_on == on


def _stored_closes(settings: OverlaySettings, data: Path | None) -> tuple[DayClose, ...]:
    """Closes from the folder of the settings, else from the data itself; none where neither has the index."""
    folder = settings.vix.folder or data
    if not settings.vix.enabled or folder is None:
        return ()
    from trading_bot.adapters.history import open_history  # noqa: PLC0415  # brings numpy and Parquet

    history = open_history(folder)
    named = [symbol for symbol in history.symbols if history.key(symbol) == settings.vix.instrument]
    if not named:
        return ()
    candles = history.candles(named[0])
    return closes_by_day(candles.start_ms.tolist(), candles.close.tolist())
