"""Aggregation by column gives what the engine's own gives, on real minutes and on made ones."""

from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history import open_history
from trading_bot.domain.candles.aggregation import (
    TradingWindows,
    aggregated,
    to_days,
    to_months,
    to_weeks,
    trading_windows,
    within,
)
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, no_candles
from trading_bot.domain.candles.folding import aggregate
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import datetime_of, midnight_ms

TIMEFRAMES_S = (180, 300, 900, 1800, 3600)


def arrays(rows) -> CandleArrays:
    return CandleArrays(*np.array(rows, dtype=np.int64).reshape(-1, 6).T)


@pytest.mark.parametrize(
    ("folder", "symbol", "timeframe_s"),
    [
        *(("nse_1min/2021_ticks", "TATASTEEL", each) for each in TIMEFRAMES_S),
        ("nse_1min/2015_ieod", "FINCABLES", 900),
    ],
)
def test_real_minutes_become_what_the_engine_makes_of_them(
    shared_data, market_rules, timeframe_s, folder, symbol
):
    """FINCABLES lacks many minutes; the first bars of 2021 come late."""
    minutes = open_history(shared_data / folder).candles(symbol)
    windows = trading_windows(minutes, market_rules.calendar, Segment.NSE_EQ)

    ours = aggregated(minutes, timeframe_s, windows)

    session = market_rules.calendar.session
    theirs = aggregate(
        within(minutes, windows).candles(), timeframe_s, lambda on: session(on, Segment.NSE_EQ).open_ms
    )
    assert list(ours.candles()) == theirs


def test_a_second_window_of_a_day_counts_from_its_own_start(shared_data, market_rules):
    """2 March 2024: 09:15 to 10:00 and 11:30 to 12:30."""
    on = date(2024, 3, 2)
    minutes = open_history(shared_data / "index_1min/2024").candles("NIFTY", on, on)

    hours = aggregated(minutes, 3600, trading_windows(minutes, market_rules.calendar, Segment.NSE_INDEX))

    assert [f"{datetime_of(start):%H:%M}" for start in hours.start_ms.tolist()] == ["09:15", "11:30"]


def test_minutes_of_a_day_become_the_exchanges_day(shared_data, market_rules):
    minutes = open_history(shared_data / "index_1min/2024").candles("NIFTY")
    daily = open_history(shared_data / "index_daily").candles("NIFTY_2015_2024")

    ours = to_days(minutes, trading_windows(minutes, market_rules.calendar, Segment.NSE_INDEX))

    common, mine, theirs = np.intersect1d(ours.start_ms, daily.start_ms, return_indices=True)
    assert common.size == 97
    off = np.abs(ours.high[mine] / daily.high[theirs] - 1)
    assert np.median(off) < 0.0001


def test_days_become_weeks_and_months(shared_data):
    """Every week and month, against pandas on the same days."""
    import pandas as pd

    days = open_history(shared_data / "nse_daily/unadjusted_2000_2021").candles("RELIANCE")
    at = pd.to_datetime(days.start_ms + 19_800_000, unit="ms")
    frame = pd.DataFrame(dict(zip(CandleArrays._fields, days, strict=True)), index=at)
    rule = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    for ours, period in ((to_weeks(days), "W-SUN"), (to_months(days), "M")):
        grouped = frame.groupby(frame.index.to_period(period))
        theirs = grouped.agg(rule)
        starts = [midnight_ms(each.start_time.date()) for each in theirs.index]
        assert ours.start_ms.tolist() == starts
        for name in rule:
            assert getattr(ours, name).tolist() == theirs[name].tolist(), name


def test_a_volume_is_unknown_when_a_part_is():
    start = midnight_ms(date(2026, 1, 5)) + 555 * 60_000
    rows = [[start + minute * 60_000, 5, 6, 4, 5, volume] for minute, volume in enumerate((3, UNKNOWN, 1, 2))]
    windows = TradingWindows(np.array([start]), np.array([start + 3_600_000]))

    assert aggregated(arrays(rows), 120, windows).volume.tolist() == [UNKNOWN, 3]


def test_what_is_outside_the_hours_is_left_out(market_rules):
    midnight = midnight_ms(date(2026, 1, 5))
    rows = [[midnight + minute * 60_000, price, price, price, price, 1] for minute, price in
            ((548, 9), (555, 10), (929, 11), (930, 12))]  # fmt: skip
    windows = trading_windows(arrays(rows), market_rules.calendar, Segment.NSE_EQ)

    day = to_days(arrays(rows), windows)

    assert (day.open.tolist(), day.close.tolist(), day.volume.tolist()) == ([10], [11], [2])


def test_a_share_with_a_closing_auction_ends_where_it_begins(market_rules):
    midnight = midnight_ms(date(2026, 11, 19))
    rows = [[midnight + minute * 60_000, 5, 5, 5, 5, 1] for minute in (555, 914, 915)]
    windows = trading_windows(
        arrays(rows), market_rules.calendar, Segment.NSE_EQ, closing_auction_eligible=True
    )

    assert within(arrays(rows), windows).start_ms.size == 2


def test_a_session_with_unknown_hours_counts_from_its_first_candle(market_rules):
    on = date(2003, 10, 25)
    first = midnight_ms(on) + 1100 * 60_000
    rows = [[first + minute * 60_000, 5, 5, 5, 5, 1] for minute in range(7)]

    windows = trading_windows(arrays(rows), market_rules.calendar, Segment.NSE_EQ)

    assert aggregated(arrays(rows), 300, windows).start_ms.tolist() == [first, first + 300_000]


def test_nothing_becomes_nothing(market_rules):
    windows = trading_windows(no_candles(), market_rules.calendar, Segment.NSE_EQ)

    assert aggregated(no_candles(), 300, windows).start_ms.size == 0
    assert to_weeks(no_candles()).start_ms.size == 0
