"""Session plans and charges from the project's dated rules."""

from datetime import date, time
from decimal import Decimal
from random import Random

import pytest

from tests.fakes.venue_day import CALL, FUTURE, ON, PLAIN, SBIN, VenueDay, instant
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.ist import ms_at
from trading_bot.simulator.venue.exchange.day_rules import contract_note_charges, session_plans
from trading_bot.simulator.venue.settings import VenueSettings


def plans_on(market_rules, on, seed=1):
    plan_of = session_plans(market_rules.calendar, on, VenueSettings(), Random(seed))
    return {one.symbol: plan_of(one) for one in (SBIN, PLAIN, FUTURE, CALL)}


def test_since_the_closing_auction_each_segment_has_its_own_end(market_rules):
    plans = plans_on(market_rules, ON)

    ends = {symbol: plan.continuous_end_ms for symbol, plan in plans.items()}
    assert ends == {
        "SBIN": instant("15:15"),
        "PLAIN": instant("15:30"),
        "FUT": instant("15:40"),
        "CALL": instant("15:40"),
    }
    assert [symbol for symbol, plan in plans.items() if plan.auction] == ["SBIN"]
    assert [symbol for symbol, plan in plans.items() if plan.narrow_band_ms] == ["FUT"]


def test_the_auction_stops_taking_orders_at_a_random_instant_of_its_window(market_rules):
    ends = {plans_on(market_rules, ON, seed)["SBIN"].auction.entry_end_ms for seed in range(20)}

    assert len(ends) > 1
    assert instant("15:28") <= min(ends) <= max(ends) < instant("15:30")


def test_before_the_closing_auction_everything_traded_until_half_past_three(market_rules):
    on = date(2026, 7, 31)
    plans = plans_on(market_rules, on)

    assert {plan.close_ms for plan in plans.values()} == {ms_at(on, time(15, 30))}
    assert not any(plan.auction or plan.narrow_band_ms for plan in plans.values())


def test_on_an_evening_session_the_square_off_comes_before_its_end(market_rules):
    on = date(2024, 11, 1)

    assert plans_on(market_rules, on)["PLAIN"].square_off_ms == ms_at(on, time(18, 55))


def test_a_day_without_a_session_has_no_plan(market_rules):
    with pytest.raises(UncoveredDateError, match="no session"):
        plans_on(market_rules, date(2026, 11, 21))


def test_the_ledger_charges_what_the_contract_note_says(market_rules):
    day = VenueDay(
        """09:20 market SBIN 100.00 bid=500@99.95 ask=500@100.05 traded=10
        09:20:01 place entry BUY 100 SBIN LIMIT price=100.05
        09:21 market SBIN 100.05 bid=500@100.05 ask=500@100.10 traded=10
        09:21:01 place exit SELL 100 SBIN LIMIT price=100.05
        09:22""",
        charges=contract_note_charges(market_rules.charges),
    )
    statement = day.venue.ledger()

    charges = {kind: Decimal(amount) for kind, amount in statement["charges"].items()}
    assert Decimal(statement["gross_pnl"]) == 0
    assert charges["brokerage"] > 0
    assert charges["stt"] > 0
    assert Decimal(statement["net_pnl"]) == -sum(charges.values())
