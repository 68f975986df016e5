"""A folder of candle or tick files, one instrument each, read a range at a time."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trading_bot.adapters.history.files import FileReader, HistoryFile, RawRows, Wanted
from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.naming import (
    NamedInstrument,
    made_instrument,
    symbol_of,
)
from trading_bot.adapters.history.rows import TickArrays, candles_of, minutes_of, ticks_of
from trading_bot.adapters.history.tick_size import TickSizeOf, coarsest_step
from trading_bot.adapters.history.times import days_of
from trading_bot.domain.candles.arrays import CandleArrays, IntArray, joined
from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, MS_PER_SECOND, midnight_ms

_EPOCH = date(1970, 1, 1)
_TICK_WINDOW = timedelta(days=30)
_NAMED_MAX = 5


class _DayIndex(NamedTuple):
    """What a file's times alone say."""

    days: IntArray
    """Days since the epoch that have rows, ascending."""
    minutes: IntArray
    """Minutes with rows on each of those days."""
    interval_s: int | None
    """The usual distance of two rows of one day; None where there are no two."""
    is_on_minutes: bool


class HistoryFolder:
    """The instruments of a folder and their candles or ticks; files are opened when they are asked for."""

    def __init__(
        self,
        path: Path,
        files: Mapping[str, HistoryFile],
        *,
        named: Mapping[str, NamedInstrument],
        tick_size_of: TickSizeOf | None = None,
    ) -> None:
        self._files = dict(files)
        self._tick_size_of = tick_size_of
        self._reader = FileReader()
        self._named = _with_unique_keys({symbol: _named(symbol, named) for symbol in files})
        self._indexes: dict[str, _DayIndex] = {}
        self.path = path
        self.kind = next(iter(files.values())).layout.kind
        self.symbols = tuple(sorted(files))
        self.repeated_rows: dict[str, int] = {}
        """By symbol, the most exact repetitions that one read dropped."""

    def instruments(self, on: date) -> tuple[Instrument, ...]:
        """Every instrument of the folder as of one day."""
        return tuple(self.instrument(symbol, on) for symbol in self.symbols)

    def instrument(self, symbol: str, on: date) -> Instrument:
        """One instrument as of one day, with the tick size that the rule given, or else the prices, say."""
        named = self._named[self._known(symbol)]
        if named.has_own_tick or not named.instrument.is_tradable:
            return named.instrument
        return replace(named.instrument, tick_size=self._tick_size(symbol, on))

    def key(self, symbol: str) -> str:
        """The instrument key of a name."""
        return self._named[self._known(symbol)].instrument.key

    def days(self, symbol: str) -> tuple[date, ...]:
        """Days on which the instrument has rows, ascending."""
        return tuple(_EPOCH + timedelta(days=day) for day in self._index(symbol).days.tolist())

    def all_days(self) -> tuple[date, ...]:
        """Days on which any instrument has rows, ascending."""
        return tuple(sorted({day for symbol in self.symbols for day in self.days(symbol)}))

    def symbols_on(self, on: date) -> tuple[str, ...]:
        """Instruments with rows on a day.

        Raises HistoryError, with the first, last and nearest days that there are, when none has.
        """
        found = tuple(symbol for symbol in self.symbols if on in self.days(symbol))
        if found:
            return found
        days = self.all_days()
        if not days:
            raise HistoryError(f"{self.path}: the files hold no rows; fill them or give another folder")
        nearest = sorted(sorted(days, key=lambda day: abs(day - on))[:3])
        raise HistoryError(
            f"{self.path}: date {on} is not in the data, which has {len(days)} days "
            f"from {days[0]} to {days[-1]}; nearest are {', '.join(map(str, nearest))}"
        )

    def name_of(self, symbol: str) -> str:
        """The folder's own name of an instrument, from that name or from its trading symbol.

        Raises UnknownInstrumentError with the names that there are.
        """
        wanted = symbol.upper()
        named = (name for name, one in self._named.items() if one.instrument.symbol.upper() == wanted)
        return self._known(wanted if wanted in self._files else next(named, symbol))

    def require_day(self, symbol: str, on: date) -> None:
        """Raise HistoryError unless the instrument has rows on that day."""
        if symbol in self.symbols_on(on):
            return
        days = self.days(symbol)
        span = f"it has {len(days)} days from {days[0]} to {days[-1]}" if days else "its file is empty"
        raise HistoryError(f"{self._files[symbol].path}: no rows of {on} for '{symbol}'; {span}")

    def interval_s(self, symbol: str) -> int | None:
        """Usual distance of two rows in seconds; None where no day has two."""
        return self._index(symbol).interval_s

    def minutes_before(self, symbol: str, on: date) -> int:
        """How many minutes have rows on earlier days."""
        index = self._index(symbol)
        return int(index.minutes[: np.searchsorted(index.days, (on - _EPOCH).days)].sum())

    def minute_candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        """1-minute candles of the days from `first` to `last`, both included.

        Ticks are gathered into minutes. Raises HistoryError when the rows are candles of another interval.
        """
        if self.kind is HistoryKind.TICKS:
            days = [day for day in self.days(symbol) if first <= day <= last]
            return joined([minutes_of(self.ticks(symbol, day)) for day in days])
        self.require_minutes(symbol)
        return self.candles(symbol, first, last)

    def candles(self, symbol: str, first: date | None = None, last: date | None = None) -> CandleArrays:
        """Candles of whatever interval the file has, of the days from `first` to `last`, both included.

        None leaves an end open. Exact repetitions are dropped and counted. Raises HistoryError at the first
        row that cannot be a candle.
        """
        file, rows = self.rows(symbol, first, last)
        candles, repeated = candles_of(file, rows)
        if repeated:
            self.repeated_rows[symbol] = max(self.repeated_rows.get(symbol, 0), repeated)
        return candles

    def rows(
        self, symbol: str, first: date | None = None, last: date | None = None
    ) -> tuple[HistoryFile, RawRows]:
        """Rows of the days from `first` to `last` as the file has them, whatever is wrong with them."""
        file = self._files[self._known(symbol)]
        columns = [name for name in file.layout.columns if name != "ts"]
        from_ms = None if first is None else midnight_ms(first)
        to_ms = None if last is None else midnight_ms(last) + MS_PER_DAY
        return file, self._reader.rows(file, Wanted(columns, from_ms, to_ms))

    def ticks(self, symbol: str, on: date) -> TickArrays:
        """One day of ticks in the order in which they arrived, defects included."""
        file = self._files[self._known(symbol)]
        if self.kind is not HistoryKind.TICKS:
            raise HistoryError(f"{file.path}: these are candles, not ticks; give a folder of tick files")
        columns = [name for name in file.layout.columns if name != "ts"]
        rows = self._reader.rows(file, Wanted(columns, midnight_ms(on), midnight_ms(on) + MS_PER_DAY))
        return ticks_of(file, rows)

    def require_minutes(self, symbol: str) -> None:
        """Raise HistoryError unless the rows are ticks, or 1-minute candles stamped at their start."""
        file = self._files[self._known(symbol)]
        index = self._index(symbol)
        if self.kind is HistoryKind.TICKS or not index.days.size:
            return
        if index.interval_s != MS_PER_MINUTE // MS_PER_SECOND:
            found = "one row a day" if index.interval_s is None else f"candles of {index.interval_s} seconds"
            raise HistoryError(f"{file.path}: {found}; playing a day needs 1-minute candles or ticks")
        if not index.is_on_minutes:
            raise HistoryError(
                f"{file.path}: column '{file.layout.columns['ts']}': candles do not start on whole minutes; "
                "stamp each with the start of its minute"
            )

    def _tick_size(self, symbol: str, on: date) -> int:
        first = on - _TICK_WINDOW
        if self.kind is HistoryKind.CANDLES:
            candles = self.candles(symbol, first, on)
            prices = np.concatenate(candles[1:5])
            earlier = candles.between(0, midnight_ms(on)).close
        else:
            days = [day for day in self.days(symbol) if first <= day <= on][-2:]
            by_day = {day: self.ticks(symbol, day).price for day in days}
            prices = np.concatenate([*by_day.values(), np.empty(0, dtype=np.int64)])
            earlier = np.concatenate(
                [*(by_day[day] for day in days if day < on), np.empty(0, dtype=np.int64)]
            )
        if self._tick_size_of is None or not prices.size:
            return coarsest_step(prices)
        return self._tick_size_of(int(earlier[-1] if earlier.size else prices[0]), on)

    def _index(self, symbol: str) -> _DayIndex:
        if symbol not in self._indexes:
            file = self._files[self._known(symbol)]
            self._indexes[symbol] = _day_index(self._reader.rows(file, Wanted()).ts_ms)
        return self._indexes[symbol]

    def _known(self, symbol: str) -> str:
        if symbol not in self._files:
            alike = difflib.get_close_matches(symbol, self._files, n=_NAMED_MAX)
            hint = f"did you mean {', '.join(alike)}?" if alike else f"there are {_some(self.symbols)}"
            raise UnknownInstrumentError(f"{self.path}: no file for '{symbol}'; {hint}")
        return symbol


def _some(symbols: Sequence[str]) -> str:
    more = len(symbols) - _NAMED_MAX
    return ", ".join(symbols[:_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _named(symbol: str, named: Mapping[str, NamedInstrument]) -> NamedInstrument:
    if symbol in named:
        return named[symbol]
    return NamedInstrument(
        instrument=replace(made_instrument(symbol_of(symbol)), symbol=symbol), has_own_tick=False
    )


def _with_unique_keys(named: Mapping[str, NamedInstrument]) -> dict[str, NamedInstrument]:
    """Give a made instrument whose key is taken (two files about one index) a key from its whole name."""
    taken: set[str] = set()
    unique = {}
    for symbol, one in named.items():
        instrument = one.instrument
        if instrument.key in taken:
            instrument = replace(instrument, key=f"{instrument.segment}|{symbol}")
        taken.add(instrument.key)
        unique[symbol] = replace(one, instrument=instrument)
    return unique


def _day_index(ts_ms: IntArray) -> _DayIndex:
    ordered = np.unique(ts_ms)
    days = days_of(ordered)
    minutes = np.unique(ordered // MS_PER_MINUTE)
    distinct, counts = np.unique(days_of(minutes * MS_PER_MINUTE), return_counts=True)
    steps = np.diff(ordered)[np.diff(days) == 0]
    lengths, votes = np.unique(steps, return_counts=True)
    interval_s = int(lengths[np.argmax(votes)]) // MS_PER_SECOND if steps.size else None
    return _DayIndex(distinct, counts.astype(np.int64), interval_s, not (ordered % MS_PER_MINUTE).any())
