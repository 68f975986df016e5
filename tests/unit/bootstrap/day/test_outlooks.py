"""What is known of a day before it begins."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.day.outlooks import Outlooks, expiry_events
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import MS_PER_MINUTE, midnight_ms
from trading_bot.domain.outlook import DayClose, closes_by_day
from trading_bot.domain.rules.scheduled_events import EventKind
from trading_bot.risk.overlays.settings import EventSettings, OverlaySettings, VixSettings

_RULES = load_market_rules()
_EXAMPLE = Path(__file__).parents[4] / "config" / "events.toml"
_ON = date(2026, 11, 19)


def _outlook(on: date = _ON, **settings):
    return Outlooks.load(OverlaySettings(**settings), _RULES).of(on)


def test_without_settings_only_the_breaker_and_the_session_before_are_known():
    outlook = _outlook()

    assert outlook.previous_session_on == date(2026, 11, 18)
    assert outlook.breaker == _RULES.breakers[0]
    assert (outlook.events, outlook.unknown_events, outlook.volatility_key) == ((), "", "")


def test_before_the_first_rule_there_is_no_breaker():
    assert _outlook(date(2013, 9, 30)).breaker is None


def test_the_example_calendar_is_read_and_its_days_are_covered():
    outlook = _outlook(events=EventSettings(file=_EXAMPLE))

    assert [event.kind for event in outlook.events] == [EventKind.RESULTS, EventKind.OTHER]
    assert outlook.unknown_events == ""


def test_a_day_beyond_the_calendar_is_unknown_and_says_which_days_are_known():
    outlook = _outlook(date(2026, 12, 1), events=EventSettings(file=_EXAMPLE))

    assert "covers 2026-11-16 to 2026-11-30, not 2026-12-01" in outlook.unknown_events


def test_a_calendar_that_cannot_be_read_is_refused_where_nothing_is_at_stake(tmp_path):
    settings = OverlaySettings(events=EventSettings(file=tmp_path / "none.toml"))

    with pytest.raises(SettingsError):
        Outlooks.load(settings, _RULES)


def test_a_day_that_must_begin_begins_with_unknown_events(tmp_path):
    settings = OverlaySettings(events=EventSettings(file=tmp_path / "none.toml"))

    outlook = Outlooks.load_whatever_there_is(settings, _RULES).of(_ON)

    assert "none.toml is missing" in outlook.unknown_events


@pytest.mark.parametrize(
    ("days", "on", "expiring"),
    [
        ("none", date(2026, 10, 27), False),
        ("monthly", date(2026, 10, 27), True),
        ("monthly", date(2026, 10, 20), False),
        ("monthly", date(2026, 11, 23), True),
        ("all", date(2026, 10, 13), True),
        ("all", date(2026, 10, 21), False),
    ],
)
def test_expiries_are_those_of_the_market_rules_moved_before_holidays(days, on, expiring):
    """Tuesday 24 November 2026 is a holiday: the monthly contracts expire the day before."""
    events = expiry_events(_RULES.expiries, on, EventSettings(expiry_days=days))

    assert bool(events) is expiring
    assert all(event.kind is EventKind.EXPIRY and event.touches(on) and not event.symbols for event in events)


def test_a_day_before_every_expiry_rule_has_none():
    assert expiry_events(_RULES.expiries, date(1999, 1, 4), EventSettings(expiry_days="all")) == ()


def test_closes_are_the_last_of_each_day():
    noon = midnight_ms(_ON) + 720 * MS_PER_MINUTE

    assert closes_by_day([noon - MS_PER_MINUTE, noon], [10, 11]) == (DayClose(_ON, 11),)


def _folder_of_closes(path: Path, days: int) -> Path:
    rows = [
        f"{_ON - timedelta(days=days - at)},{10 + at},{10 + at},{10 + at},{10 + at},0" for at in range(days)
    ]
    rows.append(f"{_ON},99,99,99,99,0")
    (path / "INDIAVIX.csv").write_text(
        "date,open,high,low,close,volume\n" + "\n".join(rows), encoding="utf-8"
    )
    return path


def test_closes_of_the_volatility_index_come_from_a_folder_and_end_before_the_day(tmp_path):
    vix = VixSettings(
        enabled=True, folder=_folder_of_closes(tmp_path, 30), lookback_sessions=20, min_closes=10
    )

    outlook = _outlook(vix=vix)

    assert outlook.volatility_key == "NSE_INDEX|India VIX"
    assert len(outlook.volatility_closes) == 20
    assert outlook.volatility_closes[-1] == DayClose(date(2026, 11, 18), 3_900)


def test_the_data_of_a_backtest_may_hold_the_index_itself(tmp_path):
    outlooks = Outlooks.load(
        OverlaySettings(vix=VixSettings(enabled=True)), _RULES, _folder_of_closes(tmp_path, 3)
    )

    assert [close.close for close in outlooks.of(_ON).volatility_closes] == [1_000, 1_100, 1_200]


def test_a_folder_without_the_index_gives_no_closes(tmp_path):
    (tmp_path / "TCS.csv").write_text(
        "date,open,high,low,close,volume\n2026-11-18,1,1,1,1,1", encoding="utf-8"
    )

    assert _outlook(vix=VixSettings(enabled=True, folder=tmp_path)).volatility_closes == ()


def test_no_history_is_opened_for_an_index_that_nobody_watches(tmp_path):
    assert Outlooks.load(OverlaySettings(), _RULES, tmp_path / "none").closes == ()
