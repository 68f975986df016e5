"""The gate of the averages of whole days: off unless asked for, and unknown is no yes."""

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from tests.fakes.engine_driver import SHARE
from tests.unit.strategies.test_confluence_rules import AROUND, DOWN, LONG, SHORT, UP, gate
from trading_bot.domain.outlook import DayClose, DayCloses
from trading_bot.indicators.rolling_averages import NOT_READ, RollingAverages
from trading_bot.report.why.distance import distance_of
from trading_bot.strategies.confluence import Confluence
from trading_bot.strategies.confluence_rules import ConfluenceRules
from trading_bot.strategies.confluence_settings import ConfluenceSettings

BY_DAY = ConfluenceSettings(rolling_bars="day")
RULES = ConfluenceRules(BY_DAY, 220)
ON = date(2026, 11, 19)


def with_averages(fast, slow, unknown=""):
    return AROUND._replace(rolling=RollingAverages(fast, slow, unknown))


def rolling(around, reading=UP, direction=LONG, rules=RULES):
    return gate("rolling", reading, direction, around, rules)


def test_it_is_no_gate_until_it_is_asked_for():
    names = [one.name for one in ConfluenceRules(ConfluenceSettings(), 220).gates(UP, 1.0, LONG, AROUND)]

    assert "rolling" not in names
    assert Confluence(ConfluenceSettings()).close_days == 0


@pytest.mark.parametrize(
    ("fast", "slow", "passed"), [(99, 98, True), (99, 101, False), (101, 99, False), (100, 99, False)]
)
def test_long_needs_the_close_above_both(fast, slow, passed):
    assert rolling(with_averages(fast, slow)).passed is passed


@pytest.mark.parametrize(
    ("fast", "slow", "passed"), [(101, 102, True), (101, 99, False), (99, 101, False), (100, 101, False)]
)
def test_short_needs_the_close_below_both(fast, slow, passed):
    assert rolling(with_averages(fast, slow), DOWN, SHORT).passed is passed


def test_it_tells_how_far_the_nearer_average_is_and_both_of_them():
    found = rolling(with_averages(99.0, 80.0))

    assert found.measured == pytest.approx(100 / 99 - 1)
    assert found.needed == "> 0: close above the 9- and 200-day averages; averages 99.00 and 80.00"
    assert distance_of(found).threshold == 0


def test_unknown_is_no_yes():
    found = rolling(with_averages(0, 0, "60 of 200 complete days are known"))

    assert (found.passed, found.measured) == (False, None)
    assert found.needed.endswith("; 60 of 200 complete days are known")
    assert not rolling(AROUND._replace(rolling=NOT_READ)).passed


def test_unknown_passes_where_the_settings_say_so():
    rules = ConfluenceRules(ConfluenceSettings(rolling_bars="day", rolling_unknown_passes=True), 220)

    assert rolling(with_averages(0, 0, "nothing known"), rules=rules) == (
        "rolling", True, None, "skipped: nothing known"
    )  # fmt: skip


def test_votes_that_cancel_out_pass_nothing():
    assert not rolling(with_averages(99, 98), UP, None).passed


def test_an_evaluator_takes_what_is_known_and_judges_by_it():
    closes = tuple(DayClose(ON - timedelta(days=200 - number), 10_000) for number in range(200))
    evaluator = Confluence(BY_DAY).evaluator(SHARE)

    evaluator.take_day_closes(DayCloses(on=ON, closes=closes))

    assert evaluator._rolling == RollingAverages(100.0, 100.0)


def test_one_whose_gate_is_off_does_not_look():
    evaluator = Confluence(ConfluenceSettings()).evaluator(SHARE)

    evaluator.take_day_closes(DayCloses(on=ON))

    assert evaluator._rolling is NOT_READ


def test_the_shorter_average_is_the_shorter_one():
    with pytest.raises(ValidationError, match="rolling_fast"):
        ConfluenceSettings(rolling_fast=200, rolling_slow=200)
