"""A strategy that is never at rest: it wants in at the end of every minute, by turns long and short.

Its stops are so near that trades trail, end and reach their targets within minutes.
"""

from dataclasses import dataclass
from typing import ClassVar

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.section import Section
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.strategies.strategy import WarmUp

_MS_PER_MINUTE = 60_000
_RANGE = 0.0006
"""What is told as the average true range, as a fraction of the price."""


class RestlessSettings(Section):
    """None."""


@dataclass(slots=True)
class RestlessEvaluator:
    """Raises a signal on every candle."""

    key: str

    def warm_up(self, candles) -> None:
        """Need nothing."""

    def evaluate(self, candle: Candle, quote: Quote | None) -> Evaluation:
        """Want to be long in even minutes and short in odd ones."""
        is_even = (candle.start_ms // _MS_PER_MINUTE) % 2 == 0
        signal = Signal(
            strategy=Restless.name,
            instrument_key=self.key,
            direction=Direction.LONG if is_even else Direction.SHORT,
            score=1.0,
            candle_start_ms=candle.start_ms,
            reference_price=candle.close,
            atr_paise=candle.close * _RANGE,
        )
        return Evaluation(
            strategy=Restless.name,
            instrument_key=self.key,
            candle_start_ms=candle.start_ms,
            score=1.0,
            gates=(),
            signal=signal,
        )

    peek = evaluate


class Restless:
    """The strategy."""

    settings_type: ClassVar[type[RestlessSettings]] = RestlessSettings
    name: ClassVar[str] = "restless"
    provisional_interval_s = 0
    timeframe_s = 60
    warm_up = WarmUp(required=0, wanted=0)

    def __init__(self, settings: RestlessSettings) -> None:
        self.settings = settings

    def evaluator(self, instrument: Instrument) -> RestlessEvaluator:
        """One for an instrument."""
        return RestlessEvaluator(instrument.key)
