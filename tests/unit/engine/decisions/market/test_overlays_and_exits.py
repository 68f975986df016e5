"""What overlays never touch: stops, targets, square-off and everything else that closes."""

from datetime import time
from pathlib import Path

import pytest

from tests.fakes.engine_driver import DAY, KEY
from tests.fakes.overlaid_days import CALM, EVENTS_ON, HIGH, VIX, held, outlook_of, overlaid
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import Purpose
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.risk.overlays.settings import (
    EventRule,
    EventSettings,
    Tightening,
    VixSettings,
)
from trading_bot.risk.settings import (
    ExitSettings,
    RiskSettings,
)


def _stress() -> dict:
    return {"vix": VixSettings(enabled=True, max_age_s=3_600)}


def test_stress_touches_neither_stop_nor_target_nor_square_off_of_what_is_open():
    """A day with a spike: what was entered in calm lives and ends as if nothing had happened."""
    driver = overlaid(**_stress())
    driver.index(VIX.key, CALM)
    held(driver)
    trade = driver.book.trade_of(KEY)
    driver.later(60)
    driver.index(VIX.key, 2_000)
    driver.later(1)

    assert driver.book.trade_of(KEY) == trade
    assert driver.changes() == []
    driver.price(trade.plan.target_price)
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.TARGET
    assert driver.changes() != []


def test_a_signal_against_a_trade_closes_it_in_any_regime():
    risk = RiskSettings(exits=ExitSettings(on_opposite_signal=True))
    rule = VixSettings(enabled=True, high=Tightening(tighten_threshold=1))
    driver = overlaid(risk=risk, vix=rule)
    driver.index(VIX.key, CALM)
    held(driver)
    driver.index(VIX.key, HIGH)
    driver.signal(Direction.SHORT)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.SIGNAL


def test_square_off_comes_at_its_time_in_stress():
    driver = overlaid(**_stress())
    driver.index(VIX.key, CALM)
    held(driver)
    driver.index(VIX.key, 2_000)
    driver.now_ms = ms_at(DAY, time(15, 5))
    driver.later(0)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.SQUARE_OFF


def _closing_event(*symbols: str) -> ScheduledEvent:
    at_ms = ms_at(DAY, time(12))
    return ScheduledEvent(
        kind=EventKind.OTHER, name="figures", starts_at_ms=at_ms, ends_at_ms=at_ms, symbols=symbols
    )


@pytest.mark.parametrize(("lead", "reason"), [(10, ExitReason.EVENT), (0, None)])
def test_a_position_is_closed_before_an_event_only_where_that_is_wanted(lead, reason):
    events = EventSettings(**EVENTS_ON, other=EventRule(close_before_minutes=lead))
    driver = held(overlaid(outlook_of(_closing_event()), events=events))
    driver.now_ms = ms_at(DAY, time(11, 49, 59))
    driver.later(0)
    assert driver.book.trade_of(KEY).exit_reason is None

    driver.later(1)
    assert driver.book.trade_of(KEY).exit_reason is reason


def test_what_an_event_does_not_concern_is_not_closed_before_it():
    events = EventSettings(**EVENTS_ON, other=EventRule(close_before_minutes=10))
    driver = held(overlaid(outlook_of(_closing_event("TCS")), events=events))
    driver.now_ms = ms_at(DAY, time(11, 55))
    driver.later(0)

    assert driver.book.trade_of(KEY).exit_reason is None


def test_a_stop_order_of_an_entry_in_a_high_regime_rests_at_the_wider_stop():
    driver = overlaid(vix=VixSettings(enabled=True))
    driver.index(VIX.key, HIGH)
    held(driver)

    trade = driver.book.trade_of(KEY)
    (stop,) = [order for order in driver.book.orders.values() if order.request.purpose is Purpose.STOP]
    assert stop.terms.trigger_price == trade.stop_price
    assert trade.reference_price - trade.stop_price == 1_750


def test_nothing_that_protects_or_closes_knows_of_overlays():
    """Exits, stops, square-off, panic: none of it can be touched by what is not seen there."""
    decisions = Path(__file__).parents[5] / "trading_bot" / "engine" / "decisions"
    sources = {path.relative_to(decisions).as_posix(): path.read_text() for path in decisions.rglob("*.py")}

    knowing = {
        name for name, text in sources.items() if "overlays import" in text or "import overlays" in text
    }
    knowing |= {name for name, text in sources.items() if "overlays.adjustment import" in text}
    assert knowing == {
        "market/evaluate.py",
        "market/overlays.py",
        "positions/entries.py",
        "positions/sizes.py",
    }
    assert sources["market/ticks.py"].count("overlays.") == sources["market/ticks.py"].count(
        "overlays.close_before_events"
    )
