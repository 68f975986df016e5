"""Sessions to be measured, by hand."""

from datetime import date
from decimal import Decimal

from trading_bot.report.metrics.sessions import SessionFacts, TradeOutcome

HOUR_MS = 3_600_000


def outcome(
    net: str, *, strategy: str = "s", exited_ms: int = HOUR_MS, held_ms: int = 60_000
) -> TradeOutcome:
    """A trade that cost ten rupees."""
    amount = Decimal(net)
    return TradeOutcome(strategy, exited_ms - held_ms, exited_ms, amount + 10, amount)


def session(day: int, *trades: TradeOutcome, **changes) -> SessionFacts:
    """A session of November 2026."""
    given = {
        "on": date(2026, 11, day),
        "hours": {"s": 6.0},
        "signals": (),
        "trades": trades,
        "acknowledgements": (),
        "gates": (),
    }
    return SessionFacts(**(given | changes))
