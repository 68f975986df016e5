"""One way to ask for candles, wherever they are: a folder of files read in place, or the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from trading_bot.adapters.history.folder import HistoryFolder
from trading_bot.adapters.history.opening import open_history
from trading_bot.adapters.history.origin import origin_of
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.rules.provenance import Provenance

DAY_S = 86_400
_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKey:
    """What tells one series from another: two sources are never mixed in one."""

    symbol: str
    interval_s: int
    """Seconds of one candle; 86,400 for days."""
    origin: Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesExtent:
    """How much there is of a series, and a digest that changes with any candle of it."""

    key: SeriesKey
    rows: int
    first_on: date | None
    last_on: date | None
    digest: str


class CandleSource(Protocol):
    """Candles by symbol and interval."""

    def listed(self) -> Sequence[SeriesKey]:
        """Every series, by symbol, the preferred one of an instrument first."""
        ...

    def candles(self, key: SeriesKey, first: date | None = None, last: date | None = None) -> CandleArrays:
        """Candles of the days from `first` to `last`, both included; None leaves an end open."""
        ...


def series_key(
    source: CandleSource, symbol: str, interval_s: int, *, taken_from: str | None = None
) -> SeriesKey:
    """The preferred series of an instrument, or the one that was `taken_from` a named source.

    Raises HistoryError, with what there is, when there is none.
    """
    keys = [key for key in source.listed() if taken_from in (None, key.origin.source)]
    wanted = [key for key in keys if key.symbol == symbol.upper() and key.interval_s == interval_s]
    if wanted:
        return wanted[0]
    others = sorted({key.interval_s for key in keys if key.symbol == symbol.upper()})
    names = ", ".join(sorted({key.symbol for key in keys})[:10])
    hint = (
        f"there are candles of {', '.join(map(str, others))} seconds"
        if others
        else f"there are {names or 'none'}"
    )
    raise HistoryError(f"no candles of {interval_s} seconds for '{symbol}'; {hint}")


def digest_of(candles: CandleArrays) -> str:
    """A digest of every figure of the candles."""
    digest = sha256()
    for column in candles:
        digest.update(column.astype("<i8").tobytes())
    return digest.hexdigest()[:_DIGITS]


class FolderSource:
    """A folder of files, read in place."""

    def __init__(self, folder: HistoryFolder, origin: Provenance) -> None:
        self.folder = folder
        self._origin = origin

    def listed(self) -> tuple[SeriesKey, ...]:
        """One series for each file, or for each symbol in one."""
        return tuple(
            SeriesKey(symbol=symbol, interval_s=self.folder.interval_s(symbol) or DAY_S, origin=self._origin)
            for symbol in self.folder.symbols
        )

    def candles(self, key: SeriesKey, first: date | None = None, last: date | None = None) -> CandleArrays:
        """Candles of the days from `first` to `last`, both included. Raises HistoryError."""
        return self.folder.candles(key.symbol, first, last)


def open_folder(path: Path) -> FolderSource:
    """A folder of candle files as a source. Raises HistoryError."""
    return FolderSource(open_history(path), origin_of(path))
