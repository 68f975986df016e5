from datetime import date, time
from decimal import Decimal

import pytest

from tests.fakes.scripted_market import RELIANCE
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Product, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import Side
from trading_bot.simulator.server.session.dated_rules import DatedRules
from trading_bot.simulator.server.session.day_phase import phase_of
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt

ON = date(2026, 11, 19)


@pytest.fixture(scope="module")
def rules() -> DatedRules:
    return DatedRules(load_market_rules())


def test_a_day_with_a_closing_auction_has_its_four_states(rules):
    plan = rules.plan(ON)

    assert plan.auction_ms == ms_at(ON, time(15, 15))
    assert plan.derivatives_close_ms == ms_at(ON, time(15, 40))
    states = [change.status for change in plan.auctions if change.segment is Segment.NSE_EQ]
    assert states == ["CTS_CLOSE", "CAS_LM_START", "CAS_M_STOP", "CAS_STOP"]


def test_a_day_before_the_closing_auction_has_none(rules):
    plan = rules.plan(date(2025, 9, 11))

    assert plan.auction_ms is None
    assert plan.auctions == ()


def test_phases_follow_the_hours(rules):
    opens = [
        change.at_ms
        for change in rules.plan(ON).phases
        if (change.segment, change.phase) == (Segment.NSE_EQ, MarketPhase.NORMAL_OPEN)
    ]

    assert opens == [ms_at(ON, time(9, 15))]


def test_a_market_wide_halt_is_told_of_every_segment():
    start_ms, auction_ms, end_ms = (ms_at(ON, time(hour)) for hour in (11, 12, 13))
    halt = MarketHalt(start_ms=start_ms, auction_ms=auction_ms, end_ms=end_ms)
    plan = DatedRules(load_market_rules(), halt).plan(ON)

    for segment in (Segment.NSE_EQ, Segment.NSE_FO, Segment.BSE_EQ):
        told = [phase_of(plan, segment, at_ms).phase for at_ms in (start_ms, auction_ms, end_ms)]
        assert told == [MarketPhase.NORMAL_CLOSE, MarketPhase.PRE_OPEN_START, MarketPhase.NORMAL_OPEN]


def test_a_closed_day_has_no_plan_and_no_hours(rules):
    holiday = date(2026, 11, 24)

    assert rules.hours(holiday) == ()
    with pytest.raises(UncoveredDateError):
        rules.plan(holiday)


def test_holidays_are_weekdays_with_a_name(rules):
    listed = {holiday.on: holiday for holiday in rules.holidays(2026)}

    assert listed[date(2026, 11, 24)].kind == "TRADING_HOLIDAY"
    assert date(2026, 8, 15) not in listed


def test_charges_of_an_order_are_its_contract_note(rules):
    estimate = rules.charges(RELIANCE, Product.INTRADAY, Side.SELL, quantity=100, price=140_000, on=ON)

    assert estimate.stt == Decimal("35.00")
    assert estimate.total > estimate.brokerage + estimate.stt
