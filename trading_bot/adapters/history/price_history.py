"""Candles or ticks of some instruments, read a range of days at a time, wherever their rows lie."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType

import numpy as np

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.naming import (
    NamedInstrument,
    made_instrument,
    symbol_of,
)
from trading_bot.adapters.history.price_rows import PriceRows
from trading_bot.adapters.history.rows import Found, TickArrays, minutes_of
from trading_bot.adapters.history.series_key import DAY_S, SeriesKey
from trading_bot.adapters.history.tick_size import TickSizeOf, coarsest_step
from trading_bot.domain.candles.arrays import CandleArrays, joined
from trading_bot.domain.candles.interval import interval_text
from trading_bot.domain.errors import HistoryError, UnknownInstrumentError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND, midnight_ms
from trading_bot.domain.rules.provenance import Provenance
from trading_bot.domain.symbol_search import ticker_parts

Wrapping = Callable[[PriceRows], PriceRows]
"""Makes other rows of rows."""
_EPOCH = date(1970, 1, 1)
_TICK_WINDOW = timedelta(days=30)
_NAMED_MAX = 5


class PriceHistory:
    """The instruments of a folder or of the store, and their candles or ticks."""

    def __init__(
        self,
        path: Path,
        rows: PriceRows,
        *,
        named: Mapping[str, NamedInstrument] = MappingProxyType({}),
        tick_size_of: TickSizeOf | None = None,
    ) -> None:
        self._rows = rows
        self._tick_size_of = tick_size_of
        self._given = named
        self._wrapped: tuple[Wrapping, ...] = ()
        self._named = _with_unique_keys({symbol: _named(symbol, named) for symbol in rows.symbols})
        self.path = path
        """What it was opened by."""
        self.kind = rows.kind
        self.symbols = rows.symbols

    def over(self, wrapped: Wrapping) -> "PriceHistory":
        """The same instruments over other rows, made of these."""
        made = PriceHistory(
            self.path, wrapped(self._rows), named=self._given, tick_size_of=self._tick_size_of
        )
        made._wrapped = (*self._wrapped, wrapped)  # its own kind
        return made

    def made_like(self, other: "PriceHistory") -> "PriceHistory":
        """The same instruments, with done to their rows what was done to another's."""
        made = self
        for wrapped in other._wrapped:  # noqa: SLF001  # its own kind
            made = made.over(wrapped)
        return made

    def instrument(self, symbol: str, on: date) -> Instrument:
        """One instrument as of one day, with the tick size that the rule given, or else the prices, say."""
        named = self._named[self._known(symbol)]
        if named.has_own_tick or not named.instrument.is_tradable:
            return named.instrument
        return replace(named.instrument, tick_size=self._tick_size(symbol, on))

    def key(self, symbol: str) -> str:
        """The instrument key of a name."""
        return self._named[self._known(symbol)].instrument.key

    def trading_symbol(self, symbol: str) -> str:
        """The exchange's symbol of a name."""
        return self._named[self._known(symbol)].instrument.symbol

    def days(self, symbol: str) -> tuple[date, ...]:
        """Days on which the instrument has rows, ascending."""
        return tuple(
            _EPOCH + timedelta(days=day) for day in self._rows.index(self._known(symbol)).days.tolist()
        )

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
        """The own name of an instrument, from that name, its trading symbol or a ticker such as ACME.NS.

        Raises UnknownInstrumentError with the names that there are.
        """
        if symbol.upper() in self._named:
            return symbol.upper()
        plain, segment = ticker_parts(symbol)
        named = (
            name
            for name, one in self._named.items()
            if one.instrument.symbol.upper() == plain and segment in (None, one.instrument.segment)
        )
        return self._known(next(named, symbol))

    def require_day(self, symbol: str, on: date) -> None:
        """Raise HistoryError unless the instrument has rows on that day."""
        if symbol in self.symbols_on(on):
            return
        days = self.days(symbol)
        span = (
            f"it has {len(days)} days from {days[0]} to {days[-1]}"
            if days
            else f"its {self._rows.noun} is empty"
        )
        raise HistoryError(f"{self.place(symbol)}: no rows of {on} for '{symbol}'; {span}")

    def interval_s(self, symbol: str) -> int | None:
        """Usual distance of two rows in seconds; None where no day has two."""
        return self._rows.index(self._known(symbol)).interval_s

    def minutes_before(self, symbol: str, on: date) -> int:
        """How many minutes have rows on earlier days."""
        index = self._rows.index(self._known(symbol))
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
        """Candles of whatever interval there is, of the days from `first` to `last`, both included.

        None leaves an end open. Exact repetitions are dropped. Raises HistoryError at the first row that
        cannot be a candle.
        """
        return self._rows.candles(self._known(symbol), first, last)

    def found(self, symbol: str, first: date | None = None, last: date | None = None) -> Found:
        """Rows of the days from `first` to `last` as they are there, whatever is wrong with them."""
        return self._rows.found(self._known(symbol), first, last)

    def ticks(self, symbol: str, on: date) -> TickArrays:
        """One day of ticks in the order in which they arrived, defects included. Raises HistoryError."""
        return self._rows.ticks(self._known(symbol), on)

    def series(self, symbol: str) -> SeriesKey:
        """What a symbol's rows are; where no day has two, they are days.

        Raises HistoryError where more than one series could be meant.
        """
        interval_s = self.interval_s(symbol)
        return SeriesKey(symbol=symbol, interval_s=interval_s or DAY_S, origin=self.origin(symbol))

    def origin(self, symbol: str) -> Provenance:
        """Who a symbol's rows come from, and what was done to them."""
        return self._rows.origin(self._known(symbol))

    def place(self, symbol: str) -> str:
        """Words for where the rows of a symbol are."""
        return self._rows.place(self._known(symbol))

    def require_minutes(self, symbol: str) -> None:
        """Raise HistoryError unless the rows are ticks, or 1-minute candles stamped at their start."""
        index = self._rows.index(self._known(symbol))
        if self.kind is HistoryKind.TICKS or not index.days.size:
            return
        if index.interval_s != MS_PER_MINUTE // MS_PER_SECOND:
            found = (
                "one row a day"
                if index.interval_s is None
                else f"candles of {interval_text(index.interval_s)}"
            )
            raise HistoryError(
                f"{self.place(symbol)}: {found}; playing a day needs 1-minute candles or ticks"
            )
        if not index.is_on_minutes:
            raise HistoryError(
                f"{self.place(symbol)}: candles do not start on whole minutes; "
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

    def _known(self, symbol: str) -> str:
        if symbol not in self._named:
            alike = difflib.get_close_matches(symbol, self.symbols, n=_NAMED_MAX)
            hint = f"did you mean {', '.join(alike)}?" if alike else f"there are {_some(self.symbols)}"
            raise UnknownInstrumentError(f"{self.path}: no {self._rows.noun} for '{symbol}'; {hint}")
        return symbol


def _some(symbols: Sequence[str]) -> str:
    more = len(symbols) - _NAMED_MAX
    return ", ".join(symbols[:_NAMED_MAX]) + (f" and {more} more" if more > 0 else "")


def _named(symbol: str, named: Mapping[str, NamedInstrument]) -> NamedInstrument:
    if symbol in named:
        return named[symbol]
    instrument = replace(made_instrument(symbol_of(symbol)), symbol=ticker_parts(symbol)[0])
    return NamedInstrument(instrument=instrument, has_own_tick=False)


def _with_unique_keys(named: Mapping[str, NamedInstrument]) -> dict[str, NamedInstrument]:
    """Give a made instrument whose key is taken (two files about one index) a key from its whole name.

    One whose symbol is taken (a share at two exchanges) goes by its whole name.
    """
    taken: set[str] = set()
    unique = {}
    for symbol, one in named.items():
        instrument = one.instrument
        if instrument.key in taken:
            instrument = replace(instrument, key=f"{instrument.segment}|{symbol}")
        if instrument.symbol in taken:
            instrument = replace(instrument, symbol=symbol)
        taken |= {instrument.key, instrument.symbol}
        unique[symbol] = replace(one, instrument=instrument)
    return unique
