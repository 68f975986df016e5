"""A driven core with overlays switched on: India VIX at three levels, and a day with an event."""

from datetime import timedelta

from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.domain import events as ev
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.outlook import DayClose, DayOutlook
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.risk.overlays.settings import (
    EventRule,
    EventSettings,
    OverlaySettings,
    Tightening,
)
from trading_bot.risk.settings import (
    RiskSettings,
)

VIX = made_instrument("INDIAVIX")
CLOSES = tuple(DayClose(DAY - timedelta(days=101 - at), 1_000 + at) for at in range(1, 101))
CALM, HIGH, STRESS = 1_050, 1_085, 1_099
EVENTS_ON = {"expiry_days": "monthly"}
"""Anything that switches the overlay on: the events themselves are given by the tests."""


def outlook_of(*events: ScheduledEvent, closes=CLOSES) -> DayOutlook:
    return DayOutlook(
        previous_session_on=DAY - timedelta(days=1),
        events=events,
        volatility_key=VIX.key,
        volatility_closes=closes,
    )


def whole_day(kind: EventKind = EventKind.OTHER, *symbols: str) -> ScheduledEvent:
    return ScheduledEvent(
        kind=kind,
        name="something",
        starts_at_ms=midnight_ms(DAY),
        ends_at_ms=midnight_ms(DAY + timedelta(days=1)),
        symbols=symbols,
    )


def overlaid(
    outlook: DayOutlook | None = None, *, risk: RiskSettings | None = None, **overlays
) -> EngineDriver:
    risk = (risk or RiskSettings()).model_copy(update={"overlays": OverlaySettings(**overlays)})
    return EngineDriver(risk=risk, indices=[VIX], outlook=outlook or outlook_of())


def under_rule(rule: Tightening, *, risk: RiskSettings | None = None) -> EngineDriver:
    """A day on which an event of the whole market asks for something."""
    asked = EventRule(**rule.model_dump())
    return overlaid(outlook_of(whole_day()), risk=risk, events=EventSettings(**EVENTS_ON, other=asked))


def denials(driver: EngineDriver) -> list[str]:
    return [event.reason for event in driver.events if isinstance(event, ev.EntryDenied)]


def gates(driver: EngineDriver) -> dict:
    (raised,) = [event for event in driver.events if isinstance(event, ev.SignalRaised)]
    return {gate.name: gate for gate in raised.evaluation.gates}


def held(driver: EngineDriver) -> EngineDriver:
    """A position with its stop resting."""
    driver.signal()
    entry = driver.places()[0].request.tag
    driver.answer(entry)
    driver.fill(entry, driver.order(entry).terms.quantity, PRICE)
    (stop,) = driver.places()
    driver.answer(stop.request.tag)
    driver.push(stop.request.tag, OrderStatus.TRIGGER_PENDING)
    return driver
