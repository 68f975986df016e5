import time as process_time
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.scripted_day import rows_of, whole_day
from trading_bot.bootstrap.market.next_session import next_session
from trading_bot.domain.ist import IST, MS_PER_DAY, date_of, datetime_of, midnight_ms, ms_at, ms_of
from trading_bot.engine.book import Book

days = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@given(days, st.times())
def test_a_time_in_india_is_found_back_from_its_milliseconds(on, at):
    at_ms = ms_at(on, at)

    assert date_of(at_ms) == on
    assert datetime_of(at_ms).replace(tzinfo=None) == datetime.combine(
        on, at.replace(microsecond=at.microsecond // 1_000 * 1_000)
    )


@given(days)
def test_a_day_lasts_from_midnight_to_midnight(on):
    start_ms = midnight_ms(on)

    assert date_of(start_ms) == on
    assert date_of(start_ms - 1) < on
    assert date_of(start_ms + MS_PER_DAY - 1) == on


def test_nine_fifteen_in_india_is_quarter_to_four_in_utc():
    at_ms = ms_at(date(2026, 11, 19), time(9, 15))

    assert datetime.fromtimestamp(at_ms / 1_000, UTC) == datetime(2026, 11, 19, 3, 45, tzinfo=UTC)


def test_any_aware_moment_becomes_milliseconds():
    assert ms_of(datetime(2026, 11, 19, 9, 15, tzinfo=IST)) == ms_at(date(2026, 11, 19), time(9, 15))


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="no time zone"):
        ms_of(datetime(2026, 11, 19, 9, 15))  # noqa: DTZ001  # the mistake that is tested


@pytest.fixture
def in_zone(monkeypatch):
    """Lets the process believe that it runs somewhere else."""

    def move(zone):
        monkeypatch.setenv("TZ", zone)
        process_time.tzset()

    yield move
    monkeypatch.undo()
    process_time.tzset()


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "UTC", "Asia/Nowhere"])
def test_the_hosts_time_zone_changes_no_session_and_no_row_of_a_day(market_rules, in_zone, zone):
    """Fault 19, V11: also where the date there is another one."""
    early_ms = ms_at(date(2026, 11, 20), time(0, 30))
    rows = rows_of(whole_day())

    in_zone(zone)

    session = next_session(market_rules.calendar, early_ms, Book())
    assert (session.on, session.open_ms) == (date(2026, 11, 20), ms_at(date(2026, 11, 20), time(9, 15)))
    assert datetime_of(early_ms).isoformat() == "2026-11-20T00:30:00+05:30"
    assert rows_of(whole_day()) == rows
