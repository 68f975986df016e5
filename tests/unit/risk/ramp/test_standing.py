"""The roll-out as a function of the sessions behind it."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.risk.ramp.settings import RampSettings, RampStage, looser_than_usual
from trading_bot.risk.ramp.standing import TradedDay, ramp_standing

_SETTINGS = RampSettings()
_FIRST = date(2026, 11, 2)


def _days(text: str) -> list[TradedDay]:
    """A dot for a clean session, an x for one with an accident."""
    return [
        TradedDay(on=_FIRST + timedelta(days=at), accident="" if mark == "." else "unprotected")
        for at, mark in enumerate(text)
    ]


@pytest.mark.parametrize(
    ("paper", "done", "is_ready"),
    [
        ("", 0, False),
        ("....", 4, False),
        (".....", 5, True),
        ("....x", 0, False),
        (".....x....", 4, False),
        ("x.....", 5, True),
        ("......", 5, True),
    ],
)
def test_live_comes_after_enough_sessions_of_paper_in_a_row(paper, done, is_ready):
    standing = ramp_standing(_days(paper), (), _SETTINGS)

    assert standing.is_ready_for_live is is_ready
    if not is_ready:
        assert (standing.name, standing.days_done, standing.days_left) == ("paper", done, 5 - done)


@pytest.mark.parametrize(
    ("live", "name", "done"),
    [
        ("", "first", 0),
        ("....", "first", 4),
        (".....", "second", 0),
        (".........", "second", 4),
        ("..........", "third", 0),
        ("." * 19, "third", 9),
        ("." * 20, "full", 0),
        ("." * 50, "full", 0),
        ("....x", "first", 0),
        ("....x....", "first", 4),
        ("....x.....", "second", 0),
        (".....x", "second", 0),
        (".....x....", "second", 4),
        ("." * 20 + "x", "full", 0),
    ],
)
def test_a_stage_lasts_its_sessions_in_a_row_and_an_accident_begins_it_anew(live, name, done):
    standing = ramp_standing(_days("....."), _days(live), _SETTINGS)

    assert (standing.name, standing.days_done) == (name, done)


def test_each_stage_says_what_it_allows():
    live = [ramp_standing((), _days("." * count), _SETTINGS, has_begun=True) for count in (0, 5, 10, 20)]

    assert [standing.allows for standing in live] == [
        RampStage(symbols=1, position_fraction=0.005, days=5),
        RampStage(symbols=3, position_fraction=0.02, days=5),
        RampStage(symbols=10, position_fraction=0.05, days=10),
        None,
    ]


def test_the_newest_accident_is_told():
    assert ramp_standing(_days("x.x.."), (), _SETTINGS).last_accident.on == _FIRST + timedelta(days=2)
    assert ramp_standing((), _days("x.x.."), _SETTINGS).last_accident.on == _FIRST + timedelta(days=2)
    assert ramp_standing((), _days("."), _SETTINGS).last_accident is None


def test_whoever_has_traded_is_not_sent_back_to_paper():
    """What is held has to be looked after, whatever the settings say now."""
    assert ramp_standing((), (), _SETTINGS, has_begun=True).name == "first"
    assert ramp_standing((), _days("x"), _SETTINGS).name == "first"


_STAGES = ("paper", "first", "second", "third", "full")


@given(st.text(alphabet=".x", max_size=60), st.text(alphabet=".x", max_size=60))
def test_one_more_session_never_leaps_a_stage_and_never_goes_back_in_live(paper, live):
    names = [
        _STAGES.index(ramp_standing(_days(paper), _days(live[:count]), _SETTINGS, has_begun=True).name)
        for count in range(len(live) + 1)
    ]

    assert all(0 <= after - before <= 1 for before, after in pairwise(names))
    assert names[0] == 1


def test_the_usual_ramp_is_not_looser_than_itself_and_a_tighter_one_is_not_either():
    tighter = RampSettings(
        paper_days=10,
        accidents=("unprotected", "not_flat", "order_not_seen"),
        first=RampStage(symbols=1, position_fraction=0.001, days=20),
    )

    assert looser_than_usual(_SETTINGS) == ()
    assert looser_than_usual(tighter) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"enabled": False}, "enabled is no"),
        ({"paper_days": 4}, "paper_days is 4, below 5"),
        ({"accidents": ("unprotected",)}, "accidents lacks not_flat"),
        ({"first": {"symbols": 2}}, "first.symbols is 2, above 1"),
        ({"first": {"position_fraction": 0.006}}, "first.position_fraction is 0.006, above 0.005"),
        ({"second": {"symbols": 3, "position_fraction": 0.02, "days": 4}}, "second.days is 4, below 5"),
    ],
)
def test_every_number_that_allows_more_or_sooner_is_told(changes, said):
    assert looser_than_usual(RampSettings.model_validate(changes)) == (said,)


def test_after_the_last_stage_nothing_is_left_to_do():
    standing = ramp_standing((), _days("." * 20), _SETTINGS)

    assert (standing.days_done, standing.days_needed, standing.days_left) == (0, 0, 0)


def test_a_stage_that_is_almost_done_has_one_session_left():
    assert ramp_standing((), _days("...."), _SETTINGS).days_left == 1


def test_a_session_of_which_nothing_is_told_went_well():
    days = [TradedDay(on=day.on) for day in _days(".....")]

    assert ramp_standing(days, (), _SETTINGS).is_ready_for_live
