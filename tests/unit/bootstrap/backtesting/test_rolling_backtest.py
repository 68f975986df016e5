"""The gate of whole days in a backtest on real candles: what pandas says of the same closes decides."""

import json
from datetime import date

import pandas as pd
import pytest

from tests.fakes.venue_day import market_rules
from trading_bot.adapters.history import open_history
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.domain.ist import date_of
from trading_bot.settings.tree import Settings

SYMBOL = "INFY"
FAST, SLOW = 3, 12
DAYS = tuple(date(2016, 9, day) for day in (6, 7, 8, 9))


@pytest.fixture(scope="module")
def folder(shared_data):
    return open_history(shared_data / "nse_1min" / "2016_kite")


def signals(folder, **confluence):
    days = CandleDays(
        settings=Settings(confluence=confluence),
        rules=market_rules(),
        folder=folder,
        symbols=(SYMBOL,),
        days=DAYS,
        seed=1,
    )
    found = {}
    for outcome in days.outcomes():
        for row in outcome.rows:
            if row.kind == "signal_raised":
                signal = json.loads(row.payload)["evaluation"]["signal"]
                found[signal["candle_start_ms"]] = (signal["direction"], signal["reference_price"])
    return found


def passes(folder, at_ms, direction, close):
    """Whether the close lies beyond both averages of the days before, by pandas."""
    on = date_of(at_ms)
    minutes = folder.minute_candles(SYMBOL, date(2016, 1, 1), on)
    closes = pd.Series(minutes.close, [date_of(at) for at in minutes.start_ms.tolist()])
    days = closes.groupby(level=0).last()
    before = days[days.index < on]
    averages = (before.rolling(FAST).mean().iloc[-1], before.rolling(SLOW).mean().iloc[-1])
    return (
        all(close > one for one in averages) if direction == "long" else all(close < one for one in averages)
    )


def test_exactly_those_signals_stay_that_lie_beyond_both_averages(folder):
    """V12, V19."""
    every = signals(folder)
    kept = signals(folder, rolling_bars="day", rolling_fast=FAST, rolling_slow=SLOW)

    assert kept == {at: signal for at, signal in every.items() if passes(folder, at, *signal)}
    assert 0 < len(kept) < len(every)


def test_with_too_few_days_nothing_is_entered_unless_that_is_wanted(folder):
    assert signals(folder, rolling_bars="day") == {}
    assert signals(folder, rolling_bars="day", rolling_unknown_passes=True) == signals(folder)
