"""A folder of candles as the days of a backtest, read a few weeks at a time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from trading_bot.backtest.bar_run import BarDayData
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_SECOND, midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.outlook import DayClose, closes_by_day
from trading_bot.engine.day import DayPlan
from trading_bot.engine.inputs import BarsClosed

OlderCloses = Callable[[str, tuple[DayClose, ...], date, date], tuple[DayClose, ...]]
"""Completes the closes of a symbol in a range of days from elsewhere."""
PlanOf = Callable[[date, Sequence[Instrument], bool], DayPlan]
"""Sessions of a day, and with True those of the days that warm-up wants."""
_DAYS_AT_ONCE = 30


class CandleFolder(Protocol):
    """What days are made of: a folder of candles, or one whose prices are changed."""

    def days(self, symbol: str) -> tuple[date, ...]:
        """Days on which the instrument has rows, ascending."""
        ...

    def instrument(self, symbol: str, on: date) -> Instrument:
        """One instrument as of one day."""
        ...

    def minute_candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        """1-minute candles of the days from `first` to `last`, both included."""
        ...


class EarlierCandles(Protocol):
    """What warm-ups are made of, likewise."""

    def minutes_before(self, symbol: str, on: date) -> int:
        """How many minutes of earlier days there are."""
        ...

    def candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        """1-minute candles of the days from `first` to `last`, both included."""
        ...


def no_older_closes(
    _symbol: str, own: tuple[DayClose, ...], _first: date, _last: date
) -> tuple[DayClose, ...]:
    """Nothing completes them."""
    return own


class _Before(NamedTuple):
    """What earlier days have left behind, by symbol."""

    closes: dict[str, int]
    sessions: dict[str, list[DayClose]]
    """As far as a strategy looks at whole days, and of the days that were played."""


@dataclass(slots=True, kw_only=True)
class FolderDays:
    """The days of a folder in a range, as far as there are candles and the exchange was open."""

    folder: CandleFolder
    warm_up: EarlierCandles
    """Where the days before come from: the folder, and those that complete its history."""
    symbols: tuple[str, ...]
    days: tuple[date, ...]
    plan_of: PlanOf
    is_warm: Callable[[str], bool]
    """Whether the indicators of an instrument are open already, by its key."""
    minutes_required: int
    """Of history, before indicators are opened."""
    close_days: int = 0
    """Calendar days of which closes are handed on; 0: no strategy looks at whole days."""
    older_closes: OlderCloses = no_older_closes
    """What completes the closes before the first that the folders have."""
    timeframe_s: int = 60

    def __iter__(self) -> Iterator[BarDayData]:
        """Yield each day; the next one is read when the one before is over."""
        closes = self._closes_before()
        sessions = {symbol: self._sessions_before(symbol) for symbol in self.symbols}
        for first in range(0, len(self.days), _DAYS_AT_ONCE):
            days = self.days[first : first + _DAYS_AT_ONCE]
            arrays = {symbol: self._candles(symbol, days[0], days[-1]) for symbol in self.symbols}
            for day in days:
                yield self._day(day, arrays, _Before(closes, sessions))

    def _day(self, on: date, arrays: Mapping[str, CandleArrays], before: "_Before") -> BarDayData:
        begin_ms = midnight_ms(on)
        today = {
            symbol: candles
            for symbol, whole in arrays.items()
            if (candles := whole.between(begin_ms, begin_ms + MS_PER_DAY)).start_ms.size
        }
        listed = {symbol: self.folder.instrument(symbol, on) for symbol in today}
        cold = [symbol for symbol in today if not self.is_warm(listed[symbol].key)]
        plan = self.plan_of(on, tuple(listed.values()), bool(cold))
        data = BarDayData(
            plan=plan,
            bars=self._bars({listed[symbol].key: candles for symbol, candles in today.items()}),
            previous_closes={
                listed[symbol].key: before.closes[symbol] for symbol in today if symbol in before.closes
            },
            day_closes={listed[symbol].key: self._known(before.sessions[symbol], on) for symbol in today}
            if self.close_days
            else {},
            warm_up={
                listed[symbol].key: history
                for symbol in cold
                if (history := self._warm_up(symbol, listed[symbol].key, plan)) is not None
            },
        )
        for symbol, candles in today.items():
            close = before.closes[symbol] = int(candles.close[-1])
            before.sessions[symbol].append(DayClose(on, close))
        return data

    def _sessions_before(self, symbol: str) -> list[DayClose]:
        """The closes of the sessions before the first of the days.

        Where there are none, what completes them sees how the first day opens: by nothing else could one
        be told that is adjusted otherwise.
        """
        if not self.close_days:
            return []
        begin = self.days[0]
        first = begin - timedelta(days=self.close_days)
        candles = self.warm_up.candles(symbol, first, begin)
        before = candles.between(0, midnight_ms(begin))
        own = closes_by_day(before.start_ms.tolist(), before.close.tolist())
        if not own and candles.start_ms.size:
            own = (DayClose(begin, int(candles.open[0])),)
        return [close for close in self.older_closes(symbol, own, first, begin) if close.on < begin]

    def _known(self, sessions: Sequence[DayClose], on: date) -> tuple[DayClose, ...]:
        """What is known on the morning of a day, as far back as is wanted."""
        first = on - timedelta(days=self.close_days)
        return tuple(close for close in sessions if close.on >= first)

    def _closes_before(self) -> dict[str, int]:
        """The last close in paise before the first of the days, of every symbol that has one."""
        closes = {}
        for symbol in self.symbols:
            earlier = [day for day in self.folder.days(symbol) if day < self.days[0]][-1:]
            if earlier:
                closes[symbol] = int(self._candles(symbol, earlier[0], earlier[0]).close[-1])
        return closes

    def _warm_up(self, symbol: str, key: str, plan: DayPlan) -> tuple[Candle, ...] | None:
        """The candles of continuous trading of the days before; None where they are too few to begin."""
        if self.warm_up.minutes_before(symbol, plan.on) < self.minutes_required:
            return None
        sessions = plan.warm_up.sessions[key]
        before = self.warm_up.candles(symbol, plan.warm_up.first, plan.on - timedelta(days=1))
        kept: list[Candle] = []
        for on, (start_ms, end_ms) in sorted(sessions.items()):
            if on < plan.on:
                kept += before.between(start_ms, end_ms).candles()
        return tuple(kept)

    def _candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        return self.folder.minute_candles(symbol, first, last)

    def _bars(self, today: Mapping[str, CandleArrays]) -> tuple[BarsClosed, ...]:
        """The candles of all instruments by the time at which they start."""
        length_ms = self.timeframe_s * MS_PER_SECOND
        together: dict[int, list[tuple[str, Candle]]] = {}
        for key, candles in today.items():
            for candle in candles.candles():
                together.setdefault(candle.start_ms, []).append((key, candle))
        return tuple(
            BarsClosed(
                at_ms=start_ms + length_ms,
                timeframe_s=self.timeframe_s,
                bars=tuple(together[start_ms]),
            )
            for start_ms in sorted(together)
        )
