"""Overlays at work: what they change of an entry, and what they never touch."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engine_driver import DAY, KEY, PRICE, SHARE, EngineDriver, ScriptedStrategy
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.domain import events as ev
from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.domain.order import OrderStatus, Purpose
from trading_bot.domain.outlook import DayClose, DayOutlook
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ExitReason
from trading_bot.engine import inputs
from trading_bot.engine.decisions.market import overlays
from trading_bot.engine.decisions.positions.sizes import open_risk
from trading_bot.risk.overlays.settings import (
    EventRule,
    EventSettings,
    OverlaySettings,
    Tightening,
    VixSettings,
)
from trading_bot.risk.settings import (
    ExitSettings,
    LimitSettings,
    RiskSettings,
    SizingSettings,
)

_VIX = made_instrument("INDIAVIX")
_CLOSES = tuple(DayClose(DAY - timedelta(days=101 - at), 1_000 + at) for at in range(1, 101))
_CALM, _HIGH, _STRESS = 1_050, 1_085, 1_099
_EVENTS_ON = {"expiry_days": "monthly"}
"""Anything that switches the overlay on: the events themselves are given by the tests."""


def _outlook(*events: ScheduledEvent, closes=_CLOSES) -> DayOutlook:
    return DayOutlook(
        previous_session_on=DAY - timedelta(days=1),
        events=events,
        volatility_key=_VIX.key,
        volatility_closes=closes,
    )


def _whole_day(kind: EventKind = EventKind.OTHER, *symbols: str) -> ScheduledEvent:
    return ScheduledEvent(
        kind=kind,
        name="something",
        starts_at_ms=midnight_ms(DAY),
        ends_at_ms=midnight_ms(DAY + timedelta(days=1)),
        symbols=symbols,
    )


def _driver(
    outlook: DayOutlook | None = None, *, risk: RiskSettings | None = None, **overlays
) -> EngineDriver:
    risk = (risk or RiskSettings()).model_copy(update={"overlays": OverlaySettings(**overlays)})
    return EngineDriver(risk=risk, indices=[_VIX], outlook=outlook or _outlook())


def _with_rule(rule: Tightening, *, risk: RiskSettings | None = None) -> EngineDriver:
    """A day on which an event of the whole market asks for something."""
    asked = EventRule(**rule.model_dump())
    return _driver(_outlook(_whole_day()), risk=risk, events=EventSettings(**_EVENTS_ON, other=asked))


def _denials(driver: EngineDriver) -> list[str]:
    return [event.reason for event in driver.events if isinstance(event, ev.EntryDenied)]


def _gates(driver: EngineDriver) -> dict:
    (raised,) = [event for event in driver.events if isinstance(event, ev.SignalRaised)]
    return {gate.name: gate for gate in raised.evaluation.gates}


# --- no overlay ---------------------------------------------------------------------------------------------


def test_where_nothing_is_switched_on_nothing_is_said():
    driver = _driver(_outlook(_whole_day()))
    driver.signal()

    assert driver.book.trade_of(KEY) is not None
    assert _gates(driver) == {}


def test_an_event_of_another_share_says_nothing():
    driver = _driver(_outlook(_whole_day(EventKind.RESULTS, "TCS")), events=EventSettings(**_EVENTS_ON))
    driver.signal()

    assert driver.book.trade_of(KEY) is not None
    assert _gates(driver) == {}


# --- size, stop, leverage -----------------------------------------------------------------------------------

_RULES = st.builds(
    Tightening,
    tighten_threshold=st.floats(0, 1),
    size_factor=st.floats(0.01, 1),
    stop_factor=st.floats(1, 5),
    leverage_factor=st.floats(0.01, 1),
    no_entries=st.booleans(),
)
_SIZINGS = st.builds(
    SizingSettings,
    max_risk_per_trade=st.floats(0.0001, 0.1),
    max_position_fraction=st.floats(0.01, 1),
    capital_per_symbol=st.floats(0.01, 1),
    max_leverage=st.floats(1, 5),
    fixed_quantity=st.sampled_from([0, 1, 7, 100]),
)


@given(_RULES, _SIZINGS, st.sampled_from(list(Direction)))
def test_no_rule_makes_an_entry_larger_nearer_or_riskier(rule, sizing, direction):
    """Property: whatever bound the size, an overlay never adds units or rupees at risk."""
    risk = RiskSettings(sizing=sizing, limits=LimitSettings(max_open_risk=0.5))
    plain, tightened = _driver(risk=risk), _with_rule(rule, risk=risk)
    plain.signal(direction)
    tightened.signal(direction)

    before, after = plain.book.trade_of(KEY), tightened.book.trade_of(KEY)
    if before is None:
        assert after is None
    if after is None:
        return
    assert after.planned_quantity <= before.planned_quantity
    assert after.planned_quantity <= before.planned_quantity * rule.size_factor
    assert open_risk(tightened.core.state) <= open_risk(plain.core.state)
    distances = [abs(trade.reference_price - trade.stop_price) for trade in (before, after)]
    assert distances[1] >= distances[0]
    assert after.reference_price == before.reference_price
    assert after.plan.target_price == before.plan.target_price
    assert after.plan.trail_distance == before.plan.trail_distance


def test_a_size_factor_halves_the_units_and_is_named_as_what_bound():
    plain, halved = _driver(), _with_rule(Tightening(size_factor=0.5))
    plain.signal()
    halved.signal()

    assert plain.book.trade_of(KEY).planned_quantity == 35
    assert halved.book.trade_of(KEY).planned_quantity == 17
    assert halved.book.trade_of(KEY).size_limited_by == "overlays"


def test_a_wider_stop_is_paid_for_with_units_even_where_risk_did_not_bind():
    """The value of the position binds here, at 35 shares: twice the distance leaves half of them."""
    plain, widened = _driver(), _with_rule(Tightening(stop_factor=2))
    plain.signal()
    widened.signal()

    narrow, wide = plain.book.trade_of(KEY), widened.book.trade_of(KEY)
    assert narrow.reference_price - narrow.stop_price == 1_400
    assert wide.reference_price - wide.stop_price == 2_800
    assert wide.planned_quantity == 17


def test_less_leverage_leaves_less_for_all_positions_together():
    risk = RiskSettings(
        sizing=SizingSettings(max_position_fraction=0.5, capital_per_symbol=1, max_leverage=1)
    )
    plain, lower = _driver(risk=risk), _with_rule(Tightening(leverage_factor=0.1), risk=risk)
    plain.signal()
    lower.signal()

    assert plain.book.trade_of(KEY).planned_quantity > lower.book.trade_of(KEY).planned_quantity == 71
    assert lower.book.trade_of(KEY).size_limited_by == "max_leverage"


def test_what_leaves_less_than_a_lot_is_denied():
    driver = _with_rule(Tightening(size_factor=0.01))
    driver.signal()

    assert _denials(driver) == ["size_zero"]


# --- threshold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "raised", "is_entered"),
    [(0.6, 0.2, True), (0.6, 0.21, False), (None, 0.8, True), (None, 0.81, False)],
)
def test_a_raised_threshold_fails_signals_below_it(monkeypatch, own, raised, is_entered):
    """The scripted signal has a score of 0.8."""
    if own is not None:
        monkeypatch.setattr(ScriptedStrategy, "threshold", own, raising=False)
    driver = _with_rule(Tightening(tighten_threshold=raised))
    driver.signal()

    assert (driver.book.trade_of(KEY) is not None) is is_entered


def test_a_failed_threshold_is_in_the_trace_with_its_numbers_and_raises_no_signal():
    driver = _with_rule(Tightening(tighten_threshold=0.9))
    step = driver.signal()

    (trace,) = step.traces
    evaluation = trace.answer
    gate = evaluation.gates[-1]
    assert (gate.name, gate.passed, gate.measured) == ("overlay_threshold", False, 0.8)
    assert gate.needed == ">= 0.9; threshold 0 raised by 0.9"
    assert evaluation.signal is None
    assert driver.events[-1:] == [] or not isinstance(driver.events[-1], ev.SignalRaised)


def test_what_was_kept_is_in_the_trace_as_well():
    driver = _with_rule(Tightening(tighten_threshold=0.1, size_factor=0.5))
    driver.signal()

    gates = _gates(driver)
    assert gates["overlay_threshold"].passed
    assert gates["overlay_events"].measured == "threshold +0.1, size x0.5"
    assert gates["overlay_events"].needed == "kept; other: something"


# --- no entries ---------------------------------------------------------------------------------------------


def test_a_refusal_names_the_overlay_and_the_reason():
    driver = _with_rule(Tightening(no_entries=True))
    driver.signal()

    (denied,) = [event for event in driver.events if isinstance(event, ev.EntryDenied)]
    assert denied.reason == "overlay_events"
    assert denied.detail.startswith("other: something")


def test_limits_object_before_overlays_do():
    risk = RiskSettings(limits=LimitSettings(max_trades_per_day=1))
    driver = _with_rule(Tightening(no_entries=True), risk=risk)
    driver.book.trades_today = 1
    driver.signal()

    assert _denials(driver) == ["max_trades_per_day"]


def test_a_share_near_its_limit_is_not_bought_and_may_be_sold():
    driver = _driver(circuits={"band_margin": 0.1})
    driver.price(139_000)
    driver.signal(Direction.LONG)
    driver.signal(Direction.SHORT)

    assert _denials(driver) == ["overlay_circuits"]
    assert driver.book.trade_of(KEY).direction is Direction.SHORT


# --- exits --------------------------------------------------------------------------------------------------


def _held(driver: EngineDriver) -> EngineDriver:
    """A position with its stop resting."""
    driver.signal()
    entry = driver.places()[0].request.tag
    driver.answer(entry)
    driver.fill(entry, driver.order(entry).terms.quantity, PRICE)
    (stop,) = driver.places()
    driver.answer(stop.request.tag)
    driver.push(stop.request.tag, OrderStatus.TRIGGER_PENDING)
    return driver


def _stress() -> dict:
    return {"vix": VixSettings(enabled=True, max_age_s=3_600)}


def test_stress_touches_neither_stop_nor_target_nor_square_off_of_what_is_open():
    """A day with a spike: what was entered in calm lives and ends as if nothing had happened."""
    driver = _driver(**_stress())
    driver.index(_VIX.key, _CALM)
    _held(driver)
    trade = driver.book.trade_of(KEY)
    driver.later(60)
    driver.index(_VIX.key, 2_000)
    driver.later(1)

    assert driver.book.trade_of(KEY) == trade
    assert driver.changes() == []
    driver.price(trade.plan.target_price)
    assert driver.book.trade_of(KEY).exit_reason is ExitReason.TARGET
    assert driver.changes() != []


def test_a_signal_against_a_trade_closes_it_in_any_regime():
    risk = RiskSettings(exits=ExitSettings(on_opposite_signal=True))
    rule = VixSettings(enabled=True, high=Tightening(tighten_threshold=1))
    driver = _driver(risk=risk, vix=rule)
    driver.index(_VIX.key, _CALM)
    _held(driver)
    driver.index(_VIX.key, _HIGH)
    driver.signal(Direction.SHORT)

    assert driver.book.trade_of(KEY).exit_reason is ExitReason.SIGNAL


def test_square_off_comes_at_its_time_in_stress():
    driver = _driver(**_stress())
    driver.index(_VIX.key, _CALM)
    _held(driver)
    driver.index(_VIX.key, 2_000)
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
    events = EventSettings(**_EVENTS_ON, other=EventRule(close_before_minutes=lead))
    driver = _held(_driver(_outlook(_closing_event()), events=events))
    driver.now_ms = ms_at(DAY, time(11, 49, 59))
    driver.later(0)
    assert driver.book.trade_of(KEY).exit_reason is None

    driver.later(1)
    assert driver.book.trade_of(KEY).exit_reason is reason


def test_what_an_event_does_not_concern_is_not_closed_before_it():
    events = EventSettings(**_EVENTS_ON, other=EventRule(close_before_minutes=10))
    driver = _held(_driver(_outlook(_closing_event("TCS")), events=events))
    driver.now_ms = ms_at(DAY, time(11, 55))
    driver.later(0)

    assert driver.book.trade_of(KEY).exit_reason is None


# --- the volatility index -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "quantity", "denied"), [(_CALM, 35, []), (_HIGH, 14, []), (_STRESS, None, ["overlay_vix"])]
)
def test_a_regime_is_read_from_the_newest_value(value, quantity, denied):
    driver = _driver(vix=VixSettings(enabled=True))
    driver.index(_VIX.key, value)
    driver.signal()

    trade = driver.book.trade_of(KEY)
    assert (trade and trade.planned_quantity) == quantity
    assert _denials(driver) == denied


@pytest.mark.parametrize("silent_s", [121, 3_000])
def test_a_stale_value_is_unknown_and_not_calm(silent_s):
    driver = _driver(vix=VixSettings(enabled=True, unknown_as="stress"))
    driver.index(_VIX.key, _CALM)
    driver.now_ms += silent_s * 1_000
    driver.price(PRICE)
    driver.signal()

    (denied,) = [event for event in driver.events if isinstance(event, ev.EntryDenied)]
    assert denied.reason == "overlay_vix"
    assert f"unknown ({silent_s} s old)" in denied.detail


def test_an_index_that_is_not_listed_today_is_unknown():
    driver = EngineDriver(
        risk=RiskSettings(overlays=OverlaySettings(vix=VixSettings(enabled=True, unknown_as="stress"))),
        outlook=_outlook(),
    )
    driver.signal()

    assert _denials(driver) == ["overlay_vix"]


def test_closes_that_come_later_replace_those_of_before():
    driver = _driver(_outlook(closes=()), vix=VixSettings(enabled=True, unknown_as="stress"))
    driver.index(_VIX.key, _CALM)
    driver.signal()
    driver.take(inputs.VolatilityRead(at_ms=0, closes=_CLOSES))
    driver.signal()

    assert _denials(driver) == ["overlay_vix"]
    assert driver.book.trade_of(KEY) is not None


def test_a_new_day_without_an_outlook_forgets_the_old_one():
    driver = _driver()
    driver.now_ms = ms_at(date(2026, 11, 20), time(9))
    driver.take(inputs.DayOpened(at_ms=0, on=date(2026, 11, 20), instruments=(SHARE,), sessions={}))

    assert driver.core.state.outlook == DayOutlook()


def test_the_same_inputs_give_the_same_rows():
    def rows():
        driver = _driver(vix=VixSettings(enabled=True))
        driver.index(_VIX.key, _HIGH)
        driver.signal()
        return driver.rows

    assert rows() == rows()


def test_a_stop_order_of_an_entry_in_a_high_regime_rests_at_the_wider_stop():
    driver = _driver(vix=VixSettings(enabled=True))
    driver.index(_VIX.key, _HIGH)
    _held(driver)

    trade = driver.book.trade_of(KEY)
    (stop,) = [order for order in driver.book.orders.values() if order.request.purpose is Purpose.STOP]
    assert stop.terms.trigger_price == trade.stop_price
    assert trade.reference_price - trade.stop_price == 1_750


def test_people_read_what_is_asked_for_today_and_of_whom():
    events = EventSettings(**_EVENTS_ON)
    driver = _driver(
        _outlook(_whole_day(EventKind.RESULTS, "TCS")), vix=VixSettings(enabled=True), events=events
    )
    driver.index(_VIX.key, _CALM)

    assert overlays.texts(driver.core.state) == (
        "India VIX 10.50 is ordinary: at or above 50% of 100 closes, -4.5% today: nothing",
        "results: something, no entries all day (TCS): no entries",
    )
    assert overlays.texts(_driver().core.state) == ()


def test_people_read_that_the_calendar_does_not_cover_the_day():
    driver = _driver(DayOutlook(unknown_events="not covered"), events=EventSettings(**_EVENTS_ON))

    assert overlays.texts(driver.core.state) == ("not covered: size x0.5",)


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
