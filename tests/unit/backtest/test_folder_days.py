"""Days of a folder: what is known of a day before it begins."""

from datetime import date

import pytest

from tests.fakes.price_folder import price_folder
from tests.fakes.venue_day import market_rules
from trading_bot.adapters.history import open_history, open_warm_up
from trading_bot.backtest.folder_days import FolderDays
from trading_bot.bootstrap.day.day_plans import day_plan
from trading_bot.domain.outlook import DayClose
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence import Confluence


@pytest.fixture
def days_of(tmp_path):
    """The days of a folder of one share from a day on, none of whose indicators are open."""
    folder = open_history(price_folder(tmp_path / "prices", WALKER=1))
    calendar, strategies = market_rules().calendar, (Confluence(Settings().confluence),)

    def days(*, first=None, minutes_required=0, **more):
        return FolderDays(
            folder=folder,
            warm_up=open_warm_up(folder),
            symbols=("WALKER",),
            days=tuple(day for day in folder.days("WALKER") if day >= (first or day)),
            plan_of=lambda on, instruments, _: day_plan(calendar, on, instruments, strategies),
            is_warm=lambda _: False,
            minutes_required=minutes_required,
            **more,
        )

    return days


def closes(day):
    return list(day.previous_closes.values())


def test_the_first_day_of_a_share_has_no_close_before_it(days_of):
    """An open taken for it would put the price bands where the exchange never had them."""
    first, second, *_ = days_of()

    assert closes(first) == []
    assert closes(second) == [first.bars[-1].bars[0][1].close]


def test_the_close_before_the_first_day_of_the_range_is_known(days_of):
    whole = list(days_of())

    later, *_ = days_of(first=whole[2].plan.on)

    assert closes(later) == closes(whole[2])
    assert closes(later) == [whole[1].bars[-1].bars[0][1].close]


def test_indicators_that_require_nothing_are_opened_on_the_first_day(days_of):
    first, *_ = days_of(minutes_required=0)

    assert list(first.warm_up.values()) == [()]


def test_indicators_wait_for_the_minutes_that_they_require(days_of):
    first, second, third, *_ = days_of(minutes_required=500)

    assert (first.warm_up, second.warm_up) == ({}, {})
    assert [len(minutes) for minutes in third.warm_up.values()] == [750]


def day_closes(day):
    (known,) = day.day_closes.values()
    return known


def test_closes_of_whole_days_are_handed_on_only_where_somebody_looks_at_them(days_of):
    assert [day.day_closes for day in days_of()] == [{}] * 5


def test_a_morning_knows_the_closes_of_the_days_before_it_and_not_its_own(days_of):
    """V12."""
    whole = list(days_of(close_days=30))
    last = {day.plan.on: day.bars[-1].bars[0][1].close for day in whole}

    assert [dict(day_closes(day)) for day in whole] == [
        {on: close for on, close in last.items() if on < day.plan.on} for day in whole
    ]


def test_closes_of_days_before_the_range_are_known(days_of):
    whole = list(days_of(close_days=30))

    later, *_ = days_of(close_days=30, first=whole[2].plan.on)

    assert day_closes(later) == day_closes(whole[2])


def test_closes_reach_as_far_back_as_is_wanted(days_of):
    *_, last = days_of(close_days=2)

    assert all((last.plan.on - close.on).days <= 2 for close in day_closes(last))


def test_older_closes_come_from_elsewhere(days_of):
    older = DayClose(date(2000, 1, 3), 5)
    first, *_ = days_of(close_days=9_999, older_closes=lambda _symbol, own, *_: (older, *own))

    assert day_closes(first) == (older,)


def test_what_completes_them_is_compared_with_the_first_open_where_nothing_is_before_it(days_of):
    """Else nothing tells a folder that is adjusted otherwise. The day itself stays unknown. V12."""
    shown = []

    def completed(_symbol, own, first, last):
        shown.append((own, first, last))
        return own

    first, *_ = days_of(close_days=30, older_closes=completed)

    ((own, begin, end),) = shown
    assert own == (DayClose(first.plan.on, first.bars[0].bars[0][1].open),)
    assert begin < first.plan.on == end
    assert day_closes(first) == ()
