from datetime import date, time

import pytest

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import ms_at
from trading_bot.domain.rules.session import Window
from trading_bot.simulator.market import DEFAULT_DAY, SessionPlan, plan_of, weekday_plan
from trading_bot.simulator.market.listings import listings

MONDAY = date(2026, 11, 16)


def test_earlier_sessions_are_weekdays_oldest_first():
    days = [session.on for session in weekday_plan(MONDAY, sessions_before=2).earlier]

    assert days == [date(2026, 11, 12), date(2026, 11, 13)]


def test_minutes_of_two_windows_leave_the_break_out():
    windows = tuple(
        Window(ms_at(MONDAY, time(*start)), ms_at(MONDAY, time(*end)))
        for start, end in [((9, 15), (10, 0)), ((11, 30), (12, 30))]
    )
    session = SessionPlan(on=MONDAY, continuous=windows)
    share = listings(["TCS"])[0].instrument

    assert session.minutes(share).size == 105
    assert session.ends_at_ms == windows[1].end_ms
    assert not session.has_auction(share)


@pytest.fixture(scope="module")
def calendar():
    return load_market_rules().calendar


def test_the_calendar_gives_hours_auction_and_earlier_sessions(calendar):
    plan = plan_of(calendar, date(2026, 8, 4), sessions_before=2)

    assert plan.today.before_auction[-1].end_ms == ms_at(date(2026, 8, 4), time(15, 15))
    assert plan.today.auction_print_ms == ms_at(date(2026, 8, 4), time(15, 30))
    assert [session.on for session in plan.earlier] == [date(2026, 7, 31), date(2026, 8, 3)]
    assert plan.earlier[0].auction_print_ms is None


def test_a_special_saturday_has_its_own_windows(calendar):
    """Fault 22."""
    assert len(plan_of(calendar, date(2024, 3, 2), sessions_before=1).today.continuous) == 2


def test_the_calendar_reaches_back_far_enough_for_the_default_day(calendar):
    assert len(plan_of(calendar, DEFAULT_DAY).earlier) == 45


def test_a_closed_day_is_refused_with_its_neighbours(calendar):
    """Fault 22, V11: a weekend without a listed session."""
    with pytest.raises(SettingsError, match=r"2026-11-15.*2026-11-13 and 2026-11-16"):
        plan_of(calendar, date(2026, 11, 15))
