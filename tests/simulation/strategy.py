"""A strategy that trades often, at random but always the same for a seed, and raises when it is told to."""

from random import Random

from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.strategies.strategy import WarmUp

_TIMEFRAME_S = 60


class SeededStrategy:
    """Signals by chance; a restart of the process changes nothing of what it says."""

    timeframe_s = _TIMEFRAME_S
    warm_up = WarmUp(required=0, wanted=0)

    def __init__(self, schedule, world):
        self.name = "seeded"
        self.provisional_interval_s = schedule.world.provisional_s
        self.schedule = schedule
        self.world = world

    def evaluator(self, instrument):
        return _Evaluator(self, instrument)


class _Evaluator:
    def __init__(self, strategy, instrument):
        self._strategy, self._instrument = strategy, instrument

    def warm_up(self, candles):
        pass

    def evaluate(self, candle, quote):
        return self._say(candle, candle.start_ms)

    def peek(self, candle, quote):
        return self._say(candle, (candle.start_ms, candle.close, candle.volume))

    def _say(self, candle, when):
        strategy = self._strategy
        if strategy.world.faults.hits("strategy_raises"):
            raise RuntimeError("the strategy fails on purpose")
        knobs = strategy.schedule.world
        random = Random(f"{strategy.schedule.seed} {self._instrument.symbol} {when}")
        storm = strategy.world.faults.active("signal_storm")
        wants = storm is not None or random.random() < knobs.signal_chance
        direction = random.choice((Direction.LONG, Direction.SHORT))
        signal = Signal(
            strategy=strategy.name,
            instrument_key=self._instrument.key,
            direction=direction,
            score=random.uniform(0.5, 1),
            candle_start_ms=candle.start_ms,
            reference_price=candle.close,
            atr_paise=candle.close * random.uniform(knobs.atr_least, knobs.atr_most),
        )
        return Evaluation(
            strategy=strategy.name,
            instrument_key=self._instrument.key,
            candle_start_ms=candle.start_ms,
            score=0.0,
            gates=(),
            signal=signal if wants else None,
        )
