"""Confluence: enter where RSI, MACD and Supertrend agree with each other and with the long trend.

The three vote long, short or not at all; the weighted mean of the votes is the score. An entry needs a
score beyond the threshold, the close on the right side of EMA(200), and a fresh trigger: one of the three
has only just turned. A bar that is too wide, a spread that is too wide and a volume that is too thin block
it. Every evaluation carries all of these gates, those passed as well as those failed.
"""

from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from trading_bot.domain.bar_length import calendar_days
from trading_bot.domain.deferred_evaluation import DeferredEvaluation
from trading_bot.domain.gate import Gate
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.money import PAISE_PER_RUPEE
from trading_bot.domain.outlook import DayCloses
from trading_bot.domain.signal import Answer, Direction, Evaluation, Signal
from trading_bot.indicators.atr import Atr
from trading_bot.indicators.ema import Ema
from trading_bot.indicators.indicator import price_series
from trading_bot.indicators.macd import Macd
from trading_bot.indicators.rolling_averages import NOT_READ, rolling_averages
from trading_bot.indicators.rsi import Rsi
from trading_bot.indicators.supertrend import Supertrend
from trading_bot.strategies.confluence_rules import (
    ConfluenceRules,
    Reading,
    Sides,
    Surroundings,
    Triggers,
    sides_of,
)
from trading_bot.strategies.confluence_settings import ConfluenceSettings
from trading_bot.strategies.strategy import WarmUp

_SECONDS_PER_MINUTE = 60
_WANTED_PERIODS = 5
_tuple = tuple.__new__  # half the cost of calling the NamedTuple
_DEFAULTS = ConfluenceSettings()


class Confluence:
    """The strategy with its parameters."""

    settings_type: ClassVar[type[ConfluenceSettings]] = ConfluenceSettings

    def __init__(self, settings: ConfluenceSettings = _DEFAULTS) -> None:
        self.settings = settings
        self.name = "confluence"
        self.timeframe_s = settings.timeframe_minutes * _SECONDS_PER_MINUTE
        self.provisional_interval_s = settings.provisional_interval_s
        self.threshold = settings.threshold
        self._rules = ConfluenceRules(settings, self.warm_up.required)

    @property
    def warm_up(self) -> WarmUp:
        """1.1 times the longest period; five times are wanted, so that the averages forget their seeds."""
        longest = self.settings.longest_period
        return WarmUp(required=(longest * 11 + 9) // 10, wanted=longest * _WANTED_PERIODS)

    @property
    def close_days(self) -> int:
        """Calendar days of earlier closes that it looks back on; 0 where it does not look at whole days."""
        length = self.settings.rolling_bars.length
        return 0 if length is None else calendar_days(length, self.settings.rolling_slow)

    def evaluator(self, instrument: Instrument) -> "ConfluenceEvaluator":
        """Return a fresh evaluator for one instrument."""
        return ConfluenceEvaluator(self.name, instrument.key, self.settings, self._rules)


class ConfluenceEvaluator:
    """The strategy at work on one instrument."""

    __slots__ = (
        "_atr",
        "_candles_seen",
        "_ema",
        "_instrument_key",
        "_macd",
        "_previous",
        "_rolling",
        "_rsi",
        "_rules",
        "_settings",
        "_strategy",
        "_supertrend",
        "_triggers",
        "_volumes",
    )  # fmt: skip

    def __init__(
        self, strategy: str, instrument_key: str, settings: ConfluenceSettings, rules: ConfluenceRules
    ) -> None:
        self._strategy = strategy
        self._instrument_key = instrument_key
        self._settings = settings
        self._rules = rules
        self._ema = Ema(settings.ema_period)
        self._rsi = Rsi(settings.rsi_period)
        self._macd = Macd(settings.macd_fast, settings.macd_slow, settings.macd_signal)
        self._supertrend = Supertrend(settings.supertrend_period, settings.supertrend_multiplier)
        self._atr = Atr(settings.atr_period)
        self._volumes = VolumeMean(settings.volume_candles)
        self._triggers = Triggers()
        self._rolling = NOT_READ
        self._previous: Sides | None = None
        self._candles_seen = 0

    def take_day_closes(self, known: DayCloses) -> None:
        """Take what is known of earlier sessions, where the gate of their averages is on."""
        settings, length = self._settings, self._settings.rolling_bars.length
        if length is not None:
            self._rolling = rolling_averages(known, length, settings.rolling_fast, settings.rolling_slow)

    def warm_up(self, candles: Sequence[Candle]) -> None:
        """Take the history at once; only the last candles are walked through, for their triggers."""
        walked = self._settings.trigger_within_candles
        head, tail = candles[:-walked], candles[-walked:]
        if head:
            self._open_on(head)
        for candle in tail:
            self._advance(candle)

    def evaluate(self, candle: Candle, quote: Quote | None) -> Answer:
        """Take one closed candle, advance, and say what it means."""
        mean_volume = self._volumes.mean
        reading = self._advance(candle)
        around = _tuple(
            Surroundings,
            (self._candles_seen, self._triggers, candle.volume, mean_volume, quote, self._rolling),
        )
        return self._judged(candle, reading, around)

    def peek(self, candle: Candle, quote: Quote | None) -> Answer:
        """Say what `evaluate` would say of a candle that is still forming, and change nothing."""
        high, low, close = (price / PAISE_PER_RUPEE for price in candle[2:5])
        reading = Reading(
            high,
            low,
            close,
            self._ema.peek(high, low, close),
            self._rsi.peek(high, low, close),
            self._macd.peek(high, low, close),
            self._supertrend.peek(high, low, close),
            self._atr.peek(high, low, close),
        )
        triggers = self._rules.triggers(self._triggers, self._previous, sides_of(reading))
        around = Surroundings(
            self._candles_seen + 1, triggers, candle.volume, self._volumes.mean, quote, self._rolling
        )
        return self._judged(candle, reading, around)

    def _open_on(self, candles: Sequence[Candle]) -> None:
        prices = price_series(candles)
        for indicator in (self._ema, self._rsi, self._macd, self._supertrend, self._atr):
            indicator.warm_up(prices)
        for candle in candles[-self._settings.volume_candles :]:
            self._volumes.add(candle.volume)
        self._candles_seen = len(candles)
        macd, supertrend = self._macd.value, self._supertrend.value
        self._previous = Sides(
            self._rsi.value,
            None if macd is None else macd.histogram,
            None if supertrend is None else supertrend.direction,
        )

    def _advance(self, candle: Candle) -> Reading:
        high = candle.high / PAISE_PER_RUPEE
        low = candle.low / PAISE_PER_RUPEE
        close = candle.close / PAISE_PER_RUPEE
        reading = _tuple(
            Reading,
            (
                high,
                low,
                close,
                self._ema.update(high, low, close),
                self._rsi.update(high, low, close),
                self._macd.update(high, low, close),
                self._supertrend.update(high, low, close),
                self._atr.update(high, low, close),
            ),
        )
        sides = sides_of(reading)
        self._triggers = self._rules.triggers(self._triggers, self._previous, sides)
        self._previous = sides
        self._candles_seen += 1
        self._volumes.add(candle.volume)
        return reading

    def _judged(self, candle: Candle, reading: Reading, around: Surroundings) -> Answer:
        score = self._rules.score(reading)
        direction = None
        if score:
            direction = Direction.LONG if score > 0 else Direction.SHORT
        if not self._rules.may_pass(score, direction, around):
            forming = _Gates(self._rules, reading, score, direction, around)
            return DeferredEvaluation(
                self._strategy, self._instrument_key, candle.start_ms, score, forming.formed
            )
        gates = self._rules.gates(reading, score, direction, around)
        signal = None
        if direction is not None and reading.atr is not None and all(gate.passed for gate in gates):
            signal = Signal(
                strategy=self._strategy,
                instrument_key=self._instrument_key,
                direction=direction,
                score=abs(score),
                candle_start_ms=candle.start_ms,
                reference_price=candle.close,
                atr_paise=reading.atr * PAISE_PER_RUPEE,
            )
        return Evaluation(
            strategy=self._strategy,
            instrument_key=self._instrument_key,
            candle_start_ms=candle.start_ms,
            score=score,
            gates=gates,
            signal=signal,
        )


class _Gates:
    """What the gates of one candle are formed from, should anybody ask."""

    __slots__ = ("_around", "_direction", "_reading", "_rules", "_score")

    def __init__(
        self,
        rules: ConfluenceRules,
        reading: Reading,
        score: float,
        direction: Direction | None,
        around: Surroundings,
    ) -> None:
        self._rules = rules
        self._reading = reading
        self._score = score
        self._direction = direction
        self._around = around

    def formed(self) -> tuple[Gate, ...]:
        """Every condition, those passed as well as those failed."""
        return self._rules.gates(self._reading, self._score, self._direction, self._around)


class VolumeMean:
    """Mean volume of the last candles that had one."""

    __slots__ = ("_sum", "_volumes")

    def __init__(self, candles: int) -> None:
        self._volumes: deque[int] = deque(maxlen=candles)
        self._sum = 0

    @property
    def mean(self) -> float | None:
        """Units a candle; None where no volume is known."""
        return self._sum / len(self._volumes) if self._volumes else None

    def add(self, volume: int | None) -> None:
        """Count one more candle; one without volume says nothing."""
        if volume is None:
            return
        if len(self._volumes) == self._volumes.maxlen:
            self._sum -= self._volumes[0]
        self._volumes.append(volume)
        self._sum += volume
