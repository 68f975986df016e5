"""What one day of a backtest leaves behind, however it was played."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trading_bot.domain.instrument import Instrument
from trading_bot.engine.ports import JournalRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOutcome:
    """What one day left behind."""

    on: date
    rows: tuple[JournalRow, ...]
    instruments: tuple[Instrument, ...]
    bars: int
    last_prices: Mapping[str, int]
    ledger_net_pnl: Decimal
    """Rupees by the venue's own books; zero where nothing was ordered."""
    ended_at_ms: int
    alerts: tuple[str, ...]
    """What a person would have been told."""
