"""Daily candles of Yahoo, through yfinance: unofficial, for research and warm-up, never for orders.

Written for the frames of yfinance 1.7: columns in two levels, `Price` and `Ticker`; an index `Date` without a
zone; a ticker that failed has columns of NaN, or the frame is empty. `auto_adjust` is off: open, high, low
and close are then adjusted for splits and bonuses, which Yahoo always does, and not for dividends.
"""

import asyncio
import logging
import warnings
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np

from trading_bot.adapters.history.download.downloader import Fetched
from trading_bot.adapters.history.quality.series import Found, sound_candles
from trading_bot.adapters.history.store.spans import Span
from trading_bot.domain.candles.arrays import no_candles
from trading_bot.domain.candles.interval import DAY, Interval
from trading_bot.domain.errors import HistoryError, ReadFailedError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.provenance import Adjustment

DEFAULT_TICKERS = (
    "RELIANCE.NS",
    "TCS.NS",
    "HDFCBANK.NS",
    "ICICIBANK.NS",
    "INFY.NS",
    "HINDUNILVR.NS",
    "ITC.NS",
    "SBIN.NS",
    "BHARTIARTL.NS",
    "LT.NS",
)
"""Ten large companies, all listed since before 2005."""

YahooDownload = Callable[..., Any]
"""`yfinance.download`, or what answers like it."""

_NSE = ".NS"
_EXCHANGES = (_NSE, ".BO")
_PRICES = ("Open", "High", "Low", "Close")
_NO_ROWS = "no rows; is the ticker right and still listed, and does this machine reach Yahoo?"


class YahooCandles:
    """Yahoo behind the port of downloads; symbols with or without Yahoo's `.NS`."""

    source = "yahoo"
    adjustment = Adjustment.SPLITS
    comes_whole = True

    def __init__(self, download: YahooDownload, *, timeout_s: float = 30.0) -> None:
        self._download = download
        self._timeout_s = timeout_s

    def pages(self, interval: Interval, span: Span) -> Sequence[Span]:
        """One call, whatever the span. Raises HistoryError for minutes, of which Yahoo keeps a few weeks."""
        if interval != DAY:
            raise HistoryError(f"Yahoo is asked for days only, not {interval}; take --source upstox")
        return (span,)

    async def fetch(self, symbol: str, _interval: Interval, page: Span) -> Fetched:
        """Daily candles of one ticker. Raises ReadFailedError when Yahoo has none or does not answer."""
        first, last = page
        ticker = ticker_of(symbol)
        try:
            frame = await asyncio.to_thread(
                self._download,
                ticker,
                start=first.isoformat(),
                end=(last + timedelta(days=1)).isoformat(),
                interval="1d",
                auto_adjust=False,
                actions=False,
                progress=False,
                threads=False,
                timeout=self._timeout_s,
            )
        except Exception as error:  # its errors are of many kinds and change with versions
            raise ReadFailedError(f"Yahoo, {ticker}: {type(error).__name__}: {error}") from error
        return _candles(frame, ticker)


def ticker_of(symbol: str) -> str:
    """Yahoo's name: of NSE where no exchange is named."""
    return symbol if symbol.endswith(_EXCHANGES) or symbol.startswith("^") else f"{symbol}{_NSE}"


def symbol_of_ticker(ticker: str) -> str:
    """The exchange's name of a ticker of NSE; others keep theirs."""
    return ticker.upper().removesuffix(_NSE)


def yfinance_download() -> YahooDownload:
    """The real thing, imported when it is needed. Raises HistoryError where it is not installed."""
    try:
        import yfinance  # noqa: PLC0415  # an optional extra that takes half a second
    except ImportError as error:
        raise HistoryError(
            "yfinance is not installed: run `make setup`, or .venv/bin/python -m pip install yfinance"
        ) from error
    warnings.filterwarnings("ignore", module="yfinance")  # of pandas, about how it is used there
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)  # what failed is told by us
    found: YahooDownload = yfinance.download
    return found


def _candles(frame: Any, ticker: str) -> Fetched:
    """The frame's rows that are candles; the others are counted."""
    if frame is None or frame.empty:
        raise ReadFailedError(f"Yahoo, {ticker}: {_NO_ROWS}")
    try:
        columns = [frame[name, ticker].to_numpy(dtype=np.float64) for name in (*_PRICES, "Volume")]
    except KeyError as error:
        raise ReadFailedError(f"Yahoo, {ticker}: the answer has no column {error}") from error
    is_row = ~np.isnan(np.stack(columns[:4])).all(axis=0)
    if not is_row.any():
        raise ReadFailedError(f"Yahoo, {ticker}: {_NO_ROWS}")
    days: list[date] = [moment.date() for moment in frame.index]
    starts = np.array([midnight_ms(on) for on in days], dtype=np.int64)
    rounded = [np.round(column[is_row], 2) for column in columns[:4]]
    candles = sound_candles(Found(*(starts[is_row], *rounded, columns[4][is_row])))
    return Fetched(
        candles if candles.start_ms.size else no_candles(), int(is_row.sum()) - candles.start_ms.size
    )
