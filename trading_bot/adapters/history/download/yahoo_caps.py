"""Market capitalisations of Yahoo, through yfinance: unofficial, for choosing what to look at.

Written for `Ticker.info` of yfinance 1.7: a dictionary with `marketCap` in units of `currency`, and
`regularMarketTime` in seconds since the epoch. A ticker that Yahoo does not know has neither.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from trading_bot.adapters.history.download.yahoo import require_yfinance, ticker_of
from trading_bot.adapters.history.store.market_caps import MarketCap
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_SECOND, date_of

YahooInfo = Callable[[str], Mapping[str, Any]]
"""What `yfinance.Ticker(…).info` says of a ticker."""

_SOURCE = "yahoo"
_RUPEES = "INR"


async def fetch_market_cap(ask: YahooInfo, symbol: str, now_ms: int) -> MarketCap:
    """Yahoo's figure for one symbol, in whole rupees. Raises ReadFailedError where it has none."""
    ticker = ticker_of(symbol)
    try:
        info = await asyncio.to_thread(ask, ticker)
    except Exception as error:  # its errors are of many kinds and change with versions
        raise ReadFailedError(f"Yahoo, {ticker}: {type(error).__name__}: {error}") from error
    value, currency = info.get("marketCap"), info.get("currency")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value < 1:
        raise ReadFailedError(f"Yahoo, {ticker}: no market capitalisation; is the ticker right?")
    if currency != _RUPEES:
        raise ReadFailedError(f"Yahoo, {ticker}: the market capitalisation is in {currency}, not in rupees")
    return MarketCap(symbol, _as_of(info, now_ms), int(value), _SOURCE, now_ms)


def yfinance_info() -> YahooInfo:
    """The real thing, imported when it is needed. Raises HistoryError where it is not installed."""
    yfinance = require_yfinance()

    def ask(ticker: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] | None = yfinance.Ticker(ticker).info
        return found or {}

    return ask


def _as_of(info: Mapping[str, Any], now_ms: int) -> date:
    """The day of the price that the figure was made with; that of the question where Yahoo does not say."""
    at_s = info.get("regularMarketTime")
    is_known = isinstance(at_s, int) and 0 < at_s * MS_PER_SECOND <= now_ms
    return date_of(at_s * MS_PER_SECOND if is_known and isinstance(at_s, int) else now_ms)
