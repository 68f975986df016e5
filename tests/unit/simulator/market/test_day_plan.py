from datetime import date, time

from trading_bot.domain.ist import ms_at
from trading_bot.simulator.market import SessionPlan, Window, weekday_plan
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
