"""Days of a folder: what is known of a day before it begins."""

import pytest

from tests.fakes.price_folder import price_folder
from tests.fakes.venue_day import market_rules
from trading_bot.adapters.history import open_history, open_warm_up
from trading_bot.backtest.folder_days import FolderDays
from trading_bot.bootstrap.day_plans import day_plan
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence import Confluence


@pytest.fixture
def days_of(tmp_path):
    """The days of a folder of one share from a day on, none of whose indicators are open."""
    folder = open_history(price_folder(tmp_path / "prices", WALKER=1))
    calendar, strategies = market_rules().calendar, (Confluence(Settings().confluence),)

    def days(*, first=None, minutes_required=0):
        return FolderDays(
            folder=folder,
            warm_up=open_warm_up(folder),
            symbols=("WALKER",),
            days=tuple(day for day in folder.days("WALKER") if day >= (first or day)),
            plan_of=lambda on, instruments, _: day_plan(calendar, on, instruments, strategies),
            is_warm=lambda _: False,
            minutes_required=minutes_required,
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
