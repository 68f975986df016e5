"""The same days played otherwise: with other prices, another warm-up, dearer fills.

A backtest that is honest about itself is played again under changed conditions. Instruments stay what they
were: which shares there are and their tick sizes are facts of the days, not prices.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from trading_bot.backtest.folder_days import CandleFolder, EarlierCandles
from trading_bot.backtest.outcome import DayOutcome
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.instrument import Instrument

Change = Callable[[str, CandleArrays], CandleArrays]
"""Makes other candles of a symbol's; the same ones whatever else is read with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """What is played, and what is different."""

    days: tuple[date, ...]
    change: Change | None = None
    warm_up_sessions: int | None = None
    """Sessions of history that indicators are opened on; None: as many as the strategies want."""
    dearer: int = 1
    """So many times slippage and spread."""


Play = Callable[[Variation], Iterator[DayOutcome]]
"""Plays a variation from an untouched account, and yields each day as it ends."""


@dataclass(frozen=True, slots=True)
class ChangedFolder:
    """A folder of which only the prices are others."""

    folder: CandleFolder
    change: Change

    def days(self, symbol: str) -> tuple[date, ...]:
        """The days with rows: there are no others, whatever the prices."""
        return self.folder.days(symbol)

    def instrument(self, symbol: str, on: date) -> Instrument:
        """The instrument as it is."""
        return self.folder.instrument(symbol, on)

    def minute_candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        """The candles of these days, changed."""
        return self.change(symbol, self.folder.minute_candles(symbol, first, last))


@dataclass(frozen=True, slots=True)
class ChangedWarmUp:
    """Candles of earlier days of which only the prices are others."""

    warm_up: EarlierCandles
    change: Change

    def minutes_before(self, symbol: str, on: date) -> int:
        """How many minutes there are."""
        return self.warm_up.minutes_before(symbol, on)

    def candles(self, symbol: str, first: date, last: date) -> CandleArrays:
        """The candles of these days, changed."""
        return self.change(symbol, self.warm_up.candles(symbol, first, last))
