"""`history list`, `import` and `prune`: what the store of candles holds."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.adapters.history.adjusting import adjusted_history
from trading_bot.adapters.history.origin import stress_of
from trading_bot.adapters.history.quality import require_sound
from trading_bot.adapters.history.series_key import SeriesExtent
from trading_bot.adapters.history.store import CandleStore, open_store
from trading_bot.adapters.market_rules import load_corporate_actions, load_market_rules
from trading_bot.bootstrap.answers.history.soundness import history_checks
from trading_bot.bootstrap.places import history_path
from trading_bot.domain.candles.interval import interval_text
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import date_of, datetime_of
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.provenance import Adjustment
from trading_bot.domain.symbol_search import symbol_of_ticker
from trading_bot.settings.options import ImportOptions
from trading_bot.settings.tree import Settings


def stored_series(settings: Settings, *, as_json: bool) -> str:
    """Every series of the store with its origin and extent, as text or JSON."""
    path = history_path(settings)
    extents = []
    if path.exists():  # looking makes no file
        with closing(open_store(path)) as store:
            extents = [store.extent(key) for key in store.listed()]
    if as_json:
        return json.dumps([_document(extent) for extent in extents], indent=2)
    return "\n".join(map(_line, extents)) or "the store is empty: see `download` and `history import`"


def import_folder(
    settings: Settings, options: ImportOptions, write: Callable[[str], None], now_ms: int
) -> None:
    """Take a folder's series into the store. Raises HistoryError when they are not sound, or made up."""
    stress = stress_of(options.folder)
    if stress is not None:
        raise HistoryError(
            f"{options.folder}: the scenario {stress} was laid over these prices, which the store would not "
            "tell; play them from their folder"
        )
    checks = replace(history_checks(load_market_rules()), symbols=options.symbols)
    require_sound(options.folder, checks, accept_defects=options.accept_defects)
    history = open_history(options.folder)
    names = tuple(dict.fromkeys(map(history.name_of, options.symbols))) or history.symbols
    if options.adjust:
        _require_known(history, names)
        history = adjusted_history(history, load_corporate_actions())
    with closing(open_store(history_path(settings))) as store:
        for line in _imported(history, names, store, now_ms):
            write(line)


def _require_known(history: PriceHistory, names: Sequence[str]) -> None:
    """Raise HistoryError for prices of which nobody says whether they are adjusted."""
    for symbol in names:
        origin = history.origin(symbol)
        if origin.adjustment is Adjustment.UNKNOWN:
            raise HistoryError(
                f"{symbol} from {origin.source}: nobody says whether its prices are adjusted; "
                "state it in provenance.toml beside the files"
            )


def prune_store(settings: Settings, keep_days: int, symbols: Sequence[str], now_ms: int) -> str:
    """Drop candles that are older than so many days, and say how many there were."""
    path = history_path(settings)
    if not path.exists():
        return f"{path}: there is no store of candles, so nothing was dropped"
    before = date_of(now_ms) - timedelta(days=keep_days)
    wanted = set(map(symbol_of_ticker, symbols))
    with closing(open_store(path)) as store:
        dropped = store.prune(before, lambda key: not wanted or key.symbol in wanted)
    return f"{grouped(dropped, 0)} candles before {before} dropped"


def _imported(history: PriceHistory, names: Sequence[str], store: CandleStore, now_ms: int) -> Iterator[str]:
    for symbol in names:
        key = history.series(symbol)
        own = replace(key, origin=replace(key.origin, fetched_at_ms=now_ms))
        added, changed, same = (grouped(number, 0) for number in store.put(own, history.candles(symbol)))
        yield f"{symbol}: {added} candles added, {changed} changed, {same} the same"


def _line(extent: SeriesExtent) -> str:
    key, origin = extent.key, extent.key.origin
    as_of = f" as of {origin.adjusted_as_of}" if origin.adjusted_as_of else ""
    fetched = f", fetched {datetime_of(origin.fetched_at_ms):%Y-%m-%d %H:%M}" if origin.fetched_at_ms else ""
    size = f"{extent.rows:>9,} candles  {extent.first_on} to {extent.last_on}"
    whence = f"{origin.source}, adjustment {origin.adjustment}{as_of}{fetched}"
    return f"{key.symbol:12} {interval_text(key.interval_s):>4}  {size}  {whence}  {extent.digest}"


def _document(extent: SeriesExtent) -> dict[str, object]:
    key, origin = extent.key, extent.key.origin
    return {
        "symbol": key.symbol,
        "interval_s": key.interval_s,
        "source": origin.source,
        "adjustment": origin.adjustment.value,
        "adjusted_as_of": str(origin.adjusted_as_of) if origin.adjusted_as_of else None,
        "fetched_at": datetime_of(origin.fetched_at_ms).isoformat() if origin.fetched_at_ms else None,
        "note": origin.note,
        "rows": extent.rows,
        "first": str(extent.first_on) if extent.first_on else None,
        "last": str(extent.last_on) if extent.last_on else None,
        "digest": extent.digest,
    }
