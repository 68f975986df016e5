"""The rows of a store: of each instrument the one series that is meant."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import numpy as np

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.price_rows import DayIndex
from trading_bot.adapters.history.rows import Found, TickArrays
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store.store import CandleStore, read_store
from trading_bot.adapters.history.store_reference import SeriesChoice, store_reference
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays
from trading_bot.domain.candles.interval import MINUTE, interval_text
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.rules.provenance import Provenance
from trading_bot.domain.symbol_search import symbol_of_ticker

_LISTED_MAX = 10


class StoredRows:
    """The series of one interval, by symbol; at least one."""

    kind = HistoryKind.CANDLES

    def __init__(self, store: CandleStore, keys: Sequence[SeriesKey], chosen_by: str) -> None:
        """What a series is chosen by is for the words of a refusal."""
        self._store, self._chosen_by = store, chosen_by
        self._keys = {
            symbol: tuple(group)
            for symbol, group in groupby(sorted(keys, key=attrgetter("symbol")), key=attrgetter("symbol"))
        }
        self._indexes: dict[str, DayIndex] = {}
        self.symbols = tuple(self._keys)
        self.noun = f"{interval_text(keys[0].interval_s)} series"

    def place(self, symbol: str) -> str:
        """The file and the series."""
        return f"{self._store.path}#{self._key(symbol).label}"

    def origin(self, symbol: str) -> Provenance:
        """That of the series. Raises HistoryError, with all of them, where there are several."""
        return self._key(symbol).origin

    def index(self, symbol: str) -> DayIndex:
        """The days of a series, counted where they lie."""
        if symbol not in self._indexes:
            self._indexes[symbol] = self._store.day_index(self._key(symbol))
        return self._indexes[symbol]

    def candles(self, symbol: str, first: date | None, last: date | None) -> CandleArrays:
        """Candles of some days."""
        return self._store.candles(self._key(symbol), first, last)

    def found(self, symbol: str, first: date | None, last: date | None) -> Found:
        """The same in rupees; the store takes no row that cannot be a candle, but a disk may spoil one."""
        candles = self.candles(symbol, first, last)
        volume = np.where(candles.volume == UNKNOWN, np.nan, candles.volume)
        opens, highs, lows, closes = (column / PAISE_PER_RUPEE for column in candles[1:5])
        return Found(candles.start_ms, opens, highs, lows, closes, volume)

    def ticks(self, symbol: str, _on: date) -> TickArrays:
        """Raise HistoryError: there are none."""
        raise HistoryError(f"{self.place(symbol)}: these are candles, not ticks; give a folder of tick files")

    def _key(self, symbol: str) -> SeriesKey:
        keys = self._keys[symbol]
        if len(keys) > 1:
            path = self._store.path
            raise HistoryError(
                f"{path}: {symbol} has {len(keys)} series, and two sources are never mixed; say which one:\n"
                + _choices(path, keys, self._chosen_by)
            )
        return keys[0]


def open_stored(path: Path, chosen_by: str) -> StoredRows:
    """The series that a path means: those of one minute where it does not say which interval.

    Raises HistoryError, with what there is, where no series fits, or series of several longer intervals do.
    """
    reference = store_reference(path)
    store = read_store(reference.path)
    keys = store.filled()
    try:
        meant = _of_one_interval(reference.path, keys, reference.choice, chosen_by)
        return StoredRows(store, meant, chosen_by)
    except HistoryError:
        store.close()
        raise


def kinds_in(path: Path, symbols: Sequence[str] = ()) -> tuple[Path, ...]:
    """A path for the series of each source, adjustment and interval, of those that a path means.

    Kinds that hold none of the symbols are left out. The path itself where nothing is left.
    """
    reference = store_reference(path)
    try:
        store = read_store(reference.path)
    except HistoryError:
        return (path,)
    wanted = set(map(symbol_of_ticker, symbols))
    keys = [key for key in store.filled() if reference.choice.fits(key)]
    labels = sorted({key.label for key in keys if not wanted or key.symbol in wanted})
    store.close()
    return tuple(Path(f"{reference.path}#{label}") for label in labels) or (path,)


def _of_one_interval(
    path: Path, keys: Sequence[SeriesKey], choice: SeriesChoice, chosen_by: str
) -> list[SeriesKey]:
    meant = [key for key in keys if choice.fits(key)]
    if not meant:
        raise HistoryError(f"{path}: {_nothing(keys)}")
    intervals = {key.interval_s for key in meant}
    length = MINUTE.seconds if MINUTE.seconds in intervals else min(intervals)
    if len(intervals) > 1 and length != MINUTE.seconds:
        raise HistoryError(
            f"{path}: no 1-minute candles, but of {', '.join(map(interval_text, sorted(intervals)))}; "
            f"say which ones:\n{_choices(path, meant, chosen_by)}"
        )
    return [key for key in meant if key.interval_s == length]


def _nothing(keys: Sequence[SeriesKey]) -> str:
    if not keys:
        return "the store is empty: see `download` and `history import`"
    return f"no series is so; there are:\n{_listed(keys)}"


def _listed(keys: Iterable[SeriesKey]) -> str:
    lines = [f"  {key.symbol} {key.label}" for key in keys]
    more = len(lines) - _LISTED_MAX
    return "\n".join(lines[:_LISTED_MAX]) + (f"\n  and {more} more (`history list`)" if more > 0 else "")


def _choices(path: Path, keys: Iterable[SeriesKey], chosen_by: str) -> str:
    return "\n".join(f"  {chosen_by} '{path}#{label}'" for label in sorted({key.label for key in keys}))
