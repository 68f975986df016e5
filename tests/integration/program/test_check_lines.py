"""Lines of `check` that are judged from facts alone: calendar, charges, holidays, clock, session."""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime

import pytest

from trading_bot.adapters.upstox.rest.decode_market import ListedHoliday
from trading_bot.bootstrap.checks.broker_time import judged
from trading_bot.bootstrap.checks.lines import charges_line, rules_lines
from trading_bot.bootstrap.checks.market import differences
from trading_bot.bootstrap.checks.session import session_line
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import ms_at
from trading_bot.report.check_line import CheckState, calendar_line
from trading_bot.settings.tree import Settings


def test_calendar_that_ends_soon_is_yellow_and_one_that_has_ended_red(market_rules):
    last = market_rules.calendar.last_covered

    assert calendar_line(lambda: last, date(2026, 12, 20)).state is CheckState.WARN
    assert calendar_line(lambda: last, date(2027, 1, 1)).state is CheckState.FAIL


def test_charges_that_are_not_known_today_are_red(market_rules):
    line = charges_line(market_rules, date(2027, 1, 1))

    assert (line.state, line.exit_code) == (CheckState.FAIL, 2)
    assert "config/market/charges.toml" in line.fix


HOLIDAY = ListedHoliday(
    on=date(2026, 12, 25), description="Christmas", kind="TRADING_HOLIDAY", closed_exchanges=("NSE",)
)
ADDED = ListedHoliday(
    on=date(2026, 12, 1), description="Mourning", kind="TRADING_HOLIDAY", closed_exchanges=("NSE",)
)


@pytest.mark.parametrize(
    ("listed", "today", "expected"),
    [
        ([HOLIDAY], date(2026, 11, 25), []),
        ([HOLIDAY, ADDED], date(2026, 11, 25), ["2026-12-01 is closed at the broker (Mourning)"]),
        ([HOLIDAY, ADDED], date(2026, 12, 2), []),
        ([ADDED], date(2026, 12, 2), ["2026-12-25 is Christmas to us, and no holiday at the broker"]),
        ([], date(2026, 12, 2), []),
    ],
)
def test_a_holiday_that_only_one_of_us_knows_is_told(market_rules, listed, today, expected):
    """Fault 21: holidays are added at three days' notice; an empty list says nothing about a year."""
    found = differences(market_rules.calendar, listed, today)

    assert [text[: len(start)] for text, start in zip(found, expected, strict=True)] == expected


def dated(seconds):
    return format_datetime(datetime.fromtimestamp(1_795_147_200 + seconds, UTC), usegmt=True)


@pytest.mark.parametrize(
    ("theirs_s", "round_trip_ms", "state", "words"),
    [
        (0, 80, CheckState.OK, "agrees"),
        (-1, 80, CheckState.OK, "agrees"),
        (1, 80, CheckState.WARN, "behind"),
        (-3, 80, CheckState.FAIL, "ahead of"),
        (3, 80, CheckState.FAIL, "behind"),
        (3_600, 80, CheckState.FAIL, "3599.9 s behind"),
        (0, 4_000, CheckState.WARN, "unknown"),
    ],
)
def test_the_clock_is_compared_with_the_brokers_as_far_as_whole_seconds_tell(
    theirs_s, round_trip_ms, state, words
):
    """Faults 16 and 17."""
    asked_ms = 1_795_147_200_000

    line = judged(dated(theirs_s), asked_ms, asked_ms + round_trip_ms)

    assert line.state is state
    assert words in line.message


@pytest.mark.parametrize("text", ["", "soon"])
def test_a_broker_that_tells_no_time_leaves_it_unknown(text):
    assert judged(text, 0, 10).state is CheckState.WARN


def test_a_holiday_is_told_and_is_no_failure(market_rules):
    line = session_line(market_rules.calendar, ms_at(date(2026, 11, 24), time(8, 0)))

    assert line.state is CheckState.OK
    assert "is not a trading day" in line.message
    assert session_line(market_rules.calendar, ms_at(date(2027, 2, 1), time(8, 0))).state is CheckState.FAIL


def test_unreadable_market_rules_are_red(shell):
    def broken():
        raise SettingsError("calendar.toml: broken")

    (line,) = rules_lines(broken, Settings(), date(2026, 11, 19))

    assert (line.name, line.exit_code) == ("market rules", 2)
