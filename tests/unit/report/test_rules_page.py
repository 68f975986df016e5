"""The page of a day's market rules."""

import json
from datetime import date

import pytest

from trading_bot.domain.errors import UncoveredDateError
from trading_bot.report.rules_page import render_rules, rules_on

NOW = date(2026, 11, 19)


@pytest.fixture(scope="module")
def page(market_rules):
    return rules_on(market_rules, NOW)


def by(rows, key, value):
    return next(row for row in rows if row[key] == value)


def test_the_page_is_ready_for_json(page):
    assert json.loads(json.dumps(page)) == page


def test_sessions_show_their_windows(page):
    session = page["sessions"][0]

    assert (session["segment"], session["closing_auction_eligible"]) == ("NSE_EQ", True)
    assert session["continuous"] == [["09:15", "15:15"]]
    assert session["closing_auction"]["reference"] == ["15:15", "15:20"]
    assert session["pre_open"]["limit_only"] == ["09:05", "09:10"]
    assert session["post_close"] == ["15:50", "16:00"]
    assert "NSE/CMTR/74969" in session["source"]


def test_expiries_lots_and_freezes_are_those_of_the_day(page):
    assert by(page["expiries"], "underlying", "NIFTY")["next_weekly"] == "2026-11-23"
    assert by(page["expiries"], "underlying", "SENSEX")["next_weekly"] == "2026-11-19"
    assert by(page["expiries"], "underlying", "BANKNIFTY")["next_weekly"] is None
    nifty = by(page["contracts"], "underlying", "NIFTY")
    assert nifty["lot"]["size"] == 65
    assert (nifty["freeze"]["quantity"], nifty["freeze"]["assumed"]) == (1800, True)


def test_what_no_file_covers_says_so_without_hiding_the_rest(page):
    assert (
        "freeze quantity of SENSEX" in by(page["contracts"], "underlying", "SENSEX")["freeze"]["not_covered"]
    )


def test_charges_are_those_of_the_day_with_their_source(page):
    future = next(
        rate for rate in page["charges"]["rates"] if rate["line"] == "stt" and rate["classes"] == ["future"]
    )

    assert (future["percent"], future["source"], future["notice"]) == ("0.05", "Finance Act 2026", None)
    assert page["charges"]["gst"]["percent"] == "18"


def test_a_holiday_has_a_name_and_no_sessions(market_rules):
    page = rules_on(market_rules, date(2026, 11, 24))

    assert (page["trading_day"], page["holiday"], page["sessions"]) == (False, "Guru Nanak Jayanti", [])
    assert page["next_trading_day"] == "2026-11-25"
    assert render_rules(page).startswith("2026-11-24 Tuesday: closed (Guru Nanak Jayanti)\n")


def test_a_special_session_shows_its_own_hours_and_source(market_rules):
    page = rules_on(market_rules, date(2024, 3, 2))

    assert page["special_session"] == "Switch to the disaster-recovery site"
    assert page["sessions"][0]["continuous"] == [["09:15", "10:00"], ["11:30", "12:30"]]
    assert page["sessions"][0]["source"] == page["special_session_source"]


def test_the_last_covered_day_has_no_next_one(market_rules):
    assert "not_covered" in rules_on(market_rules, date(2026, 12, 31))["next_trading_day"]


def test_an_uncovered_day_is_refused(market_rules):
    """Fault 23."""
    with pytest.raises(UncoveredDateError):
        rules_on(market_rules, date(2027, 1, 4))


@pytest.mark.parametrize(
    "line",
    [
        "  NSE_EQ with auction  09:15-15:15  09:00-09:12  15:15-15:35      15:50-16:00  NSE/CMTR/74969",
        "  NSE_FO               09:15-15:40  09:00-09:12  -                -            NSE/FAOP/74970",
        "  NIFTY       2026-11-23  2026-11-23  NSE circulars of June 2025",
        "  BANKNIFTY   2026-11-23  30           600 assumed   NSE/FAOP/70616",
        "  index_future  0.05 up to 15000, 0.10 up to 30000, 0.20 ",
        "  stt       NSE/BSE    option                           sell  0.15       Finance Act 2026",
        "  brokerage   one intraday order                   20, at most 0.1%   Upstox price list",
        "  The freeze quantity of SENSEX is not known for 2026-11-19: covered is nothing.",
    ],
)
def test_text_shows_aligned_rows(page, line):
    assert f"\n{line}" in render_rules(page)


def test_text_of_an_old_day_says_which_rates_are_assumed(market_rules):
    text = render_rules(rules_on(market_rules, date(2013, 5, 13)))

    assert "note: stt of future on NSE: known from 2023-04-01" in text
    assert "  FINNIFTY    not covered  not covered  -" in text


def test_text_of_hours_not_on_record_says_so(market_rules):
    text = render_rules(rules_on(market_rules, date(2026, 11, 8)))

    assert "2026-11-08 Sunday: trading day (Muhurat, Diwali Laxmi Pujan)" in text
    assert "Muhurat of 2026-11-08: a session was held but its hours are not on record" in text


def test_text_of_charges_that_are_not_known_says_so(page):
    text = render_rules(page | {"charges": {"not_covered": "Charges are not known"}})

    assert "Charges: not covered" in text
    assert "  Charges are not known" in text


def test_text_of_a_day_before_derivatives_existed_says_so(market_rules):
    text = render_rules(rules_on(market_rules, date(2000, 1, 3)))

    assert "  NSE_FO               not covered" in text
    assert "  index_option  not covered" in text
