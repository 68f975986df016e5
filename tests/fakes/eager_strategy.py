"""A strategy that wants to be long at the end of every minute: positions within seconds of a session."""

from dataclasses import dataclass
from typing import ClassVar

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.section import Section
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.strategies.strategy import WarmUp


class EagerSettings(Section):
    """None."""


@dataclass(slots=True)
class EagerEvaluator:
    """Raises a signal on every candle."""

    key: str
    name: str = "eager"
    true_range: float = 0.005
    """What is told as the average true range, as a fraction of the price."""

    def warm_up(self, candles) -> None:
        """Need nothing."""

    def evaluate(self, candle: Candle, quote: Quote | None) -> Evaluation:
        """Want in."""
        signal = Signal(
            strategy=self.name,
            instrument_key=self.key,
            direction=self.direction(candle),
            score=1.0,
            candle_start_ms=candle.start_ms,
            reference_price=candle.close,
            atr_paise=candle.close * self.true_range,
        )
        return Evaluation(
            strategy=self.name,
            instrument_key=self.key,
            candle_start_ms=candle.start_ms,
            score=1.0,
            gates=(),
            signal=signal,
        )

    peek = evaluate

    def direction(self, candle: Candle) -> Direction:
        """Always long."""
        return Direction.LONG


class Eager:
    """The strategy."""

    settings_type: ClassVar[type[EagerSettings]] = EagerSettings
    name: ClassVar[str] = "eager"
    provisional_interval_s = 0
    timeframe_s = 60
    warm_up = WarmUp(required=0, wanted=0)

    def __init__(self, settings: EagerSettings) -> None:
        self.settings = settings

    def evaluator(self, instrument: Instrument) -> EagerEvaluator:
        """One for an instrument."""
        return EagerEvaluator(instrument.key)
