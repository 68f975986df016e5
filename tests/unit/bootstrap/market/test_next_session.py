"""Which session a daemon waits for, seen at different moments."""

from datetime import date, time

import pytest

from trading_bot.bootstrap.market.next_session import next_session, waiting_text
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.ist import ms_at
from trading_bot.domain.position import Position
from trading_bot.engine.book import Book

THURSDAY, FRIDAY, SATURDAY, MONDAY = (date(2026, 11, day) for day in (19, 20, 21, 23))


def session_at(market_rules, on, clock, book=None):
    return next_session(market_rules.calendar, ms_at(on, time.fromisoformat(clock)), book or Book())


@pytest.mark.parametrize("clock", ["00:01", "09:00", "12:00", "15:29"])
def test_todays_session_is_meant_until_it_closes(market_rules, clock):
    session = session_at(market_rules, THURSDAY, clock)

    assert (session.on, session.why_not_today) == (THURSDAY, "")


def test_after_the_close_it_is_the_next_one(market_rules):
    session = session_at(market_rules, THURSDAY, "15:31")

    assert session.on == FRIDAY
    assert "is over" in session.why_not_today


def test_a_day_that_the_book_has_not_ended_is_finished_first(market_rules):
    assert session_at(market_rules, THURSDAY, "15:31", Book(on=THURSDAY)).on == THURSDAY


def test_a_day_that_the_book_has_ended_is_not_traded_again(market_rules):
    book = Book(on=THURSDAY, is_day_closed=True)

    assert session_at(market_rules, THURSDAY, "15:20", book).on == FRIDAY


def test_a_day_without_a_session_says_why(market_rules):
    session = session_at(market_rules, SATURDAY, "10:00")

    assert session.on == MONDAY
    assert session.why_not_today == "2026-11-21 is not a trading day (a weekend)"
    assert "Mon 2026-11-23 09:15 IST (in 47 h 15 min)" in session.opening_text(ms_at(SATURDAY, time(10, 0)))


def waiting_at(market_rules, on, clock="10:00", *, has_keys=True, ends_after_it=False):
    session = session_at(market_rules, on, clock)
    now_ms = ms_at(on, time.fromisoformat(clock))
    return waiting_text(session, now_ms, has_keys=has_keys, ends_after_it=ends_after_it)


def test_a_start_on_a_holiday_says_which_and_what_it_waits_for(market_rules):
    text = waiting_at(market_rules, date(2026, 12, 25))

    assert text == (
        "2026-12-25 is not a trading day (Christmas); "
        "the next session opens on Mon 2026-12-28 09:15 IST (in 71 h 15 min).\n"
        "It waits until then and trades it; it needs a login of that morning (python main.py login). "
        "Ctrl-C ends it now"
    )


def test_a_start_without_keys_or_for_one_session_says_so(market_rules):
    text = waiting_at(market_rules, SATURDAY, has_keys=False, ends_after_it=True)

    assert "(a weekend); the next session opens" in text
    assert "trades it and ends; it needs the keys of your app in .env and a login" in text


def test_a_start_on_a_trading_day_says_nothing_of_waiting(market_rules):
    assert waiting_at(market_rules, THURSDAY) == ""
    assert waiting_at(market_rules, THURSDAY, "16:00").startswith(
        "the session of 2026-11-19 is over; the next"
    )


@pytest.mark.parametrize(
    ("clock", "phase"),
    [
        ("08:00", "pre_open"),
        ("09:15", "open"),
        ("15:14", "open"),
        ("15:16", "closing_auction"),
        ("18:00", "closed"),
    ],
)
def test_phases_of_the_day(market_rules, clock, phase):
    session = session_at(market_rules, THURSDAY, "09:00")

    assert session.phase(ms_at(THURSDAY, time.fromisoformat(clock))) == phase


def test_beyond_the_calendar_it_refuses_and_tells_what_is_open(market_rules):
    book = Book(positions={"NSE_EQ|X": Position(instrument_key="NSE_EQ|X", quantity=5)})

    with pytest.raises(UncoveredDateError, match=r"1 positions are open .* --panic-exit"):
        session_at(market_rules, date(2040, 1, 2), "10:00", book)
