"""Whole days under overlays: fewer or smaller entries, the same care for what is open."""

from datetime import time, timedelta
from pathlib import Path

from tests.fakes.virtual_days import generated, traded
from trading_bot.domain.ist import ms_at
from trading_bot.engine.records import decode_event
from trading_bot.risk.overlays.settings import (
    EventRule,
    EventSettings,
    OverlaySettings,
    Tightening,
    VixSettings,
)
from trading_bot.risk.settings import RiskSettings
from trading_bot.simulator.market import DEFAULT_DAY

_HALF = Tightening(size_factor=0.5, stop_factor=1.5)
_ALWAYS_HIGH = VixSettings(
    enabled=True, high_percentile=0.5, stress_percentile=1, high_rise=0.00001, stress_rise=5, high=_HALF
)


def _risk(**overlays) -> RiskSettings:
    return RiskSettings(overlays=OverlaySettings(**overlays))


def _events(day, kind):
    return [decode_event(row.kind, row.payload) for row in day.rows if row.kind == kind]


def _calendar(folder: Path, at: str, until: str) -> Path:
    path = folder / "events.toml"
    path.write_text(
        f'[coverage]\nfirst = {DEFAULT_DAY}\nlast = {DEFAULT_DAY + timedelta(days=1)}\nsource = "test"\n'
        f'[[events]]\nkind = "rbi"\nname = "policy"\non = {DEFAULT_DAY}\nat = "{at}"\nuntil = "{until}"\n'
        'source = "test"\n',
        encoding="utf-8",
    )
    return path


def test_a_day_under_overlays_enters_less_before_an_event_and_nothing_in_it(tmp_path, generated_day):
    """The closes come through the history port, the values through the feed, as on any other day."""
    from_ms, until_ms = (ms_at(DEFAULT_DAY, time(hour)) for hour in (11, 15))
    events = EventSettings(file=_calendar(tmp_path, "11:00", "15:00"), rbi=EventRule(no_entries=True))
    day = traded(generated(with_volatility=True), risk=_risk(vix=_ALWAYS_HIGH, events=events))

    assert day.problems == []
    planned = [event.trade for event in _events(day, "trade_planned")]
    halved = [trade for trade in planned if trade.size_limited_by == "overlays"]
    values = [trade.planned_quantity * trade.reference_price for trade in halved]
    assert 0 < max(values) <= max(map(_value, generated_day.closed_trades)) / 2
    gates = [gate for event in _events(day, "signal_raised") for gate in event.evaluation.gates]
    assert any(gate.name == "overlay_vix" and "India VIX" in gate.needed for gate in gates)
    assert not [trade for trade in planned if from_ms <= trade.planned_at_ms < until_ms]
    assert [trade for trade in _of(generated_day) if from_ms <= trade.planned_at_ms < until_ms]
    assert "overlay_events" in {event.reason for event in _events(day, "entry_denied")}


def _of(day):
    return [closed.trade for closed in day.closed_trades]


def _value(closed) -> int:
    return closed.trade.planned_quantity * closed.trade.reference_price
