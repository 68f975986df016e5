"""Trading days, holidays and sessions of the shipped calendar."""

import csv
from datetime import date, timedelta

import pytest

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.rules.calendar import (
    UNNAMED_CLOSURE,
    Calendar,
    CalendarFacts,
    ClosureList,
    Coverage,
    Holiday,
    HolidayList,
    SpecialSession,
)
from trading_bot.domain.rules.session import HoursRow


@pytest.fixture
def calendar(market_rules):
    return market_rules.calendar


def days_of(year):
    first = date(year, 1, 1)
    return [first + timedelta(days=offset) for offset in range((date(year + 1, 1, 1) - first).days)]


def hours(window):
    return tuple(f"{datetime_of(at_ms):%H:%M}" for at_ms in window)


@pytest.mark.parametrize(("year", "sessions"), [(2024, 248), (2025, 248), (2026, 246)])
def test_a_year_has_as_many_sessions_as_its_holiday_list_leaves(calendar, year, sessions):
    assert sum(calendar.is_settlement_day(on) for on in days_of(year)) == sessions


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_date_is_open_or_has_a_reason(calendar, year):
    for on in days_of(year):
        is_weekend = on.weekday() >= 5
        assert calendar.is_trading_day(on) or is_weekend or calendar.holiday_name(on), on


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_session_exists_exactly_on_trading_days(calendar, year):
    for on in days_of(year):
        if on == date(2026, 11, 8):  # held at hours that are not on record
            continue
        for segment in Segment:
            assert (calendar.session(on, segment) is not None) is calendar.is_trading_day(on)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_windows_of_a_session_follow_each_other_inside_its_day(calendar, year):
    for on in calendar.trading_days(date(year, 1, 1), date(year, 12, 31)):
        if on == date(2026, 11, 8):
            continue
        session = calendar.session(on, Segment.NSE_EQ, closing_auction_eligible=True)
        edges = [at_ms for window in session.continuous for at_ms in window]
        assert edges == sorted(set(edges))
        assert datetime_of(edges[0]).date() == datetime_of(session.end_ms).date() == on


def test_every_observed_trading_day_agrees(calendar, shared_data):
    with (shared_data / "instruments" / "nse_trading_days_2000_2026.csv").open() as file:
        observed = {date.fromisoformat(row["date"]) for row in csv.DictReader(file)}

    assert set(calendar.trading_days(min(observed), max(observed))) == observed


def test_every_listed_holiday_agrees(calendar, shared_data):
    with (shared_data / "instruments" / "nse_holidays_2024_2026.csv").open() as file:
        rows = [(date.fromisoformat(row["date"]), row["kind"]) for row in csv.DictReader(file)]

    for on, kind in rows:
        assert calendar.holiday_name(on)
        assert calendar.is_muhurat(on) is (kind == "muhurat_only")


@pytest.mark.parametrize(
    ("on", "windows"),
    [
        (date(2009, 5, 15), [("09:55", "15:30")]),
        (date(2010, 1, 4), [("09:00", "15:30")]),
        (date(2010, 10, 15), [("09:00", "15:30")]),
        (date(2010, 10, 18), [("09:15", "15:30")]),
        (date(2026, 7, 31), [("09:15", "15:30")]),
        (date(2026, 8, 3), [("09:15", "15:30")]),
        (date(2026, 2, 1), [("09:15", "15:30")]),
        (date(2024, 1, 20), [("09:15", "15:30")]),
        (date(2024, 3, 2), [("09:15", "10:00"), ("11:30", "12:30")]),
        (date(2024, 5, 18), [("09:15", "10:00"), ("11:30", "12:30")]),
        (date(2024, 11, 1), [("18:00", "19:00")]),
        (date(2025, 10, 21), [("13:45", "14:45")]),
        (date(2018, 11, 7), [("17:30", "18:30")]),
        (date(2014, 3, 22), [("11:15", "12:45")]),
    ],
)
def test_shares_trade_in_the_hours_of_their_date(calendar, on, windows):
    session = calendar.session(on, Segment.NSE_EQ)

    assert [hours(window) for window in session.continuous] == windows
    assert session.closing_auction is None


@pytest.mark.parametrize(
    ("on", "window"),
    [
        (date(2026, 7, 31), ("09:15", "15:30")),
        (date(2026, 8, 3), ("09:15", "15:40")),
        (date(2024, 11, 1), ("18:00", "19:00")),
    ],
)
def test_derivatives_close_ten_minutes_later_since_august_2026(calendar, on, window):
    assert [hours(w) for w in calendar.session(on, Segment.NSE_FO).continuous] == [window]


def test_eligible_shares_stop_at_quarter_past_three_for_the_auction(calendar):
    session = calendar.session(date(2026, 8, 3), Segment.NSE_EQ, closing_auction_eligible=True)
    auction = session.closing_auction

    assert [hours(window) for window in session.continuous] == [("09:15", "15:15")]
    phases = (
        auction.reference,
        auction.order_entry,
        auction.limit_only,
        auction.random_close,
        auction.matching,
    )
    assert [hours(window) for window in phases] == [
        ("15:15", "15:20"),
        ("15:20", "15:25"),
        ("15:25", "15:30"),
        ("15:28", "15:30"),
        ("15:30", "15:35"),
    ]
    assert auction.start_ms == session.close_ms
    assert session.end_ms == auction.end_ms


def test_eligible_shares_had_no_auction_before_august_2026(calendar):
    session = calendar.session(date(2026, 7, 31), Segment.NSE_EQ, closing_auction_eligible=True)

    assert session.closing_auction is None
    assert session.end_ms == session.close_ms


def test_derivatives_have_no_closing_auction(calendar):
    session = calendar.session(date(2026, 8, 3), Segment.NSE_FO, closing_auction_eligible=True)

    assert session.closing_auction is None


@pytest.mark.parametrize(
    ("on", "segment", "entry", "limit_only"),
    [
        (date(2026, 9, 4), Segment.NSE_EQ, ("09:00", "09:08"), None),
        (date(2026, 9, 7), Segment.NSE_EQ, ("09:00", "09:05"), ("09:05", "09:10")),
        (date(2025, 12, 8), Segment.NSE_FO, ("09:00", "09:08"), None),
        (date(2026, 9, 7), Segment.NSE_FO, ("09:00", "09:05"), ("09:05", "09:10")),
        (date(2026, 9, 7), Segment.BSE_FO, ("09:00", "09:08"), None),
        (date(2025, 10, 21), Segment.NSE_EQ, ("13:30", "13:38"), None),
    ],
)
def test_pre_open_has_the_phases_of_its_date(calendar, on, segment, entry, limit_only):
    pre_open = calendar.session(on, segment).pre_open

    assert hours(pre_open.order_entry) == entry
    assert (hours(pre_open.limit_only) if pre_open.limit_only else None) == limit_only


def test_derivatives_had_no_pre_open_before_december_2025(calendar):
    assert calendar.session(date(2025, 12, 5), Segment.NSE_FO).pre_open is None


@pytest.mark.parametrize(
    ("on", "window"), [(date(2026, 7, 31), ("15:40", "16:00")), (date(2026, 8, 3), ("15:50", "16:00"))]
)
def test_post_close_moved_behind_the_auction(calendar, on, window):
    assert hours(calendar.session(on, Segment.BSE_EQ).post_close) == window


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2026, 11, 24), "Guru Nanak Jayanti"),
        (date(2026, 1, 15), "Municipal election, Maharashtra"),
        (date(2024, 11, 1), "Diwali Laxmi Pujan"),
        (date(2026, 8, 15), "Independence Day"),
        (date(2003, 4, 14), UNNAMED_CLOSURE),
        (date(2026, 2, 1), None),
        (date(2026, 11, 19), None),
        (date(2026, 11, 21), None),
    ],
)
def test_holidays_have_names(calendar, on, name):
    assert calendar.holiday_name(on) == name


def test_neighbouring_trading_days_skip_weekends_and_holidays(calendar):
    assert calendar.next_trading_day(date(2026, 11, 23)) == date(2026, 11, 25)
    assert calendar.previous_trading_day(date(2026, 11, 25)) == date(2026, 11, 23)
    assert calendar.previous_trading_day(date(2026, 2, 2)) == date(2026, 2, 1)
    assert calendar.trading_days(date(2026, 11, 20), date(2026, 11, 25)) == (
        date(2026, 11, 20),
        date(2026, 11, 23),
        date(2026, 11, 25),
    )


@pytest.mark.parametrize("on", [date(1999, 12, 31), date(2027, 1, 1), date(2027, 1, 26)])
@pytest.mark.parametrize(
    "question",
    [
        Calendar.is_trading_day,
        Calendar.holiday_name,
        Calendar.previous_trading_day,
        Calendar.next_trading_day,
        Calendar.is_muhurat,
        lambda calendar, on: calendar.session(on, Segment.NSE_EQ),
        lambda calendar, on: calendar.trading_days(on, date(2026, 1, 1)),
        lambda calendar, on: calendar.trading_days(date(2026, 1, 1), on),
        lambda calendar, on: calendar.hours_row(on, Segment.NSE_EQ),
        Calendar.special_session,
    ],
)
def test_a_day_that_no_list_covers_is_refused(calendar, on, question):
    with pytest.raises(UncoveredDateError, match=r"2000-01-03 to 2026-12-31\. Add .*calendar\.toml"):
        question(calendar, on)


def test_the_trading_day_after_the_last_one_is_refused(calendar):
    with pytest.raises(UncoveredDateError, match="The trading day after 2026-12-31"):
        calendar.next_trading_day(date(2026, 12, 31))


def test_the_trading_day_before_the_first_one_is_refused(calendar):
    with pytest.raises(UncoveredDateError, match="The trading day before 2000-01-03"):
        calendar.previous_trading_day(date(2000, 1, 3))


def test_a_session_at_unknown_hours_is_a_trading_day_whose_hours_are_refused(calendar):
    assert calendar.is_trading_day(date(2026, 11, 8))
    with pytest.raises(UncoveredDateError, match=r"Muhurat of 2026-11-08.*special_sessions"):
        calendar.session(date(2026, 11, 8), Segment.NSE_EQ)


def test_derivatives_before_they_existed_are_refused(calendar):
    with pytest.raises(UncoveredDateError, match=r"hours of NSE_FO .*sessions\.toml"):
        calendar.session(date(2000, 6, 1), Segment.NSE_FO)


def test_a_session_is_answered_from_memory_the_second_time(calendar):
    first = calendar.session(date(2026, 11, 19), Segment.NSE_EQ)

    assert calendar.session(date(2026, 11, 19), Segment.NSE_EQ) is first


def hours_row(**changes):
    row = {
        "segments": ["NSE_EQ"],
        "valid_from": date(2024, 1, 1),
        "continuous": [["09:15", "15:30"]],
        "source": "test",
        "confidence": "H",
    }
    return HoursRow.model_validate(row | changes)


def special(**changes):
    row = {"on": date(2024, 1, 6), "name": "T", "hours": "ordinary", "source": "s", "confidence": "H"}
    return row | changes


def small_calendar(*specials):
    coverage = {"first": date(2024, 1, 1), "last": date(2024, 1, 31), "source": "s"}
    facts = CalendarFacts.model_validate({"coverage": coverage, "special_sessions": specials})
    return Calendar(facts, [hours_row(), hours_row(segments=["NSE_FO"])])


def test_the_row_of_a_day_with_its_own_hours_is_shown():
    known = small_calendar(special())

    assert known.special_session(date(2024, 1, 6)).name == "T"
    assert known.special_session(date(2024, 1, 8)) is None


def test_a_listed_session_trades_on_at_the_closing_price_in_shares_only():
    listed = {"hours": "listed", "continuous": [["10:00", "11:00"]], "post_close": ["11:10", "11:20"]}
    known = small_calendar(special(**listed))

    assert hours(known.session(date(2024, 1, 6), Segment.NSE_EQ).post_close) == ("11:10", "11:20")
    assert known.session(date(2024, 1, 6), Segment.NSE_FO).post_close is None


def test_days_are_named_for_what_they_are():
    assert small_calendar().session(date(2024, 1, 8), Segment.NSE_EQ).name == "ordinary"
    assert UNNAMED_CLOSURE == "closed (reason not recorded)"


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        (Coverage, {"first": date(2024, 1, 1), "last": date(2024, 1, 2), "source": "s"}),
        (Holiday, {"on": date(2024, 1, 1), "name": "N"}),
        (HolidayList, {"days": [], "source": "s", "confidence": "H"}),
        (ClosureList, {"days": [], "source": "s", "confidence": "H"}),
        (SpecialSession, special()),
    ],
)
def test_rows_without_a_name_or_a_source_are_refused(kind, row):
    kind.model_validate(row)
    for text in {"name", "source"} & row.keys():
        with pytest.raises(ValueError, match="at least 1 character"):
            kind.model_validate(row | {text: ""})


def test_two_sets_of_hours_for_one_day_are_refused():
    facts = CalendarFacts.model_validate(
        {"coverage": {"first": date(2024, 1, 1), "last": date(2024, 1, 31), "source": "test"}}
    )

    with pytest.raises(ValueError, match="hours of NSE_EQ: two rows hold on 2024-01-05"):
        Calendar(facts, [hours_row(), hours_row(valid_from=date(2024, 1, 5))])


@pytest.mark.parametrize(("kind", "continuous"), [("listed", []), ("ordinary", [["09:15", "10:00"]])])
def test_windows_are_given_exactly_when_the_hours_are_listed(kind, continuous):
    row = {"on": date(2024, 1, 6), "name": "test", "source": "test", "confidence": "H"}

    with pytest.raises(ValueError, match="give windows exactly when"):
        SpecialSession.model_validate(row | {"hours": kind, "continuous": continuous})
