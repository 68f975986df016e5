"""Two exponential averages that cross, with an average true range for the stop: the plainest trend follower.

Its averages begin at the first candle and not on a simple mean, which is how most engines that it is compared
with define them; that is why they are worked out here and not by TA-Lib.
"""

from collections.abc import Sequence
from typing import ClassVar

from trading_bot.domain.deferred_evaluation import DeferredEvaluation
from trading_bot.domain.gate import Gate
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.signal import Answer, Direction, Evaluation, Signal
from trading_bot.strategies.ema_cross_settings import EmaCrossSettings
from trading_bot.strategies.strategy import WarmUp


class EmaCross:
    """Long when the fast average crosses above the slow one, short when it crosses below."""

    settings_type: ClassVar[type[EmaCrossSettings]] = EmaCrossSettings
    name: ClassVar[str] = "ema_cross"
    provisional_interval_s = 0

    def __init__(self, settings: EmaCrossSettings) -> None:
        self.settings = settings
        self.timeframe_s = settings.timeframe_s

    @property
    def warm_up(self) -> WarmUp:
        """None: it ignores its first candles by itself."""
        return WarmUp(required=0, wanted=5 * self.settings.slow)

    def evaluator(self, instrument: Instrument) -> "EmaCrossEvaluator":
        """Return a fresh evaluator for one instrument."""
        return EmaCrossEvaluator(self.name, instrument.key, self.settings)


class EmaCrossEvaluator:
    """The strategy at work on one instrument; prices in paise, as floats inside."""

    __slots__ = ("_alpha", "_atr", "_atr_alpha", "_close", "_fast", "_fast_alpha", "_ignored", "_key",
                 "_name", "_seen", "_slow", "_slow_alpha")  # fmt: skip

    def __init__(self, name: str, key: str, settings: EmaCrossSettings) -> None:
        self._name, self._key = name, key
        self._fast_alpha: float = 2.0 / (settings.fast + 1)
        self._slow_alpha: float = 2.0 / (settings.slow + 1)
        self._atr_alpha: float = 1.0 / settings.atr
        self._ignored = settings.ignored
        self._fast = self._slow = self._atr = self._close = 0.0
        self._seen = 0

    def warm_up(self, candles: Sequence[Candle]) -> None:
        """Take the history, oldest first."""
        for candle in candles:
            self._advance(candle)

    def evaluate(self, candle: Candle, quote: Quote | None) -> Answer:
        """Take one closed candle, advance, and say whether the averages crossed with it."""
        del quote
        was_above = self._fast > self._slow
        was_below = self._fast < self._slow
        self._advance(candle)
        is_ripe = self._seen > self._ignored
        if is_ripe and self._fast > self._slow and not was_above:
            return self._crossed(candle, Direction.LONG)
        if is_ripe and self._fast < self._slow and not was_below:
            return self._crossed(candle, Direction.SHORT)
        return DeferredEvaluation(self._name, self._key, candle[0], 0.0, _no_gates)

    def peek(self, candle: Candle, quote: Quote | None) -> Answer:
        """Say nothing of a candle that is still forming: it waits for the close."""
        del quote
        return DeferredEvaluation(self._name, self._key, candle.start_ms, 0.0, _no_gates)

    def _advance(self, candle: Candle) -> None:
        high = candle[2] / PAISE_PER_RUPEE
        low = candle[3] / PAISE_PER_RUPEE
        close = candle[4] / PAISE_PER_RUPEE
        if self._seen == 0:
            self._fast = self._slow = close
            self._atr = high - low
        else:
            before = self._close
            reach = max(abs(high - before), abs(low - before))
            true_range = max(high - low, reach)
            self._fast += self._fast_alpha * (close - self._fast)
            self._slow += self._slow_alpha * (close - self._slow)
            self._atr += (true_range - self._atr) * self._atr_alpha
        self._close = close
        self._seen += 1

    def _crossed(self, candle: Candle, direction: Direction) -> Evaluation:
        signal = Signal(
            strategy=self._name,
            instrument_key=self._key,
            direction=direction,
            score=1.0,
            candle_start_ms=candle.start_ms,
            reference_price=candle.close,
            atr_paise=self._atr * PAISE_PER_RUPEE,
        )
        return Evaluation(
            strategy=self._name,
            instrument_key=self._key,
            candle_start_ms=candle.start_ms,
            score=direction.sign * 1.0,
            gates=(),
            signal=signal,
        )


def _no_gates() -> tuple[Gate, ...]:
    return ()
