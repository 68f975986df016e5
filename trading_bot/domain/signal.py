"""What a strategy says: an evaluation of a closed candle, with the trace of every gate it passed or not."""

from enum import StrEnum

from trading_bot.domain.deferred_evaluation import DeferredEvaluation
from trading_bot.domain.gate import Gate
from trading_bot.domain.values import dataclass


class Direction(StrEnum):
    """The side of the market that a signal or a position is on."""

    LONG = "long"
    SHORT = "short"

    def __init__(self, word: str) -> None:
        self.sign = 1 if word == "long" else -1

    @property
    def opposite(self) -> "Direction":
        """The other side."""
        return Direction.SHORT if self is Direction.LONG else Direction.LONG


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A wish of a strategy to be long or short; it knows nothing of orders or sizes."""

    strategy: str
    instrument_key: str
    direction: Direction
    score: float
    """Strength between 0 and 1, comparable with the strategy's threshold."""
    candle_start_ms: int
    reference_price: int
    """Close of the deciding candle, in paise."""
    atr_paise: float
    """Average true range of the strategy's timeframe, the unit of stops and targets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The answer of a strategy to one closed candle; `signal` is None when it does not want to trade."""

    strategy: str
    instrument_key: str
    candle_start_ms: int
    score: float
    """Signed: positive leans long, negative short."""
    gates: tuple[Gate, ...]
    signal: Signal | None = None


Answer = Evaluation | DeferredEvaluation
"""What a strategy says of a candle."""
