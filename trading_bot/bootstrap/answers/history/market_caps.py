"""Market capitalisations: asked of Yahoo after the close, and what the store knows of them."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date

from trading_bot.adapters.history.download.yahoo import DEFAULT_TICKERS
from trading_bot.adapters.history.download.yahoo_caps import YahooInfo, fetch_market_cap, yfinance_info
from trading_bot.adapters.history.naming import made_instrument
from trading_bot.adapters.history.store import CandleStore, open_store, read_store
from trading_bot.adapters.history.store.market_caps import MarketCap, keep_market_cap, known_market_caps
from trading_bot.bootstrap.answers.one_shot import silence
from trading_bot.bootstrap.places import history_path
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.money import grouped
from trading_bot.domain.symbol_search import symbol_of_ticker
from trading_bot.report.text_table import aligned
from trading_bot.settings.tree import Settings

_FAILED = 1


def refresh_market_caps(
    settings: Settings,
    tickers: Sequence[str],
    write: Callable[[str], None],
    now_ms: int,
    ask: YahooInfo | None = None,
) -> int:
    """Ask for each symbol, keep what is answered, and return 1 where one was not."""
    with closing(open_store(history_path(settings))) as store, silence():
        symbols = _symbols(settings, tickers, store)
        return asyncio.run(_refresh(store, symbols, ask or yfinance_info(), write, now_ms))


def market_cap_list(settings: Settings, on: date | None, *, as_json: bool) -> str:
    """The newest figure of each symbol, or the newest as of a day, as text or JSON."""
    path, caps = history_path(settings), tuple[MarketCap, ...]()
    if path.exists():  # looking makes no file
        with closing(read_store(path)) as store:
            caps = known_market_caps(store, on)
    if as_json:
        return json.dumps([_document(cap) for cap in caps], indent=2)
    if not caps:
        return (
            "no market capitalisation is known"
            + (f" as of {on}" if on else "")
            + ": see `download --market-caps`"
        )
    rows = [(cap.symbol, grouped(cap.rupees, 0), f"{cap.as_of}", cap.source) for cap in caps]
    return "\n".join(aligned([("symbol", "rupees", "as of", "source"), *rows], right=(1,)))


async def _refresh(
    store: CandleStore, symbols: Sequence[str], ask: YahooInfo, write: Callable[[str], None], now_ms: int
) -> int:
    failed = 0
    for symbol in symbols:
        try:
            cap = await fetch_market_cap(ask, symbol, now_ms)
        except ReadFailedError as error:
            write(f"{symbol}: nothing stored: {error}")
            failed = _FAILED
            continue
        keep_market_cap(store, cap)
        write(f"{symbol}: {grouped(cap.rupees, 0)} rupees as of {cap.as_of}")
    return failed


def _symbols(settings: Settings, tickers: Sequence[str], store: CandleStore) -> tuple[str, ...]:
    """Those that are named, else the shares of the store, else those of the settings, else ten."""
    stored = [key.symbol for key in store.listed() if made_instrument(key.symbol).is_tradable]
    names = tickers or stored or settings.run.symbols or DEFAULT_TICKERS
    return tuple(dict.fromkeys(map(symbol_of_ticker, names)))


def _document(cap: MarketCap) -> dict[str, object]:
    return {
        "symbol": cap.symbol,
        "rupees": str(cap.rupees),
        "as_of": f"{cap.as_of}",
        "source": cap.source,
        "fetched_at": datetime_of(cap.fetched_at_ms).isoformat(timespec="seconds"),
    }
