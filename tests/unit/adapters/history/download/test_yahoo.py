from datetime import date

import numpy as np
import pytest

from tests.fakes.yahoo import FakeYahoo, quiet_rows
from trading_bot.adapters.history.download.yahoo import YahooCandles, ticker_of
from trading_bot.domain.candles.interval import DAY, MINUTE
from trading_bot.domain.errors import HistoryError, ReadFailedError
from trading_bot.domain.ist import midnight_ms

PAGE = date(2025, 1, 1), date(2025, 1, 31)


async def test_a_frame_becomes_candles_in_paise_at_indian_midnight():
    yahoo = FakeYahoo({"ACME.NS": quiet_rows(*PAGE)})

    candles, dropped = await YahooCandles(yahoo).fetch("ACME", DAY, PAGE)

    assert yahoo.asked == [("ACME.NS", "2025-01-01", "2025-02-01")]
    assert candles.start_ms[0] == midnight_ms(date(2025, 1, 1))
    assert candles.start_ms.size == 23
    assert [int(column[0]) for column in candles[1:]] == [140_255, 140_360, 140_155, 140_255, 1000]
    assert dropped == 0


async def test_rows_that_are_no_candles_are_dropped_and_counted():
    rows = quiet_rows(*PAGE)
    rows[3] = (rows[3][0], 0.0, 5.0, 1.0, 2.0, 10)
    rows[4] = (rows[4][0], np.nan, np.nan, np.nan, np.nan, 0)

    candles, dropped = await YahooCandles(FakeYahoo({"ACME.NS": rows})).fetch("ACME.NS", DAY, PAGE)

    assert (candles.start_ms.size, dropped) == (21, 1)


@pytest.mark.parametrize("rows", [[], [("2025-01-01", np.nan, np.nan, np.nan, np.nan, 0)]])
async def test_an_answer_without_rows_is_a_failed_read(rows):
    with pytest.raises(ReadFailedError, match="still listed"):
        await YahooCandles(FakeYahoo({"ACME.NS": rows})).fetch("ACME", DAY, PAGE)


async def test_what_yahoo_raises_is_a_failed_read():
    yahoo = FakeYahoo({}, failure=ConnectionError("too many requests"))

    with pytest.raises(ReadFailedError, match=r"ACME\.NS: ConnectionError: too many requests"):
        await YahooCandles(yahoo).fetch("ACME", DAY, PAGE)


def test_minutes_are_refused():
    with pytest.raises(HistoryError, match="days only"):
        YahooCandles(FakeYahoo({})).pages(MINUTE, PAGE)


def test_names_go_both_ways():
    assert [ticker_of(name) for name in ("ACME", "ACME.NS", "ACME.BO", "^NSEI")] == [
        "ACME.NS",
        "ACME.NS",
        "ACME.BO",
        "^NSEI",
    ]
