"""What is known beforehand to move prices: results, a policy decision, a budget, an expiry."""

from datetime import date
from enum import StrEnum

from trading_bot.domain.ist import date_of
from trading_bot.domain.values import dataclass


class EventKind(StrEnum):
    """What an event is; each kind has its own rule."""

    RESULTS = "results"
    RBI = "rbi"
    BUDGET = "budget"
    EXPIRY = "expiry"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledEvent:
    """One event; a moment begins and ends at once, a day without a time begins and ends at midnight."""

    kind: EventKind
    name: str
    starts_at_ms: int
    ends_at_ms: int
    symbols: tuple[str, ...] = ()
    """Whom it concerns; nobody named: the whole market."""

    def concerns(self, symbol: str) -> bool:
        """Whether it is about this symbol, or about all."""
        return not self.symbols or symbol in self.symbols

    def touches(self, on: date) -> bool:
        """Whether any of it lies on the day."""
        last_ms = max(self.starts_at_ms, self.ends_at_ms - 1)
        return date_of(self.starts_at_ms) <= on <= date_of(last_ms)
