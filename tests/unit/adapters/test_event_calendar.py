"""The calendar of events as a file."""

from datetime import date, time

import pytest

from trading_bot.adapters.event_calendar import load_event_calendar
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.domain.rules.scheduled_events import EventKind

_HEAD = '[coverage]\nfirst = 2026-11-01\nlast = 2026-12-31\nsource = "looked up"\n'
_ON = date(2026, 12, 4)


def _row(**fields: str) -> str:
    known = {"kind": '"rbi"', "name": '"policy"', "on": "2026-12-04", "source": '"RBI"'} | fields
    return "\n[[events]]\n" + "".join(f"{key} = {value}\n" for key, value in known.items() if value)


@pytest.fixture
def loaded(tmp_path):
    def load(text):
        path = tmp_path / "events.toml"
        path.write_text(text, encoding="utf-8")
        return load_event_calendar(path)

    return load


def test_a_moment_begins_and_ends_at_its_time(loaded):
    (event,) = loaded(_HEAD + _row(at='"10:00"')).on(_ON)

    assert event.kind is EventKind.RBI
    assert event.starts_at_ms == event.ends_at_ms == ms_at(_ON, time(10))
    assert event.concerns("ANY")


def test_a_window_ends_at_its_end(loaded):
    (event,) = loaded(_HEAD + _row(at='"10:00"', until='"12:30"')).on(_ON)

    assert (event.starts_at_ms, event.ends_at_ms) == (ms_at(_ON, time(10)), ms_at(_ON, time(12, 30)))


def test_without_a_time_the_whole_day_is_its_own_and_with_a_last_day_all_of_them(loaded):
    calendar = loaded(_HEAD + _row() + _row(name='"long"', last="2026-12-06"))

    day, long = calendar.on(_ON)
    assert (day.starts_at_ms, day.ends_at_ms) == (midnight_ms(_ON), midnight_ms(date(2026, 12, 5)))
    assert long.ends_at_ms == midnight_ms(date(2026, 12, 7))
    assert [event.name for event in calendar.on(date(2026, 12, 5))] == ["long"]


def test_symbols_are_read_as_people_write_them(loaded):
    (event,) = loaded(_HEAD + _row(kind='"results"', symbols='["reliance.NS", " TCS "]')).on(_ON)

    assert event.symbols == ("RELIANCE", "TCS")
    assert event.concerns("TCS")
    assert not event.concerns("INFY")


def test_it_covers_the_days_that_somebody_has_looked_up(loaded):
    calendar = loaded(_HEAD)

    days = [date(2026, 10, 31), date(2026, 12, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [calendar.covers(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("wrong", "line", "said"),
    [
        ({"kind": '"rib"'}, 12, "'results', 'rbi', 'budget', 'expiry' or 'other'"),
        ({"on": '"soon"'}, 12, "events.1.on = 'soon'"),
        ({"at": "10"}, 12, 'written as "HH:MM"'),
        ({"until": '"12:00"'}, 12, "until is a time after `at`"),
        ({"at": '"12:00"', "until": '"12:00"'}, 12, "until is a time after `at`"),
        ({"at": '"12:00"', "last": "2026-12-05"}, 12, "last is a day not before `on`"),
        ({"last": "2026-12-03"}, 12, "last is a day not before `on`"),
        ({"kind": '"results"'}, 12, "name the symbols"),
        ({"symbols": '[" "]'}, 12, "names of shares"),
        ({"source": ""}, 12, "events.1.source"),
        ({"wher": '"x"'}, 12, "events.1.wher"),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_what_is_allowed(loaded, wrong, line, said):
    with pytest.raises(SettingsError) as error:
        loaded(_HEAD + _row() + _row(**wrong))

    text = str(error.value)
    assert f"events.toml, line {line}: events.1" in text
    assert said in text
    assert "fix: " in text


def test_days_that_are_swapped_are_refused(loaded):
    with pytest.raises(SettingsError, match="swap them"):
        loaded(_HEAD.replace("2026-12-31", "2026-10-31"))


@pytest.mark.parametrize("text", ["[coverage", "", "\x00"])
def test_what_is_no_calendar_is_refused_with_its_path(loaded, text):
    with pytest.raises(SettingsError, match=r"events\.toml"):
        loaded(text)


def test_a_missing_file_names_the_setting(tmp_path):
    with pytest.raises(SettingsError, match=r"risk\.overlays\.events\.file"):
        load_event_calendar(tmp_path / "none.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "events.toml").write_bytes(b"\xff\xfe\xff")

    with pytest.raises(SettingsError, match="cannot be read"):
        load_event_calendar(tmp_path / "events.toml")
