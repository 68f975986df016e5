"""Overlays at work: what they change of an entry."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.engine_driver import KEY, PRICE
from tests.fakes.one_share import ScriptedStrategy
from tests.fakes.overlaid_days import (
    CALM,
    EVENTS_ON,
    VIX,
    denials,
    gates,
    outlook_of,
    overlaid,
    under_rule,
    whole_day,
)
from trading_bot.domain import events as ev
from trading_bot.domain.outlook import DayOutlook
from trading_bot.domain.rules.scheduled_events import EventKind
from trading_bot.domain.signal import Direction
from trading_bot.engine.commands import ReadBand
from trading_bot.engine.decisions.market import overlays
from trading_bot.engine.decisions.positions.sizes import open_risk
from trading_bot.risk.overlays.settings import (
    EventSettings,
    Tightening,
    VixSettings,
)
from trading_bot.risk.settings import (
    LimitSettings,
    RiskSettings,
    SizingSettings,
)

# --- no overlay ---------------------------------------------------------------------------------------------


def test_where_nothing_is_switched_on_nothing_is_said():
    driver = overlaid(outlook_of(whole_day()))
    driver.signal()

    assert driver.book.trade_of(KEY) is not None
    assert gates(driver) == {}


def test_an_event_of_another_share_says_nothing():
    driver = overlaid(outlook_of(whole_day(EventKind.RESULTS, "TCS")), events=EventSettings(**EVENTS_ON))
    driver.signal()

    assert driver.book.trade_of(KEY) is not None
    assert gates(driver) == {}


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
    plain, tightened = overlaid(risk=risk), under_rule(rule, risk=risk)
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
    plain, halved = overlaid(), under_rule(Tightening(size_factor=0.5))
    plain.signal()
    halved.signal()

    assert plain.book.trade_of(KEY).planned_quantity == 35
    assert halved.book.trade_of(KEY).planned_quantity == 17
    assert halved.book.trade_of(KEY).size_limited_by == "overlays"


def test_a_wider_stop_is_paid_for_with_units_even_where_risk_did_not_bind():
    """The value of the position binds here, at 35 shares: twice the distance leaves half of them."""
    plain, widened = overlaid(), under_rule(Tightening(stop_factor=2))
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
    plain, lower = overlaid(risk=risk), under_rule(Tightening(leverage_factor=0.1), risk=risk)
    plain.signal()
    lower.signal()

    assert plain.book.trade_of(KEY).planned_quantity > lower.book.trade_of(KEY).planned_quantity == 71
    assert lower.book.trade_of(KEY).size_limited_by == "max_leverage"


def test_what_leaves_less_than_a_lot_is_denied():
    driver = under_rule(Tightening(size_factor=0.01))
    driver.signal()

    assert denials(driver) == ["size_zero"]


# --- threshold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "raised", "is_entered"),
    [(0.6, 0.2, True), (0.6, 0.21, False), (None, 0.8, True), (None, 0.81, False)],
)
def test_a_raised_threshold_fails_signals_below_it(monkeypatch, own, raised, is_entered):
    """The scripted signal has a score of 0.8."""
    if own is not None:
        monkeypatch.setattr(ScriptedStrategy, "threshold", own, raising=False)
    driver = under_rule(Tightening(tighten_threshold=raised))
    driver.signal()

    assert (driver.book.trade_of(KEY) is not None) is is_entered


def test_a_failed_threshold_is_in_the_trace_with_its_numbers_and_raises_no_signal():
    driver = under_rule(Tightening(tighten_threshold=0.9))
    step = driver.signal()

    (trace,) = step.traces
    evaluation = trace.answer
    gate = evaluation.gates[-1]
    assert (gate.name, gate.passed, gate.measured) == ("overlay_threshold", False, 0.8)
    assert gate.needed == ">= 0.9; threshold 0 raised by 0.9"
    assert evaluation.signal is None
    assert driver.events[-1:] == [] or not isinstance(driver.events[-1], ev.SignalRaised)


def test_what_was_kept_is_in_the_trace_as_well():
    driver = under_rule(Tightening(tighten_threshold=0.1, size_factor=0.5))
    driver.signal()

    said = gates(driver)
    assert said["overlay_threshold"].passed
    assert said["overlay_events"].measured == "threshold +0.1, size x0.5"
    assert said["overlay_events"].needed == "kept; other: something"


# --- no entries ---------------------------------------------------------------------------------------------


def test_a_refusal_names_the_overlay_and_the_reason():
    driver = under_rule(Tightening(no_entries=True))
    driver.signal()

    (denied,) = [event for event in driver.events if isinstance(event, ev.EntryDenied)]
    assert denied.reason == "overlay_events"
    assert denied.detail.startswith("other: something")


def test_limits_object_before_overlays_do():
    risk = RiskSettings(limits=LimitSettings(max_trades_per_day=1))
    driver = under_rule(Tightening(no_entries=True), risk=risk)
    driver.book.trades_today = 1
    driver.signal()

    assert denials(driver) == ["max_trades_per_day"]


def test_a_share_near_its_limit_is_not_bought_and_may_be_sold():
    driver = overlaid(circuits={"band_margin": 0.1})
    driver.price(139_000)
    driver.signal(Direction.LONG)
    driver.signal(Direction.SHORT)

    assert denials(driver) == ["overlay_circuits"]
    assert driver.book.trade_of(KEY).direction is Direction.SHORT


def test_a_share_whose_limits_are_not_known_is_not_entered_until_they_are():
    """Unknown is not "far away": it is denied, the trace says why, and the limits are asked for."""
    driver = overlaid(circuits={"band_margin": 0.01})
    band = driver.core.state.account.bands.pop(KEY)
    driver.drain()
    driver.signal()

    assert denials(driver) == ["band_unknown"]
    assert gates(driver)["overlay_circuits"].passed is False
    assert driver.drain() == [ReadBand(instrument_key=KEY)]

    driver.core.state.account.bands[KEY] = band
    driver.signal()

    assert driver.book.trade_of(KEY) is not None


def test_a_share_that_has_left_the_limits_that_are_known_is_not_entered():
    driver = overlaid(circuits={"band_margin": 0.01})
    driver.core.state.account.bands[KEY] = (126_000, PRICE - 5)
    driver.signal()

    assert denials(driver) == ["band_unknown"]


def test_without_a_margin_limits_that_are_not_known_deny_nothing():
    driver = overlaid()
    driver.core.state.account.bands.clear()
    driver.signal()

    assert driver.book.trade_of(KEY) is not None
    assert gates(driver) == {}


def test_people_read_what_is_asked_for_today_and_of_whom():
    events = EventSettings(**EVENTS_ON)
    driver = overlaid(
        outlook_of(whole_day(EventKind.RESULTS, "TCS")), vix=VixSettings(enabled=True), events=events
    )
    driver.index(VIX.key, CALM)

    assert overlays.texts(driver.core.state) == (
        "India VIX 10.50 is ordinary: at or above 50% of 100 closes, -4.5% today: nothing",
        "results: something, no entries all day (TCS): no entries",
    )
    assert overlays.texts(overlaid().core.state) == ()


def test_people_read_that_the_calendar_does_not_cover_the_day():
    driver = overlaid(DayOutlook(unknown_events="not covered"), events=EventSettings(**EVENTS_ON))

    assert overlays.texts(driver.core.state) == ("not covered: size x0.5",)
