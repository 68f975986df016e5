"""A strategy that is never at rest: it wants in at the end of every minute, by turns long and short.

Its stops are so near that trades trail, end and reach their targets within minutes.
"""

from dataclasses import dataclass
from typing import ClassVar

from tests.fakes.eager_strategy import Eager, EagerEvaluator
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction

_MS_PER_MINUTE = 60_000


@dataclass(slots=True)
class RestlessEvaluator(EagerEvaluator):
    """Raises a signal on every candle, with a small range."""

    name: str = "restless"
    true_range: float = 0.0006

    def direction(self, candle: Candle) -> Direction:
        """Long in even minutes, short in odd ones."""
        is_even = (candle.start_ms // _MS_PER_MINUTE) % 2 == 0
        return Direction.LONG if is_even else Direction.SHORT


class Restless(Eager):
    """The strategy."""

    name: ClassVar[str] = "restless"

    def evaluator(self, instrument: Instrument) -> RestlessEvaluator:
        """One for an instrument."""
        return RestlessEvaluator(instrument.key)
