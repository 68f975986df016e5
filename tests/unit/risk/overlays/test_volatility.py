"""Where the volatility index stands."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from trading_bot.domain.outlook import DayClose
from trading_bot.risk.overlays.settings import Regime, Tightening, VixReading, VixSettings
from trading_bot.risk.overlays.volatility import VolatilityPicture, spoken, standing

_ON = date(2026, 11, 19)
_SETTINGS = VixSettings(enabled=True)


def _closes(*values: int) -> tuple[DayClose, ...]:
    first = _ON - timedelta(days=len(values))
    return tuple(DayClose(first + timedelta(days=at), value) for at, value in enumerate(values))


_HUNDRED = _closes(*range(1_001, 1_101))
"""10.01 to 11.00, the last one the highest."""
_PICTURE = VolatilityPicture(
    on=_ON, previous_session_on=_ON - timedelta(days=1), closes=_HUNDRED, value=1_050, age_s=1
)


@pytest.mark.parametrize(
    ("value", "regime"),
    [
        (1_000, Regime.ORDINARY),
        (1_079, Regime.ORDINARY),
        (1_080, Regime.HIGH),
        (1_094, Regime.HIGH),
        (1_095, Regime.STRESS),
        (9_999, Regime.STRESS),
    ],
)
def test_the_percentile_is_the_part_of_closes_at_or_below_the_value(value, regime):
    assert standing(replace(_PICTURE, value=value), _SETTINGS).regime is regime


@pytest.mark.parametrize(
    ("value", "regime"),
    [(1_099, Regime.ORDINARY), (1_100, Regime.HIGH), (1_199, Regime.HIGH), (1_200, Regime.STRESS)],
)
def test_a_rise_since_the_last_close_counts_whatever_the_percentile(value, regime):
    closes = _closes(*[5_000] * 60, 1_000)

    assert standing(replace(_PICTURE, closes=closes, value=value), _SETTINGS).regime is regime


def test_a_fall_within_the_day_makes_nothing_calmer_than_its_percentile():
    closes = _closes(*[1_000] * 60, 5_000)

    assert standing(replace(_PICTURE, closes=closes, value=3_000), _SETTINGS).regime is Regime.STRESS


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"closes": ()}, "0 of 40 closes"),
        ({"closes": _HUNDRED[-39:]}, "39 of 40 closes"),
        ({"age_s": 121}, "121 s old"),
        ({"value": 0}, "no value today"),
        ({"previous_session_on": None}, "session before is None"),
        ({"closes": _HUNDRED[:-1]}, "last close of 2026-11-17"),
    ],
)
def test_what_cannot_be_known_is_unknown_and_not_calm(changes, why):
    found = standing(replace(_PICTURE, **changes), _SETTINGS)

    assert not found.is_known
    assert found.regime is Regime.HIGH
    assert why in found.text


@pytest.mark.parametrize("regime", list(Regime))
def test_unknown_is_read_as_the_settings_say(regime):
    settings = VixSettings(enabled=True, unknown_as=regime)

    assert standing(replace(_PICTURE, value=0), settings).regime is regime


def test_forty_closes_and_a_value_of_two_minutes_ago_are_enough():
    picture = replace(_PICTURE, closes=_HUNDRED[-40:], age_s=120)

    assert standing(picture, _SETTINGS).is_known


def test_a_close_of_the_day_itself_is_never_looked_at():
    """Look-ahead: what a folder of history says of today is not known yet."""
    ahead = (*_HUNDRED, DayClose(_ON, 1), DayClose(_ON + timedelta(days=1), 1))

    assert standing(replace(_PICTURE, closes=ahead), _SETTINGS) == standing(_PICTURE, _SETTINGS)


def test_only_the_newest_closes_count():
    closes = _closes(*[9_000] * 100, *[1_000] * 60)
    settings = VixSettings(enabled=True, lookback_sessions=60)

    assert standing(replace(_PICTURE, closes=closes, value=1_001), settings).regime is Regime.STRESS
    assert standing(replace(_PICTURE, closes=closes, value=1_001), _SETTINGS).regime is Regime.ORDINARY


def test_the_previous_close_is_a_reading_of_its_own_that_no_silence_of_today_touches():
    settings = VixSettings(enabled=True, reading=VixReading.PREVIOUS_CLOSE)
    picture = replace(_PICTURE, value=0, age_s=99_999)

    found = standing(picture, settings)

    assert found.is_known
    assert found.regime is Regime.STRESS
    assert "today" not in found.text


def test_the_word_carries_the_rule_of_its_regime_and_the_numbers():
    word = spoken(replace(_PICTURE, value=1_085), _SETTINGS)

    assert word.overlay == "vix"
    assert word.rule == _SETTINGS.high
    assert word.reason == "India VIX 10.85 is high: at or above 85% of 100 closes, -1.4% today"


def test_an_ordinary_regime_asks_for_nothing():
    assert spoken(_PICTURE, _SETTINGS).rule == Tightening()


_STRICTNESS = list(Regime)


@given(st.integers(1, 5_000), st.integers(1, 5_000))
def test_a_higher_value_is_never_read_as_calmer(one, other):
    low, high = sorted((one, other))

    calmer, stricter = (standing(replace(_PICTURE, value=value), _SETTINGS).regime for value in (low, high))

    assert _STRICTNESS.index(calmer) <= _STRICTNESS.index(stricter)


@pytest.mark.parametrize(
    "wrong",
    [
        {"high_percentile": 0.96},
        {"high_rise": 0.3},
        {"min_closes": 260},
        {"high": {"size_factor": 1.1}},
        {"high": {"stop_factor": 0.9}},
        {"high": {"leverage_factor": 1.01}},
        {"high": {"tighten_threshold": -0.1}},
        {"high": {"size_factor": 0}},
    ],
)
def test_settings_that_would_loosen_or_contradict_are_refused(wrong):
    with pytest.raises(ValidationError):
        VixSettings(**wrong)


def test_a_close_that_is_not_a_price_is_no_close_and_the_smallest_price_is_one():
    """Unreadable is not zero: a row of 0 would make every value look high."""
    zeros, ones = _closes(*[0] * 60, *range(1_001, 1_041)), _closes(*[1] * 60, *range(1_001, 1_041))

    assert "of 40 closes" in standing(replace(_PICTURE, closes=zeros), _SETTINGS).text
    assert "of 100 closes" in standing(replace(_PICTURE, closes=ones), _SETTINGS).text


def test_the_smallest_value_is_a_value():
    assert standing(replace(_PICTURE, value=1), _SETTINGS).is_known
    assert not standing(replace(_PICTURE, value=0), _SETTINGS).is_known


def test_the_previous_close_has_no_rise_of_its_own():
    """Its place among the closes is all that counts: in the middle of them it is ordinary."""
    settings = VixSettings(enabled=True, reading=VixReading.PREVIOUS_CLOSE)
    closes = _closes(*[9_000] * 60, 1_000)

    found = standing(replace(_PICTURE, closes=closes), settings)

    assert found.regime is Regime.ORDINARY
    assert found.text == "India VIX 10.00 is ordinary: at or above 2% of 61 closes"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"value": 0}, "India VIX unknown (no value today), read as high"),
        ({"age_s": 121}, "India VIX unknown (121 s old), read as high"),
        ({"closes": ()}, "India VIX unknown (0 of 40 closes), read as high"),
    ],
)
def test_people_read_why_it_is_unknown_and_as_what_it_counts(changes, text):
    assert standing(replace(_PICTURE, **changes), _SETTINGS).text == text
