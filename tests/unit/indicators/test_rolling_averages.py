"""Averages of complete bars, and what is said where there are none."""

from datetime import date, timedelta

import pandas as pd
import pytest

from trading_bot.domain.bar_length import BarLength
from trading_bot.domain.outlook import DayClose, DayCloses
from trading_bot.indicators.rolling_averages import rolling_averages

DAY, WEEK, MONTH = BarLength
ON = date(2016, 9, 9)


@pytest.mark.parametrize(
    ("length", "period", "slow"), [(DAY, "D", 200), (WEEK, "W-SUN", 200), (MONTH, "M", 60)]
)
def test_they_are_the_rolling_means_of_pandas_on_real_days(shared_data, length, period, slow):
    table = pd.read_parquet(shared_data / "nse_daily" / "adjusted_2008_2021" / "INFY.parquet")
    days = pd.Series(
        table["close"].to_numpy(), pd.DatetimeIndex(table["date"]).tz_localize(None)
    ).sort_index()
    closes = tuple(DayClose(at.date(), round(close * 100)) for at, close in days.items())
    bars = days.groupby(days.index.to_period(period)).last()
    complete = bars[bars.index < pd.Timestamp(ON).to_period(period)]

    found = rolling_averages(DayCloses(on=ON, closes=closes), length, 9, slow)

    assert found.unknown == ""
    assert found.fast == pytest.approx(complete.rolling(9).mean().iloc[-1], abs=0.005)
    assert found.slow == pytest.approx(complete.rolling(slow).mean().iloc[-1], abs=0.005)


def days_before(count):
    return tuple(DayClose(ON - timedelta(days=count - number), 100) for number in range(count))


def test_one_bar_too_few_is_unknown_and_not_an_average_of_what_there_is():
    short = rolling_averages(DayCloses(on=ON, closes=days_before(199)), DAY, 9, 200)
    enough = rolling_averages(DayCloses(on=ON, closes=days_before(200)), DAY, 9, 200)

    assert short.unknown == "199 of 200 complete days are known"
    assert enough == (1.0, 1.0, "")


def test_an_old_close_makes_them_unknown():
    closes = days_before(300)[:-3]
    known = DayCloses(on=ON, closes=closes, previous_session_on=date(2016, 9, 8))

    assert "the newest close is of 2016-09-05" in rolling_averages(known, DAY, 9, 200).unknown


def test_what_could_not_be_read_is_said():
    assert rolling_averages(DayCloses(on=ON, trouble="not read"), DAY, 9, 200).unknown == "not read"
