"""Journals that hold nothing but the beginnings and ends of sessions, and what went wrong in them."""

from datetime import date, time
from decimal import Decimal

import pytest

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.domain import events as ev
from trading_bot.domain.ist import ms_at
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode

_CALENDAR = load_market_rules().calendar


def session_of(on: date, *, start=time(9), incident="", open_positions=0, reconciled=True, closed=True):
    """What a journal says of one day."""
    events = [ev.DayStarted(at_ms=ms_at(on, start), on=on)]
    if incident:
        events.append(ev.IncidentRecorded(at_ms=ms_at(on, time(11)), kind=incident, detail="it happened"))
    if closed:
        events.append(
            ev.DayClosed(
                at_ms=ms_at(on, time(15, 35)),
                on=on,
                gross_pnl=0,
                charges=Decimal(0),
                open_positions=open_positions,
                reconciled=reconciled,
            )
        )
    return events


def journal_of(path, *days):
    """A journal of these days."""
    journal = open_inline_journal(path, clock_ms=lambda: 0, on_failure=lambda error: pytest.fail(str(error)))
    events = [event for day in days for event in day]
    journal.append(
        [JournalRow(number, event.at_ms, *encode(event)) for number, event in enumerate(events, 1)]
    )
    journal.close()
    return path


def sessions_before(on: date, count: int) -> list[date]:
    """The last trading days before a day, oldest first."""
    days = []
    while len(days) < count:
        on = _CALENDAR.previous_trading_day(on)
        days.append(on)
    return days[::-1]


def clean_sessions(on: date, count: int):
    """As many sessions before a day in which nothing went wrong."""
    return [session_of(day) for day in sessions_before(on, count)]
