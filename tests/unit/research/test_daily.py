from datetime import date, time

import numpy as np
import pytest

from trading_bot.domain.ist import ms_at
from trading_bot.research.daily import daily_equity

THURSDAY, FRIDAY, MONDAY = date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23)
OPEN, NOON, CLOSE = time(9, 15), time(12), time(15, 30)


def test_intraday_points_become_the_last_of_each_day():
    at_ms = [ms_at(day, at) for day in (THURSDAY, FRIDAY) for at in (OPEN, NOON, CLOSE)]

    daily = daily_equity(at_ms, [100.0, 90, 110, 110, 140, 121])

    assert daily.dates == (THURSDAY, FRIDAY)
    assert daily.returns == pytest.approx([0.1, 0.1])


def test_the_first_of_daily_closes_is_the_beginning_and_no_day():
    daily = daily_equity([ms_at(day, CLOSE) for day in (THURSDAY, FRIDAY, MONDAY)], [100.0, 110, 99])

    assert daily.dates == (FRIDAY, MONDAY)
    assert daily.returns == pytest.approx([0.1, -0.1])


def test_a_day_begins_at_midnight_in_india_not_in_london():
    late, early = ms_at(THURSDAY, time(23, 59)), ms_at(FRIDAY, time(0, 1))

    daily = daily_equity([ms_at(THURSDAY, OPEN), late, early], [100.0, 110, 121])

    assert daily.dates == (THURSDAY, FRIDAY)


def test_a_lone_point_has_no_day_and_no_returns():
    daily = daily_equity([ms_at(THURSDAY, OPEN)], [100.0])

    assert daily.dates == ()
    assert daily.returns is None


def test_returns_after_equity_is_gone_are_undefined():
    at_ms = [ms_at(day, CLOSE) for day in (THURSDAY, FRIDAY, MONDAY)]

    assert daily_equity(at_ms, [100.0, 0, 10]).returns is None
    assert daily_equity(at_ms, [100.0, 10, 0]).returns == pytest.approx([-0.9, -1])


def test_a_curve_whose_times_and_values_do_not_match_is_refused():
    with pytest.raises(ValueError, match="2 times for 1 equity values"):
        daily_equity([1, 2], np.ones(1))


def test_days_are_counted_from_1970_and_a_beginning_without_equity_has_no_return():
    at_ms = [ms_at(THURSDAY, OPEN), ms_at(THURSDAY, CLOSE)]

    assert daily_equity(at_ms, [0.5, 1]).days.tolist() == [(THURSDAY - date(1970, 1, 1)).days]
    assert daily_equity(at_ms, [0.5, 1]).returns.tolist() == [1]
    assert daily_equity(at_ms, [0.0, 1]).returns is None
