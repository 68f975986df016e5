"""What is counted and timed for the metrics, since the process started."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from trading_bot.engine.latency import Latencies, LatencyTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counters start at zero with the process; what holds at the moment says so."""

    ticks: int = 0
    candles: int = 0
    fills: int = 0
    signals: Mapping[str, int] = field(default_factory=Counter)
    """By strategy."""
    denials: Mapping[tuple[str, str], int] = field(default_factory=Counter)
    """By strategy and reason."""
    orders: Mapping[str, int] = field(default_factory=Counter)
    """Intended orders by purpose."""
    outcomes: Mapping[str, int] = field(default_factory=Counter)
    """Steps of orders by the status that they reached: rejected, filled, in_doubt …"""
    failures: Mapping[str, int] = field(default_factory=Counter)
    """Failures of workers, by name."""
    in_doubt: int = 0
    """Orders whose answer was lost and is looked for, now."""
    drawdown: Decimal | None = None
    """How far the day's net result is below its highest since the process started, now; None at rest."""
    latencies: Latencies = field(default_factory=Latencies)
    signal_to_ack: Mapping[str, LatencyTally] = field(default_factory=dict)
    """From a signal to the broker's acknowledgement of its entry, by strategy."""
    broker_calls: Mapping[str, LatencyTally] = field(default_factory=dict)
    """Answers of the broker's API, by call."""
