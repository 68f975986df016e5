"""`download`: candles of the past into the store, from Yahoo or from Upstox."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

from trading_bot.adapters.history.download import CandleFetcher, Fetched, Outcome, Progress, Wish, download
from trading_bot.adapters.history.download.csv_files import write_csv
from trading_bot.adapters.history.download.yahoo import (
    DEFAULT_TICKERS,
    YahooCandles,
    YahooDownload,
    yfinance_download,
)
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.adapters.history.quality.check import Checks, check_candles
from trading_bot.adapters.history.quality.findings import Severity
from trading_bot.adapters.history.quality.series import About
from trading_bot.adapters.history.series_key import series_key
from trading_bot.adapters.history.store import CandleStore, open_store
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.upstox.rest.history import UpstoxCandles
from trading_bot.bootstrap.answers.broker import upstox
from trading_bot.bootstrap.answers.history.soundness import history_checks
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.places import history_path
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.candles.interval import DAY, Interval
from trading_bot.domain.errors import ReadFailedError, UserFacingError
from trading_bot.domain.ist import date_of
from trading_bot.domain.money import grouped
from trading_bot.domain.symbol_search import find_instrument, symbol_of_ticker
from trading_bot.settings.options import DownloadOptions
from trading_bot.settings.tree import Settings
from trading_bot.terminal.download_progress import download_progress

YAHOO, UPSTOX = "yahoo", "upstox"
_ALL_DAYS_FROM = date(2000, 1, 1)
_YEAR = timedelta(days=365)
_FAILED = 1


class UpstoxFetcher:
    """Upstox behind the port of downloads: symbols to instrument keys, candles by column."""

    source = UpstoxCandles.source
    adjustment = UpstoxCandles.adjustment
    comes_whole = UpstoxCandles.comes_whole

    def __init__(self, past: UpstoxCandles, keys: Mapping[str, str]) -> None:
        self._past = past
        self._keys = keys

    def pages(self, interval: Interval, span: tuple[date, date]) -> Sequence[tuple[date, date]]:
        """The calls that a span takes."""
        return self._past.pages(interval, span)

    async def fetch(self, symbol: str, interval: Interval, page: tuple[date, date]) -> Fetched:
        """Candles of one page. Raises ReadFailedError."""
        return Fetched(arrays_of(await self._past.candles(self._keys[symbol], interval, page)))


def download_history(
    settings: Settings,
    options: DownloadOptions,
    write: Callable[[str], None],
    *,
    with_bars: bool,
    now_ms: int,
    yahoo: YahooDownload | None = None,
) -> int:
    """Download, write CSV files, prune, and say what is not sound; return the exit code.

    Raises UserFacingError when nothing can be downloaded at all.
    """
    wish = _wish(settings, options, now_ms)
    with closing(open_store(history_path(settings))) as store, silence():
        with download_progress(write, len(wish.symbols), with_bars=with_bars) as progress:
            if options.source == YAHOO:
                fetcher = YahooCandles(yahoo or yfinance_download())
                outcomes = asyncio.run(download(store, fetcher, wish, progress))
            else:
                outcomes = asyncio.run(
                    _from_upstox(settings, store, wish, progress, or_yahoo=options.or_yahoo)
                )
                if options.or_yahoo:
                    outcomes = _from_yahoo_instead(store, outcomes, wish, progress, yahoo)
        _prune(store, options, wish, write)
        checks = history_checks(load_market_rules())
        for outcome in outcomes:
            _finish(store, outcome, options, checks, write)
    return _FAILED if any(outcome.failure for outcome in outcomes) else 0


def _from_yahoo_instead(
    store: CandleStore,
    outcomes: Sequence[Outcome],
    wish: Wish,
    progress: Progress,
    yahoo: YahooDownload | None,
) -> tuple[Outcome, ...]:
    """What the broker failed to give, as a series of Yahoo's own."""
    failed = tuple(outcome.symbol for outcome in outcomes if outcome.failure)
    if not failed:
        return tuple(outcomes)
    fetcher = YahooCandles(yahoo or yfinance_download())
    instead = asyncio.run(download(store, fetcher, replace(wish, symbols=failed), progress))
    return (*(outcome for outcome in outcomes if not outcome.failure), *instead)


def _wish(settings: Settings, options: DownloadOptions, now_ms: int) -> Wish:
    last = options.last_on or date_of(now_ms) - timedelta(days=1)
    first = options.first_on or (_ALL_DAYS_FROM if options.interval == DAY else last - _YEAR)
    if first > last:
        raise UserFacingError(f"--from {first} lies after --to {last}: swap them")
    if last >= date_of(now_ms):
        raise UserFacingError(f"--to {last}: only days that are over can be downloaded; take an earlier one")
    names = options.symbols or settings.run.symbols or DEFAULT_TICKERS
    return Wish(
        symbols=tuple(dict.fromkeys(symbol_of_ticker(name) for name in names)),
        interval=options.interval,
        span=(first, last),
        now_ms=now_ms,
        anew=options.anew,
    )


async def _from_upstox(
    settings: Settings, store: CandleStore, wish: Wish, progress: Progress, *, or_yahoo: bool
) -> tuple[Outcome, ...]:
    """Candles need no login; the broker's list says which key a symbol has."""
    async with upstox(settings, lambda: None, wish.now_ms) as broker:
        try:
            listed = (await broker.instruments.known()).instruments
        except ReadFailedError as error:
            failure = f"the broker's list of instruments could not be read, and none is stored: {error}"
            if not or_yahoo:
                raise UserFacingError(failure) from error
            return tuple(Outcome(symbol=symbol, failure=failure) for symbol in wish.symbols)
        keys = {symbol: find_instrument(symbol, listed).key for symbol in wish.symbols}
        fetcher: CandleFetcher = UpstoxFetcher(broker.past, keys)
        return await download(store, fetcher, wish, progress)


def _prune(store: CandleStore, options: DownloadOptions, wish: Wish, write: Callable[[str], None]) -> None:
    if options.keep_days is None:
        return
    before = date_of(wish.now_ms) - timedelta(days=options.keep_days)
    dropped = store.prune(
        before, lambda key: key.symbol in wish.symbols and key.interval_s == wish.interval.seconds
    )
    write(f"{grouped(dropped, 0)} candles before {before} dropped")


def _finish(
    store: CandleStore,
    outcome: Outcome,
    options: DownloadOptions,
    checks: Checks,
    write: Callable[[str], None],
) -> None:
    """Write the series that was written last as CSV, and say what is not sound in it."""
    seconds = options.interval.seconds
    if not any((key.symbol, key.interval_s) == (outcome.symbol, seconds) for key in store.listed()):
        return
    key = series_key(store.listed(), outcome.symbol, seconds)
    candles = store.candles(key)
    if options.csv_folder is not None and candles.start_ms.size:
        write_csv(options.csv_folder, key, candles)
    about = About(
        symbol=key.symbol,
        instrument=made_instrument(key.symbol),
        interval_s=key.interval_s,
        adjustment=key.origin.adjustment,
    )
    for finding in check_candles(candles, about, checks):
        if finding.severity is Severity.REFUSED:
            write(f"{key.symbol}: not sound: {finding.text}")
    if outcome.is_changed and key.origin.source == UPSTOX:
        write(f"{key.symbol}: prices that were stored have changed; --anew takes all of them again")
