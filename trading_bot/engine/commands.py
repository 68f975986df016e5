"""What the engine asks of the world. A command leaves only after the rows that caused it are on disk."""

from trading_bot.domain.order import OrderRequest, OrderTerms
from trading_bot.domain.values import dataclass
from trading_bot.engine.alert_kinds import AlertKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrder:
    """Send a new order."""

    request: OrderRequest
    expires_at_ms: int | None = None
    """Session time after which an entry that still waits in the queue is let go; None for exits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyOrder:
    """Ask for new terms of an order of ours."""

    tag: str
    order_id: str
    terms: OrderTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """Ask for the cancellation of an order; `tag` is None when it is not ours (panic only)."""

    tag: str | None
    order_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBooks:
    """Read orders and trades now, without waiting for the next round."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPositions:
    """Read positions, with the books around them, without waiting for the next round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchTag:
    """Look for an order whose answer was lost."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectFeed:
    """Give the feed's connection up and seek a new one: it is open and says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadBand:
    """Read the price limits of an instrument again: an order was not taken, or prices lie outside of them."""

    instrument_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefillHistory:
    """Fetch history again: the feed was silent and candles are missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Tell a person."""

    kind: AlertKind
    level: str
    """info, warning or critical."""
    text: str


OrderCommand = PlaceOrder | ModifyOrder | CancelOrder
Command = (
    OrderCommand | ReadBooks | ReadPositions | ReadBand | SearchTag | ReconnectFeed | RefillHistory | Alert
)
