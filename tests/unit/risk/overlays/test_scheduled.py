"""What events ask for, on their day and around their time."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.domain.outlook import DayOutlook
from trading_bot.domain.rules.scheduled_events import EventKind, ScheduledEvent
from trading_bot.risk.overlays.scheduled import is_to_be_closed, spoken, spoken_of_day
from trading_bot.risk.overlays.settings import EventRule, EventSettings, Tightening

_ON = date(2026, 12, 4)
_RULE = EventRule(size_factor=0.5, no_entries=True, no_entries_before_minutes=30, no_entries_after_minutes=20)
_SETTINGS = EventSettings(rbi=_RULE)


def _at(text: str) -> int:
    return ms_at(_ON, time.fromisoformat(text))


_DECISION = ScheduledEvent(
    kind=EventKind.RBI, name="policy", starts_at_ms=_at("10:00"), ends_at_ms=_at("10:00")
)
_RESULTS = ScheduledEvent(
    kind=EventKind.RESULTS,
    name="Q2",
    starts_at_ms=midnight_ms(_ON),
    ends_at_ms=midnight_ms(_ON + timedelta(days=1)),
    symbols=("TCS",),
)


def _words(event, at, *, symbol="RELIANCE", settings=_SETTINGS, on=_ON):
    return list(spoken(DayOutlook(events=(event,)), symbol, on, _at(at), settings))


@pytest.mark.parametrize(
    ("at", "is_refused"),
    [("09:29:59", False), ("09:30", True), ("10:00", True), ("10:19:59", True), ("10:20", False)],
)
def test_nothing_is_entered_from_so_many_minutes_before_until_so_many_after(at, is_refused):
    (word,) = _words(_DECISION, at)

    assert word.rule.no_entries is is_refused


def test_the_rest_of_its_day_is_smaller_and_not_closed():
    (word,) = _words(_DECISION, "14:00")

    assert word.rule == Tightening(size_factor=0.5)
    assert (word.overlay, word.reason) == ("events", "rbi: policy at 10:00")


def test_a_window_is_told_with_both_its_ends():
    window = replace(_DECISION, ends_at_ms=_at("12:30"))

    assert _words(window, "14:00")[0].reason == "rbi: policy 10:00 to 12:30"


def test_the_word_says_until_when_nothing_is_entered():
    (word,) = _words(_DECISION, "09:45")

    assert word.reason == "rbi: policy at 10:00, no entries until 10:20"


def test_a_rule_without_a_refusal_never_refuses():
    settings = EventSettings(rbi=EventRule(size_factor=0.5, no_entries_before_minutes=30))
    times = ("09:45", "09:59:59", "10:00")

    assert not any(_words(_DECISION, at, settings=settings)[0].rule.no_entries for at in times)


def test_results_close_the_whole_day_of_their_own_share_and_of_no_other():
    (word,) = _words(_RESULTS, "11:00", symbol="TCS")

    assert word.rule.no_entries
    assert word.reason == "results: Q2, no entries all day"
    assert _words(_RESULTS, "11:00", symbol="INFY") == []


def test_another_day_is_not_touched():
    tomorrow = _ON + timedelta(days=1)

    assert (
        list(spoken(DayOutlook(events=(_RESULTS,)), "TCS", tomorrow, midnight_ms(tomorrow), _SETTINGS)) == []
    )


def test_an_event_of_several_days_touches_each_of_them():
    long = ScheduledEvent(
        kind=EventKind.OTHER,
        name="election",
        starts_at_ms=midnight_ms(_ON),
        ends_at_ms=midnight_ms(_ON + timedelta(days=3)),
    )

    assert [long.touches(_ON + timedelta(days=day)) for day in (-1, 0, 2, 3)] == [False, True, True, False]


def test_each_kind_has_its_own_rule():
    assert [EventSettings().rule(kind) for kind in EventKind] == [
        getattr(EventSettings(), kind.value) for kind in EventKind
    ]


def test_a_calendar_that_does_not_cover_the_day_speaks_as_the_settings_say():
    (word,) = spoken(DayOutlook(unknown_events="not covered"), "TCS", _ON, 0, _SETTINGS)

    assert (word.reason, word.rule) == ("not covered", _SETTINGS.uncovered)


@pytest.mark.parametrize(
    ("at", "is_closed"),
    [("09:44:59", False), ("09:45", True), ("09:59:59", True), ("10:00", False), ("10:01", False)],
)
def test_positions_are_closed_in_the_minutes_before_an_event_only(at, is_closed):
    rule = EventRule(close_before_minutes=15)

    assert is_to_be_closed(_DECISION, "TCS", _at(at), rule) is is_closed


def test_by_default_no_event_closes_anything():
    assert not EventSettings().closes_before
    assert not is_to_be_closed(_DECISION, "TCS", _at("09:59"), EventRule())


def test_what_concerns_others_is_not_closed():
    early = ScheduledEvent(
        kind=EventKind.RESULTS,
        name="Q2",
        starts_at_ms=_at("12:00"),
        ends_at_ms=_at("12:00"),
        symbols=("TCS",),
    )
    rule = EventRule(close_before_minutes=15)

    assert is_to_be_closed(early, "TCS", _at("11:50"), rule)
    assert not is_to_be_closed(early, "INFY", _at("11:50"), rule)


def test_what_is_closed_before_an_event_is_not_entered_meanwhile():
    settings = EventSettings(rbi=EventRule(close_before_minutes=15))

    refused = [
        _words(_DECISION, at, settings=settings)[0].rule.no_entries for at in ("09:44", "09:45", "10:00")
    ]

    assert refused == [False, True, False]


def test_expiry_days_alone_are_something_to_read():
    assert EventSettings(expiry_days="monthly").is_on
    assert EventSettings(file="events.toml").is_on
    assert not EventSettings().is_on
    assert EventSettings(other=EventRule(close_before_minutes=1)).closes_before


def test_people_read_of_every_event_of_the_day_and_whom_it_concerns():
    tomorrow = replace(_DECISION, starts_at_ms=_DECISION.starts_at_ms + 86_400_000, ends_at_ms=1 << 50)
    outlook = DayOutlook(events=(_DECISION, _RESULTS, tomorrow))

    words = list(spoken_of_day(outlook, _ON, _at("14:00"), _SETTINGS))

    assert [word.reason for word in words] == [
        "rbi: policy at 10:00",
        "results: Q2, no entries all day (TCS)",
    ]
    assert {word.overlay for word in words} == {"events"}
    assert words[1].rule.no_entries


def test_people_read_that_nothing_is_known():
    (word,) = spoken_of_day(DayOutlook(unknown_events="not covered"), _ON, 0, _SETTINGS)

    assert (word.overlay, word.reason, word.rule) == ("events", "not covered", _SETTINGS.uncovered)


def test_positions_are_closed_until_the_very_last_moment():
    rule = EventRule(close_before_minutes=15)

    assert is_to_be_closed(_DECISION, "TCS", _DECISION.starts_at_ms - 1, rule)
    assert not is_to_be_closed(_DECISION, "TCS", _DECISION.starts_at_ms, rule)


def test_a_wider_time_of_closing_widens_the_time_without_entries():
    """Whatever is closed before an event would be entered again and closed again."""
    settings = EventSettings(rbi=EventRule(**(_RULE.model_dump() | {"close_before_minutes": 45})))

    refused = [_words(_DECISION, at, settings=settings)[0].rule.no_entries for at in ("09:14", "09:15")]

    assert refused == [False, True]


def test_an_event_of_half_a_day_is_told_with_its_hours():
    noon = ScheduledEvent(
        kind=EventKind.RBI, name="strike", starts_at_ms=midnight_ms(_ON), ends_at_ms=_at("12:00")
    )

    assert _words(noon, "14:00")[0].reason == "rbi: strike 00:00 to 12:00"


def test_whole_days_without_a_refusal_are_told_without_a_time():
    settings = EventSettings(results=EventRule(size_factor=0.5))

    assert _words(_RESULTS, "11:00", symbol="TCS", settings=settings)[0].reason == "results: Q2"
