"""What an explanation says, as values: text and document are made from them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Direction
from trading_bot.domain.trace import KeptEvaluation
from trading_bot.report.day.record import SignalRecord, TradeRecord
from trading_bot.report.why.distance import Distance
from trading_bot.report.why.facts import OrderStory


class Verdict(StrEnum):
    """What became of an evaluation."""

    NOT_EVALUATED = "not_evaluated"
    NO_SIGNAL = "no_signal"
    """The strategy did not want to trade."""
    DENIED = "denied"
    """It wanted to, and the risk rules said no."""
    REFUSED = "refused"
    """The broker or the exchange did not take the entry."""
    NOT_FILLED = "not_filled"
    """The entry was sent and nothing of it was filled."""
    PENDING = "pending"
    """The entry is on its way."""
    TRADED = "traded"
    CLOSED_OPPOSITE = "closed_opposite"
    """The signal closed an open trade on the other side."""


class GateView(NamedTuple):
    """A gate and how far it was from its threshold."""

    gate: Gate
    condition: str
    detail: str
    """What the measured value is made of."""
    distance: Distance | None


class TradeView(NamedTuple):
    """A trade, its orders, and why it ended."""

    record: TradeRecord
    orders: tuple[OrderStory, ...]
    exit_asked_at_ms: int | None
    """When the program asked for the exit; None where the stop at the exchange was it, or nothing yet."""
    exit_words: str
    """Why it was closed; empty while it is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationView:
    """One strategy's word on a candle and what followed."""

    kept: KeptEvaluation
    gates: tuple[GateView, ...]
    verdict: Verdict
    signal: SignalRecord | None
    trade: TradeView | None
    """The trade that the signal led to, whether it filled or not."""
    changes: tuple[str, ...]
    """What would have changed the answer."""

    @property
    def failed(self) -> tuple[GateView, ...]:
        """The gates that did not pass."""
        return tuple(view for view in self.gates if not view.gate.passed)


class TurningPoint(NamedTuple):
    """Something that mattered on the day."""

    at_ms: int
    kind: str
    """signal, denial, entry, exit, not_filled, or the kind of a notice."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why an instrument was traded at a moment, or not."""

    mode: str
    symbol: str
    instrument_key: str
    on: date
    asked_ms: int | None
    views: tuple[EvaluationView, ...]
    """One for each strategy that evaluated it up to the moment."""
    open_trade: TradeView | None
    """A trade that was open at the moment and came from another evaluation."""
    quiet: tuple[str, ...]
    """Why there is no evaluation at the moment; empty where there is one."""
    points: tuple[TurningPoint, ...]

    @property
    def verdict(self) -> Verdict:
        """That of the evaluation that came furthest; none where the moment has no evaluation of its own."""
        if self.quiet:
            return Verdict.NOT_EVALUATED
        ranks = list(Verdict)
        return max((view.verdict for view in self.views), key=ranks.index, default=Verdict.NOT_EVALUATED)


def side_of(direction: Direction | None, score: float) -> str:
    """The side that an evaluation leans to."""
    if direction is not None:
        return direction.value
    if score == 0:
        return "neither side"
    return "long" if score > 0 else "short"
