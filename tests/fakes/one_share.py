"""The one share of most tests of the engine, an ordinary day, and a strategy that a test writes."""

from dataclasses import dataclass, field
from datetime import date, time

from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.signal import Direction, Evaluation, Signal
from trading_bot.strategies.strategy import WarmUp

DAY = date(2026, 11, 19)
KEY = "NSE_EQ|INE002A01018"
PRICE = 140_000
SHARE = Instrument(
    key=KEY,
    symbol="RELIANCE",
    name="Reliance Industries",
    segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY,
    tick_size=10,
    closing_auction_eligible=True,
)
SESSION = ((ms_at(DAY, time(9, 15)), ms_at(DAY, time(15, 15))),)


@dataclass(slots=True)
class ScriptedEvaluator:
    """Says what it was told to say at the next candle."""

    next_direction: Direction | None = None

    def warm_up(self, candles) -> None:
        """Need nothing."""

    def evaluate(self, candle: Candle, quote: Quote | None) -> Evaluation:
        """Raise the scripted signal, once."""
        signal = None
        if self.next_direction is not None:
            signal = Signal(
                strategy="scripted",
                instrument_key=KEY,
                direction=self.next_direction,
                score=0.8,
                candle_start_ms=candle.start_ms,
                reference_price=candle.close,
                atr_paise=700.0,
            )
            self.next_direction = None
        return Evaluation(
            strategy="scripted",
            instrument_key=KEY,
            candle_start_ms=candle.start_ms,
            score=0.8 if signal is None else 0.8 * signal.direction.sign,
            gates=(),
            signal=signal,
        )

    peek = evaluate


@dataclass(slots=True)
class ScriptedStrategy:
    """A strategy whose signals the test decides."""

    scripted: ScriptedEvaluator = field(default_factory=ScriptedEvaluator)
    name: str = "scripted"
    timeframe_s: int = 900
    provisional_interval_s: int = 0
    warm_up: WarmUp = field(default_factory=lambda: WarmUp(required=0, wanted=0))

    def evaluator(self, instrument: Instrument) -> ScriptedEvaluator:
        """The one evaluator there is."""
        return self.scripted
