"""The trace of an evaluation: what a strategy said of a candle, when, and how old the data was."""

from typing import NamedTuple

from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Answer, Direction
from trading_bot.domain.values import dataclass


class Trace(NamedTuple):
    """An answer of a strategy on its way to the record."""

    answer: Answer
    at_ms: int
    """Session time of the evaluation."""
    seen_at_ms: int = 0
    """Session time of the newest message about the instrument by then; 0 where none was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEvaluation:
    """An evaluation as it reads back; measured values to seven digits."""

    strategy: str
    instrument_key: str
    candle_start_ms: int
    score: float
    direction: Direction | None
    """The side of the signal; None where it raised none."""
    gates: tuple[Gate, ...]
    at_ms: int | None = None
    """None in records of before this was kept."""
    data_age_ms: int | None = None
    """Age of the newest message about the instrument; None where it is not known."""


Said = tuple[tuple[str, str], ...]
"""Name and condition of each gate: what evaluations have in common."""


class GateCount(NamedTuple):
    """How many evaluations of a strategy went the same way."""

    strategy: str
    gates: Said
    passed: int
    """A bit for each gate that passed; the first gate's is 1."""
    signals: int
    """How many of them raised a signal."""
    evaluations: int
