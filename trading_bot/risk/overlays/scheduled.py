"""Scheduled events as an overlay: a tighter day, and a time around the event in which nothing is entered."""

from collections.abc import Iterator
from datetime import date

from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, datetime_of
from trading_bot.domain.outlook import DayOutlook
from trading_bot.domain.rules.scheduled_events import ScheduledEvent
from trading_bot.risk.overlays.adjustment import Spoken
from trading_bot.risk.overlays.settings import EventRule, EventSettings

_OVERLAY = "events"


def spoken(
    outlook: DayOutlook, symbol: str, on: date, now_ms: int, settings: EventSettings
) -> Iterator[Spoken]:
    """The words of every event that concerns a symbol now, and of a calendar that does not cover the day."""
    if outlook.unknown_events:
        yield Spoken(overlay=_OVERLAY, reason=outlook.unknown_events, rule=settings.uncovered)
    for event in outlook.events:
        if event.concerns(symbol) and event.touches(on):
            yield _word(event, now_ms, settings.rule(event.kind))


def spoken_of_day(outlook: DayOutlook, on: date, now_ms: int, settings: EventSettings) -> Iterator[Spoken]:
    """The words of every event of the day, whomever it concerns."""
    if outlook.unknown_events:
        yield Spoken(overlay=_OVERLAY, reason=outlook.unknown_events, rule=settings.uncovered)
    for event in outlook.events:
        if event.touches(on):
            word = _word(event, now_ms, settings.rule(event.kind))
            whom = f" ({', '.join(event.symbols)})" if event.symbols else ""
            yield Spoken(overlay=word.overlay, reason=f"{word.reason}{whom}", rule=word.rule)


def is_to_be_closed(event: ScheduledEvent, symbol: str, now_ms: int, rule: EventRule) -> bool:
    """Whether what is held of a symbol is to be closed because an event is near."""
    lead_ms = rule.close_before_minutes * MS_PER_MINUTE
    return bool(lead_ms) and event.concerns(symbol) and 0 < event.starts_at_ms - now_ms <= lead_ms


def _word(event: ScheduledEvent, now_ms: int, rule: EventRule) -> Spoken:
    """On its day the event shrinks; around its time it refuses as well."""
    from_ms, until_ms = _refused(event, rule)
    demand = rule.as_refusal() if from_ms <= now_ms < until_ms else rule.without_refusal()
    is_all_day = _is_whole_days(event) and rule.no_entries
    span = "all day" if is_all_day else f"until {datetime_of(until_ms):%H:%M}"
    until = f", no entries {span}" if demand.no_entries else ""
    return Spoken(overlay=_OVERLAY, reason=f"{event.kind}: {event.name}{_when(event)}{until}", rule=demand)


def _refused(event: ScheduledEvent, rule: EventRule) -> tuple[int, int]:
    """From when until when nothing is entered; nothing is either while positions are being closed for it."""
    if not rule.no_entries:
        return event.starts_at_ms - rule.close_before_minutes * MS_PER_MINUTE, event.starts_at_ms
    lead = max(rule.no_entries_before_minutes, rule.close_before_minutes)
    until_ms = event.ends_at_ms + rule.no_entries_after_minutes * MS_PER_MINUTE
    return event.starts_at_ms - lead * MS_PER_MINUTE, until_ms


def _when(event: ScheduledEvent) -> str:
    """Its time, where it has one."""
    if _is_whole_days(event):
        return ""
    starts, ends = (f"{datetime_of(at_ms):%H:%M}" for at_ms in (event.starts_at_ms, event.ends_at_ms))
    return f" at {starts}" if starts == ends else f" {starts} to {ends}"


def _is_whole_days(event: ScheduledEvent) -> bool:
    length_ms = event.ends_at_ms - event.starts_at_ms
    return bool(length_ms) and not length_ms % MS_PER_DAY
