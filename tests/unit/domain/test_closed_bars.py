"""Closes of complete bars: those of the day, week and month that a day lies in are never among them."""

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.bar_length import BarLength, calendar_days
from trading_bot.domain.closed_bars import closed_bars, missing_end
from trading_bot.domain.outlook import DayClose, DayCloses

DAY, WEEK, MONTH = BarLength
MONDAY, WEDNESDAY = date(2024, 7, 8), date(2024, 7, 10)
PERIODS = {DAY: "D", WEEK: "W-SUN", MONTH: "M"}


def sessions(first, *closes):
    """One session each weekday from a day on."""
    days = (first + timedelta(days=number) for number in range(10 * len(closes)))
    return tuple(
        DayClose(day, close)
        for day, close in zip((day for day in days if day.weekday() < 5), closes, strict=False)
    )


def test_the_own_day_week_and_month_are_not_complete():
    """V12: what is known of them is not looked at."""
    closes = sessions(date(2024, 5, 27), *range(100, 140))

    assert closed_bars(closes, DAY, WEDNESDAY)[-1] == dict(closes)[date(2024, 7, 9)]
    assert closed_bars(closes, WEEK, WEDNESDAY)[-1] == dict(closes)[date(2024, 7, 5)]
    assert closed_bars(closes, MONTH, WEDNESDAY).tolist() == [
        dict(closes)[date(2024, 5, 31)],
        dict(closes)[date(2024, 6, 28)],
    ]


def test_a_monday_knows_the_week_that_has_ended():
    closes = sessions(date(2024, 7, 1), 1, 2, 3, 4, 5)

    assert closed_bars(closes, WEEK, MONDAY).tolist() == [5]
    assert closed_bars(closes, WEEK, date(2024, 7, 5)).tolist() == []


def test_nothing_is_known_without_closes():
    assert [closed_bars((), length, MONDAY).tolist() for length in BarLength] == [[], [], []]


@given(
    on=st.dates(date(2023, 1, 1), date(2026, 12, 31)),
    later=st.lists(st.integers(1, 10**7), max_size=30),
    length=st.sampled_from(BarLength),
)
def test_no_close_from_the_day_on_changes_anything(on, later, length):
    """V12."""
    closes = sessions(on - timedelta(days=100), *range(100, 170))
    before = tuple(close for close in closes if close.on < on)
    future = tuple(DayClose(on + timedelta(days=number), close) for number, close in enumerate(later))

    assert closed_bars(before + future, length, on).tolist() == closed_bars(before, length, on).tolist()


@pytest.mark.parametrize("length", BarLength)
@pytest.mark.parametrize("symbol", ["RELIANCE", "SBIN", "TCS"])
def test_bars_are_those_of_pandas_on_real_days(shared_data, symbol, length):
    path = shared_data / "nse_daily" / "adjusted_2008_2021" / f"{symbol}.parquet"
    table = pd.read_parquet(path)
    days = pd.Series(
        (table["close"] * 100).round().astype(int).to_numpy(),
        pd.DatetimeIndex(table["date"]).tz_localize(None),
    ).sort_index()
    closes = tuple(DayClose(at.date(), int(close)) for at, close in days.items())

    for on in (date(2012, 3, 14), date(2016, 9, 1), date(2016, 9, 5), date(2020, 3, 23)):
        own = pd.Timestamp(on).to_period(PERIODS[length])
        bars = days.groupby(days.index.to_period(PERIODS[length])).last()
        expected = bars[bars.index < own].tolist()
        assert closed_bars(closes, length, on).tolist() == expected


def known(last, before, on=WEDNESDAY):
    return DayCloses(on=on, closes=(DayClose(last, 1),), previous_session_on=before)


def test_a_close_that_is_not_of_the_session_before_lacks_the_end_of_a_day():
    assert missing_end(known(date(2024, 7, 8), date(2024, 7, 9)), DAY)
    assert not missing_end(known(date(2024, 7, 9), date(2024, 7, 9)), DAY)


def test_a_week_is_whole_when_a_session_of_the_next_one_is_known():
    assert not missing_end(known(date(2024, 7, 8), date(2024, 7, 9)), WEEK)
    assert missing_end(known(date(2024, 7, 4), date(2024, 7, 9)), WEEK)
    assert missing_end(known(date(2024, 7, 4), date(2024, 7, 5), on=MONDAY), WEEK)
    assert not missing_end(known(date(2024, 7, 5), date(2024, 7, 5), on=MONDAY), WEEK)


def test_where_the_calendar_does_not_say_nothing_is_missed():
    assert not missing_end(known(date(2024, 7, 1), None), DAY)


@pytest.mark.parametrize(("length", "bars"), [(DAY, 200), (WEEK, 200), (MONTH, 24)])
def test_the_days_that_are_asked_for_hold_the_bars_that_are_wanted(length, bars):
    first = WEDNESDAY - timedelta(days=calendar_days(length, bars))
    working = [first + timedelta(days=number) for number in range((WEDNESDAY - first).days)]
    closes = tuple(DayClose(day, 1) for day in working if day.weekday() < 5 and day.toordinal() % 16)

    assert len(closed_bars(closes, length, WEDNESDAY)) >= bars
