"""Expiry dates by date, moved before holidays."""

import csv
from datetime import date, timedelta

import pytest

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.rules.expiry import BSE_STOCKS, NSE_STOCKS, ExpiryRow, ExpiryRules

NSE_2026 = (27, 24, 30, 28, 26, 30, 28, 25, 29, 27, 23, 29)
BSE_2026 = (29, 26, 25, 30, 27, 25, 30, 27, 24, 29, 26, 31)


@pytest.fixture
def expiries(market_rules):
    return market_rules.expiries


def chain(expiries, underlying, first, last):
    """Every expiry of the weekly chain between two days, of which the last is an expiry."""
    found = [expiries.next_weekly(underlying, first)]
    while found[-1] < last:
        found.append(expiries.next_weekly(underlying, found[-1] + timedelta(days=1)))
    return found


@pytest.mark.parametrize(
    ("underlyings", "days"),
    [
        (("NIFTY", "BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "NIFTYNXT50", NSE_STOCKS, "RELIANCE"), NSE_2026),
        (("SENSEX", "BANKEX", BSE_STOCKS), BSE_2026),
    ],
)
def test_monthly_expiries_of_2026(expiries, underlyings, days):
    for underlying in underlyings:
        for month, day in enumerate(days, start=1):
            assert expiries.monthly_expiry(underlying, 2026, month) == date(2026, month, day)


def test_weekly_expiries_of_2026_move_before_holidays(expiries):
    nse = chain(expiries, "NIFTY", date(2026, 1, 1), date(2026, 12, 29))
    bse = chain(expiries, "SENSEX", date(2026, 1, 1), date(2026, 12, 31))

    assert [on for on in nse if on.weekday() != 1] == [
        date(2026, 3, 2),
        date(2026, 3, 30),
        date(2026, 4, 13),
        date(2026, 10, 19),
        date(2026, 11, 9),
        date(2026, 11, 23),
    ]
    assert [on for on in bse if on.weekday() != 3] == [
        date(2026, 1, 14),
        date(2026, 3, 25),
        date(2026, 5, 27),
    ]


def test_every_observed_nifty_expiry_agrees(expiries, shared_data):
    with (shared_data / "instruments" / "nifty_expiry_calendar_2021_2026.csv").open() as file:
        rows = list(csv.DictReader(file))
    observed = [(date.fromisoformat(row["actual_expiry_date"]), row["expiry_type"]) for row in rows]
    chained = [on for on, _ in observed if on <= date(2026, 8, 25)]  # later weeklies are not listed there

    assert chain(expiries, "NIFTY", date(2021, 1, 1), date(2026, 8, 25)) == chained
    for on, kind in observed:
        if kind == "monthly":
            assert expiries.monthly_expiry("NIFTY", on.year, on.month) == on


@pytest.mark.parametrize(
    ("underlying", "on", "weekly"),
    [
        ("NIFTY", date(2025, 8, 25), date(2025, 8, 28)),
        ("NIFTY", date(2025, 8, 29), date(2025, 9, 2)),
        ("NIFTY", date(2026, 11, 24), date(2026, 12, 1)),
        ("BANKNIFTY", date(2023, 8, 1), date(2023, 8, 3)),
        ("BANKNIFTY", date(2023, 9, 4), date(2023, 9, 6)),
        ("BANKNIFTY", date(2023, 9, 25), date(2023, 9, 28)),
        ("BANKNIFTY", date(2024, 11, 11), date(2024, 11, 13)),
        ("BANKNIFTY", date(2024, 11, 14), None),
        ("BANKNIFTY", date(2026, 11, 19), None),
        ("FINNIFTY", date(2024, 6, 3), date(2024, 6, 4)),
        ("MIDCPNIFTY", date(2024, 6, 4), date(2024, 6, 10)),
        ("SENSEX", date(2024, 12, 2), date(2024, 12, 6)),
        ("SENSEX", date(2025, 1, 1), date(2025, 1, 7)),
        ("SENSEX", date(2025, 9, 1), date(2025, 9, 4)),
        ("SENSEX", date(2026, 1, 13), date(2026, 1, 14)),
        ("SENSEX", date(2026, 1, 15), date(2026, 1, 22)),
        ("RELIANCE", date(2026, 11, 19), None),
    ],
)
def test_weekly_expiry_follows_the_rule_of_its_week(expiries, underlying, on, weekly):
    assert expiries.next_weekly(underlying, on) == weekly


@pytest.mark.parametrize(
    ("underlying", "year", "month", "expiry_on"),
    [
        ("BANKNIFTY", 2024, 2, date(2024, 2, 29)),
        ("BANKNIFTY", 2024, 3, date(2024, 3, 27)),
        ("BANKNIFTY", 2024, 12, date(2024, 12, 24)),
        ("BANKNIFTY", 2025, 1, date(2025, 1, 30)),
        ("BANKNIFTY", 2025, 9, date(2025, 9, 30)),
        ("FINNIFTY", 2025, 1, date(2025, 1, 30)),
        ("SENSEX", 2025, 3, date(2025, 3, 25)),
        ("NIFTY", 2021, 11, date(2021, 11, 25)),
    ],
)
def test_monthly_expiry_follows_the_rule_of_its_month(expiries, underlying, year, month, expiry_on):
    assert expiries.monthly_expiry(underlying, year, month) == expiry_on


def test_a_muhurat_day_is_no_expiry_day(expiries):
    assert expiries.next_weekly("NIFTY", date(2021, 11, 1)) == date(2021, 11, 3)
    assert expiries.next_weekly("NIFTY", date(2025, 10, 15)) == date(2025, 10, 20)


def test_the_next_monthly_is_that_of_the_next_month_after_this_ones_has_passed(expiries):
    assert expiries.next_monthly("NIFTY", date(2026, 11, 23)) == date(2026, 11, 23)
    assert expiries.next_monthly("NIFTY", date(2026, 11, 24)) == date(2026, 12, 29)


def test_the_next_expiry_is_the_nearest_of_any_kind(expiries):
    assert expiries.next_expiry("SENSEX", date(2026, 11, 19)) == date(2026, 11, 19)
    assert expiries.next_expiry("BANKNIFTY", date(2026, 11, 19)) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("underlying", "on"),
    [("NIFTY", date(2026, 12, 30)), ("SENSEX50", date(2024, 6, 3)), ("NIFTY", date(1999, 1, 1))],
)
def test_an_expiry_that_no_rule_or_calendar_covers_is_refused(expiries, underlying, on):
    with pytest.raises(UncoveredDateError):
        expiries.next_expiry(underlying, on)


def test_an_expiry_in_an_uncovered_year_is_refused(expiries):
    with pytest.raises(UncoveredDateError, match="2027-01-26"):
        expiries.monthly_expiry("NIFTY", 2027, 1)


def test_the_rule_behind_an_expiry_has_a_source(expiries):
    assert "June 2025" in expiries.row("NIFTY", "weekly", date(2026, 11, 19)).source
    assert expiries.row("BANKNIFTY", "weekly", date(2026, 11, 19)) is None


def test_two_weekdays_for_one_week_are_refused(market_rules):
    def row(weekday):
        return ExpiryRow.model_validate(
            {
                "cycle": "weekly",
                "underlyings": ["NIFTY"],
                "weekday": weekday,
                "valid_from": date(2024, 1, 1),
                "source": "test",
                "confidence": "H",
            }
        )

    with pytest.raises(ValueError, match="weekly expiries of NIFTY: two rows"):
        ExpiryRules([row("monday"), row("tuesday")], market_rules.calendar)
