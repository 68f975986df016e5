"""What a strategy is to the engine: a factory of one evaluator for each instrument."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.signal import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """How many candles of the strategy's timeframe it needs before it may act, and how many it wants."""

    required: int
    wanted: int


class Evaluator(Protocol):
    """A strategy at work on one instrument; it keeps indicator state between candles."""

    def warm_up(self, candles: Sequence[Candle]) -> None:
        """Take the history, oldest first, all at once and before the first `evaluate`."""
        ...

    def evaluate(self, candle: Candle, quote: Quote | None) -> Answer:
        """Take one closed candle, advance, and say what it means. `quote` is None where there is no depth."""
        ...

    def peek(self, candle: Candle, quote: Quote | None) -> Answer:
        """Say what `evaluate` would say of a candle that is still forming, without changing anything."""
        ...


class Strategy(Protocol):
    """A strategy with its parameters; registered under the entry-point group `trading_bot.strategies`."""

    @property
    def name(self) -> str:
        """Short name, unique among the strategies that run together."""
        ...

    @property
    def timeframe_s(self) -> int:
        """Seconds of the candles that it wants, a multiple of 60."""
        ...

    @property
    def warm_up(self) -> WarmUp:
        """Candles required and wanted before the first evaluation."""
        ...

    @property
    def provisional_interval_s(self) -> int:
        """Seconds between looks at the candle that is still forming; 0 waits for its close."""
        ...

    def evaluator(self, instrument: Instrument) -> Evaluator:
        """Return a fresh evaluator for one instrument."""
        ...
