"""What a strategy says: an evaluation of a closed candle, with the trace of every gate it passed or not."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Direction(StrEnum):
    """The side of the market that a signal or a position is on."""

    LONG = "long"
    SHORT = "short"

    @property
    def sign(self) -> int:
        """+1 for long, -1 for short."""
        return 1 if self is Direction.LONG else -1

    @property
    def opposite(self) -> "Direction":
        """The other side."""
        return Direction.SHORT if self is Direction.LONG else Direction.LONG


class Gate(NamedTuple):
    """One condition of an evaluation: what was measured, what was needed, and whether it passed."""

    name: str
    passed: bool
    measured: float | int | str | None
    needed: str
    """The condition in words or symbols, for example ``>= 0.6``; 'skipped: no volume' when not applicable."""


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


class DeferredEvaluation(Evaluation):
    """An evaluation without a signal, whose gates are formed when somebody reads them.

    Two thousand candles close in one instant, and hardly any of them becomes a trade: the explanation can
    wait until the ticks behind it were taken. `form_gates` must give the same answer at any later time.
    """

    __slots__ = ("_form_gates",)

    _form_gates: Callable[[], tuple[Gate, ...]]
    signal = None

    def __init__(
        self,
        strategy: str,
        instrument_key: str,
        candle_start_ms: int,
        score: float,
        form_gates: Callable[[], tuple[Gate, ...]],
    ) -> None:
        _set(self, "strategy", strategy)
        _set(self, "instrument_key", instrument_key)
        _set(self, "candle_start_ms", candle_start_ms)
        _set(self, "score", score)
        _set(self, "_form_gates", form_gates)

    @property
    def gates(self) -> tuple[Gate, ...]:
        """Every condition, those passed as well as those failed."""
        return self._form_gates()


_set = object.__setattr__  # how a frozen value sets itself up
