"""The rows of a folder: one Parquet or CSV file for each instrument, opened when it is asked for."""

from collections.abc import Mapping
from datetime import date

from trading_bot.adapters.history.files import FileReader, HistoryFile, RawRows, Wanted
from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.price_rows import DayIndex, day_index
from trading_bot.adapters.history.rows import Found, TickArrays, candles_of, found_rows, ticks_of
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.rules.provenance import Provenance


class FileRows:
    """Files of one kind by symbol."""

    noun = "file"

    def __init__(self, files: Mapping[str, HistoryFile], origin: Provenance, reader: FileReader) -> None:
        """What the reader has of the files already is not read again."""
        self._files = files
        self._origin = origin
        self._reader = reader
        self._indexes: dict[str, DayIndex] = {}
        self.kind = next(iter(files.values())).layout.kind
        self.symbols = tuple(sorted(files))

    def place(self, symbol: str) -> str:
        """The path of the file."""
        return str(self._files[symbol].path)

    def origin(self, _symbol: str) -> Provenance:
        """What the folder says of all its files."""
        return self._origin

    def index(self, symbol: str) -> DayIndex:
        """The days of a file; only its times are read, once."""
        if symbol not in self._indexes:
            self._indexes[symbol] = day_index(self._reader.rows(self._files[symbol], Wanted()).ts_ms)
        return self._indexes[symbol]

    def candles(self, symbol: str, first: date | None, last: date | None) -> CandleArrays:
        """Candles of some days, repetitions dropped. Raises HistoryError at a wrong row, or for ticks."""
        if self.kind is HistoryKind.TICKS:
            raise HistoryError(
                f"{self.place(symbol)}: these are ticks, not candles; give a folder of candles"
            )
        return candles_of(self._files[symbol], self._rows(symbol, first, last))

    def found(self, symbol: str, first: date | None, last: date | None) -> Found:
        """Rows of some days as the file has them."""
        return found_rows(self._rows(symbol, first, last))

    def ticks(self, symbol: str, on: date) -> TickArrays:
        """One day of ticks. Raises HistoryError where the file holds candles."""
        file = self._files[symbol]
        if self.kind is not HistoryKind.TICKS:
            raise HistoryError(f"{file.path}: these are candles, not ticks; give a folder of tick files")
        return ticks_of(file, self._rows(symbol, on, on))

    def _rows(self, symbol: str, first: date | None, last: date | None) -> RawRows:
        file = self._files[symbol]
        columns = [name for name in file.layout.columns if name != "ts"]
        from_ms = None if first is None else midnight_ms(first)
        to_ms = None if last is None else midnight_ms(last) + MS_PER_DAY
        return self._reader.rows(file, Wanted(columns, from_ms, to_ms))
