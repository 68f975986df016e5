"""The minutes before a day: from the folder itself, and where it is short from folders beside it."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.opening import open_history
from trading_bot.adapters.history.price_history import PriceHistory
from trading_bot.adapters.history.times import days_of
from trading_bot.domain.candles.arrays import CandleArrays, joined
from trading_bot.domain.errors import HistoryError

OWN_FOLDER = "history"
_EPOCH = date(1970, 1, 1)


class WarmUp:
    """1-minute candles of earlier sessions; a day is taken whole from the first folder that has it."""

    def __init__(self, folder: PriceHistory, others: Sequence[PriceHistory] = ()) -> None:
        self.folders = (folder, *others)

    def made_like(self, folder: PriceHistory) -> "WarmUp":
        """The folder with what was done to its prices, and the same done to those that complete it."""
        return WarmUp(folder, tuple(other.made_like(folder) for other in self.folders[1:]))

    def candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        """Candles of the days from `first` to `last`, both included, oldest first."""
        wanted = self._source_of_days(symbol, first, last)
        parts = []
        for folder in self.folders:
            days = [day for day, source in wanted.items() if source is folder]
            if days:
                candles = folder.minute_candles(symbol, min(days), max(days))
                parts.append(_only(candles, days))
        together = joined(parts)
        order = np.argsort(together.start_ms, kind="stable")
        return CandleArrays(*(column[order] for column in together))

    def days_before(self, symbol: str, on: date) -> tuple[date, ...]:
        """Earlier days with candles, ascending."""
        return tuple(sorted(self._source_of_days(symbol, date.min, on - timedelta(days=1))))

    def minutes_before(self, symbol: str, on: date) -> int:
        """How many minutes of earlier days there are."""
        having = [folder for folder in self.folders if symbol in folder.symbols]
        if len(having) == 1:
            return having[0].minutes_before(symbol, on)
        days = self.days_before(symbol, on)
        return self.candles(symbol, days[0], days[-1]).start_ms.size if days else 0

    def _source_of_days(self, symbol: str, first: date, last: date) -> dict[date, PriceHistory]:
        sources: dict[date, PriceHistory] = {}
        for folder in self.folders:
            if symbol in folder.symbols:
                for day in folder.days(symbol):
                    if first <= day <= last:
                        sources.setdefault(day, folder)
        return sources


def open_warm_up(folder: PriceHistory, given: Path | None = None) -> WarmUp:
    """Find the folders that complete a folder's history.

    The folder given, else `history/` inside the folder, else for ticks every folder of 1-minute candles that
    is named alike (`<name>` or `<name>_ticks`) one level beside the parent: `ticks/2021` is completed by
    `*/2021_ticks`. What was done to the prices of the folder is done to theirs.
    """
    return WarmUp(folder, _others(folder, given)).made_like(folder)


def _others(folder: PriceHistory, given: Path | None) -> list[PriceHistory]:
    if given is not None:
        return [open_history(given)]
    if (folder.path / OWN_FOLDER).is_dir():
        return [open_history(folder.path / OWN_FOLDER)]
    if folder.kind is HistoryKind.CANDLES:
        return []
    return _named_alike(folder.path.resolve())


def _named_alike(path: Path) -> list[PriceHistory]:
    found = []
    for name in (path.name, f"{path.name}_ticks"):
        for beside in sorted(path.parent.parent.glob(f"*/{name}")):
            if beside != path and beside.is_dir():
                found += _minutes_or_nothing(beside)
    return found


def _minutes_or_nothing(path: Path) -> list[PriceHistory]:
    """The folder if it is one of 1-minute candles; nobody asked for it, so it is passed over if not."""
    try:
        folder = open_history(path)
        for symbol in folder.symbols:
            folder.require_minutes(symbol)
    except HistoryError:
        return []
    return [folder] if folder.kind is HistoryKind.CANDLES else []


def _only(candles: CandleArrays, days: Sequence[date]) -> CandleArrays:
    numbers = [(day - _EPOCH).days for day in days]
    if candles.start_ms.size == 0:
        return candles
    chosen = np.isin(days_of(candles.start_ms), numbers)
    return CandleArrays(*(column[chosen] for column in candles))
