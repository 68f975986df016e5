"""What a run decided, in a form in which two runs can be compared."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from trading_bot.backtest.outcome import DayOutcome
from trading_bot.domain.ist import datetime_of

SIGNAL = "signal_raised"
_KINDS = frozenset({SIGNAL, "entry_denied", "trade_planned", "order_intended"})


class Decision(NamedTuple):
    """One row of the journal that is a decision."""

    at_ms: int
    kind: str
    payload: str

    @property
    def text(self) -> str:
        """The moment and the kind, for a person."""
        return f"{moment_text(self.at_ms)} {self.kind.replace('_', ' ')}"


class SignalKey(NamedTuple):
    """What makes two signals the same decision, whatever their scores are."""

    candle_start_ms: int
    strategy: str
    symbol: str
    direction: str

    @property
    def text(self) -> str:
        """The signal for a person."""
        return f"{moment_text(self.candle_start_ms)} {self.strategy} {self.direction} {self.symbol}"


def moment_text(at_ms: int) -> str:
    """Day and minute in India."""
    return f"{datetime_of(at_ms):%Y-%m-%d %H:%M}"


def decisions_until(outcomes: Iterable[DayOutcome], until_ms: int) -> tuple[Decision, ...]:
    """Signals, denials, planned trades and orders up to a moment, itself included, in their order."""
    return tuple(
        Decision(row.at_ms, row.kind, row.payload)
        for outcome in outcomes
        for row in outcome.rows
        if row.kind in _KINDS and row.at_ms <= until_ms
    )


def signals_of(outcomes: Iterable[DayOutcome]) -> frozenset[SignalKey]:
    """Every signal."""
    return frozenset(
        _signal(json.loads(row.payload), {one.key: one.symbol for one in outcome.instruments})
        for outcome in outcomes
        for row in outcome.rows
        if row.kind == SIGNAL
    )


def signal_moments(outcome: DayOutcome) -> tuple[int, ...]:
    """When signals were raised, each moment once, rising."""
    return tuple(sorted({row.at_ms for row in outcome.rows if row.kind == SIGNAL}))


def _signal(payload: dict[str, Any], symbols: Mapping[str, str]) -> SignalKey:
    signal = payload["evaluation"]["signal"]
    key = signal["instrument_key"]
    return SignalKey(
        signal["candle_start_ms"], signal["strategy"], symbols.get(key, key), signal["direction"]
    )
