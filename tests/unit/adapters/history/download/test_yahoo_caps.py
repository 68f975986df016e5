"""Market capitalisations out of what Yahoo says of a ticker, or the reason why there is none."""

import asyncio
from datetime import date

import pytest

from trading_bot.adapters.history.download.yahoo_caps import fetch_market_cap
from trading_bot.adapters.history.store.market_caps import MarketCap
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms

FRIDAY = date(2026, 11, 27)
CLOSE_S = (midnight_ms(FRIDAY) + 15 * 3_600_000) // 1_000
NOW_MS = midnight_ms(FRIDAY) + MS_PER_DAY + 1


def fetched(info, symbol="ACME"):
    asked = []

    def ask(ticker):
        asked.append(ticker)
        if isinstance(info, Exception):
            raise info
        return info

    return asyncio.run(fetch_market_cap(ask, symbol, NOW_MS)), asked


def test_the_figure_is_whole_rupees_as_of_the_day_of_its_price():
    info = {"marketCap": 19_283_746_556_473.6, "currency": "INR", "regularMarketTime": CLOSE_S}

    cap, asked = fetched(info)

    assert cap == MarketCap("ACME", FRIDAY, 19_283_746_556_473, "yahoo", NOW_MS)
    assert asked == ["ACME.NS"]


@pytest.mark.parametrize("at", [None, "yesterday", 0, CLOSE_S + 10 * 86_400])
def test_a_price_without_a_time_counts_as_of_the_day_of_the_question(at):
    cap, _ = fetched({"marketCap": 5, "currency": "INR", "regularMarketTime": at})

    assert cap.as_of == date(2026, 11, 28)


@pytest.mark.parametrize("value", [None, 0, -5, 0.4, float("nan"), float("inf"), "5", True])
def test_what_is_no_figure_is_none_and_not_zero(value):
    with pytest.raises(ReadFailedError, match=r"ACME\.BO: no market capitalisation"):
        fetched({"marketCap": value, "currency": "INR"}, "ACME.BO")


@pytest.mark.parametrize("currency", ["USD", None])
def test_another_currency_is_not_taken_for_rupees(currency):
    with pytest.raises(ReadFailedError, match="not in rupees"):
        fetched({"marketCap": 5, "currency": currency})


def test_an_empty_answer_and_one_that_fails_are_told():
    with pytest.raises(ReadFailedError, match="no market capitalisation"):
        fetched({})
    with pytest.raises(ReadFailedError, match="ValueError: too many requests"):
        fetched(ValueError("too many requests"))
