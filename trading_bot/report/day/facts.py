"""What a report is told that no journal row says: where the run's data came from and what it counted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from trading_bot.report.metrics.gates import StrategyGates


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """Facts of one session, restarts within it added up. Times are session time."""

    run_id: str
    """Name of the report's folder: letters, digits, dots, dashes and underscores."""
    mode: str
    data: str
    """The source of the market data in words, for example ``generated, seed 7``."""
    symbols: tuple[str, ...]
    started_at_ms: int
    ended_at_ms: int
    ticks: int
    candles: int
    """Minute candles built or replayed."""
    warm_up_notes: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    """Anything else that the reader should know."""
    ledger_net_pnl: Decimal | None = None
    """Rupees by the simulator's own books; None for a real broker."""
    gates: tuple[StrategyGates, ...] = ()
    """How the gates of each strategy went."""
    last_prices: Mapping[str, int] = field(default_factory=dict)
    """Newest prices in paise by instrument, at which open positions are valued."""
