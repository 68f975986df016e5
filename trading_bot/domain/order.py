"""Orders: what we intend, what the broker reports, and the only transitions that are legal between them."""

from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from trading_bot.domain.errors import IllegalTransitionError
from trading_bot.domain.instrument import Product
from trading_bot.domain.slots import changed
from trading_bot.domain.values import dataclass


class Side(StrEnum):
    """Buy or sell, spelled as on the wire."""

    BUY = "BUY"
    SELL = "SELL"

    def __init__(self, word: str) -> None:
        self.sign = 1 if word == "BUY" else -1

    @property
    def opposite(self) -> "Side":
        """The side that closes what this side opened."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrderType(StrEnum):
    """Order types, spelled as on the wire."""

    LIMIT = "LIMIT"
    MARKET = "MARKET"
    STOP_LIMIT = "SL"
    STOP_MARKET = "SL-M"

    @property
    def has_trigger(self) -> bool:
        """Whether the order sleeps until its trigger price trades."""
        return self in (OrderType.STOP_LIMIT, OrderType.STOP_MARKET)


class Validity(StrEnum):
    """How long an order lives, spelled as on the wire."""

    DAY = "DAY"
    IMMEDIATE_OR_CANCEL = "IOC"


class Purpose(StrEnum):
    """Why an order exists; exits outrank entries wherever they compete."""

    ENTRY = "entry"
    STOP = "stop"
    EXIT = "exit"


_TERMINAL_WORDS = frozenset({"filled", "cancelled", "rejected", "refused", "absent", "dropped"})


class OrderStatus(StrEnum):
    """The life of an order as we know it.

    `IN_DOUBT` is the answer to a call whose outcome nobody told us: it counts as live for exits and as filled
    for exposure until the broker's books settle it.
    """

    INTENDED = "intended"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    ACKNOWLEDGED = "acknowledged"
    OPEN = "open"
    TRIGGER_PENDING = "trigger_pending"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    REFUSED = "refused"
    ABSENT = "absent"
    DROPPED = "dropped"

    def __init__(self, word: str) -> None:
        self.is_terminal = word in _TERMINAL_WORDS
        """Whether nothing can follow but a late fill, or the late appearance of what was taken for absent."""
        self.is_live = not self.is_terminal
        """Whether the order may still trade, as far as we can tell."""


_BROKER_STATES = frozenset(
    {
        OrderStatus.ACKNOWLEDGED,
        OrderStatus.OPEN,
        OrderStatus.TRIGGER_PENDING,
        OrderStatus.FILLED,
        OrderStatus.CANCELLED,
        OrderStatus.REJECTED,
    }
)
_RESTING_STATES = frozenset(
    {
        OrderStatus.OPEN,
        OrderStatus.TRIGGER_PENDING,
        OrderStatus.FILLED,
        OrderStatus.CANCELLED,
        OrderStatus.REJECTED,
    }
)

TRANSITIONS: MappingProxyType[OrderStatus, frozenset[OrderStatus]] = MappingProxyType(
    {
        OrderStatus.INTENDED: frozenset({OrderStatus.SENT, OrderStatus.DROPPED, OrderStatus.IN_DOUBT}),
        OrderStatus.SENT: frozenset({OrderStatus.IN_DOUBT, OrderStatus.REFUSED}) | _BROKER_STATES,
        OrderStatus.IN_DOUBT: frozenset({OrderStatus.ABSENT, OrderStatus.REFUSED}) | _BROKER_STATES,
        OrderStatus.ACKNOWLEDGED: _RESTING_STATES | {OrderStatus.IN_DOUBT, OrderStatus.ABSENT},
        OrderStatus.OPEN: _RESTING_STATES - {OrderStatus.OPEN},
        OrderStatus.TRIGGER_PENDING: _RESTING_STATES - {OrderStatus.TRIGGER_PENDING},
        OrderStatus.FILLED: frozenset(),
        OrderStatus.CANCELLED: frozenset(),
        OrderStatus.REJECTED: frozenset(),
        OrderStatus.REFUSED: _BROKER_STATES,
        OrderStatus.ABSENT: _BROKER_STATES,
        OrderStatus.DROPPED: frozenset(),
    }
)
"""From each status to those that may follow. An open order sleeps again when it is modified into a stop;
an order that was taken for refused or absent is adopted when the broker shows it after all. One that was
acknowledged and that no read shows is in doubt again, or absent where the broker denies that it holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTerms:
    """The part of an order that a modification can change. Prices in paise, 0 where the type has none."""

    order_type: OrderType
    quantity: int
    """Total quantity in units, filled part included."""
    price: int = 0
    trigger_price: int = 0
    validity: Validity = Validity.DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """An intent: what we want the broker to hold for us, before anyone is asked."""

    tag: str
    instrument_key: str
    side: Side
    product: Product
    purpose: Purpose
    terms: OrderTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An intent and what became of it."""

    request: OrderRequest
    status: OrderStatus
    terms: OrderTerms
    """The terms that the broker is known to hold; those of the request until it reports others."""
    intended_at_ms: int
    order_id: str | None = None
    filled_quantity: int = 0
    """Units covered by applied fills."""
    reported_filled_quantity: int = 0
    """Units that the broker says are filled; ahead of `filled_quantity` until the trades are read."""
    annulled_quantity: int = 0
    """Units that traded and whose trades the exchange took back: they do not trade again."""
    assumed_quantity: int = 0
    """Units of the applied fills that no trade row has shown yet."""
    requested_terms: OrderTerms | None = None
    """A modification that was sent and is not yet confirmed."""
    cancel_requested: bool = False
    changed_at_ms: int = 0
    """When the last place, modify or cancel was asked for."""
    seen_at_ms: int = 0
    """When we last learned something of it: a read that was sent before cannot know better."""
    refused_changes: int = 0
    """Modifications and cancellations that the broker did not carry out."""
    unseen_quantity: int = 0
    """The most units that a modification asked for which no read showed: it may still arrive."""
    unseen_at_ms: int = 0
    """When the newest of these was sent."""
    is_unjudged: bool = False
    """Whether it was refused for token, rate or connection: the same order may be taken later."""
    message: str = ""

    @property
    def tag(self) -> str:
        """The mark by which the order is found at the broker."""
        return self.request.tag

    @property
    def spent_quantity(self) -> int:
        """Units that have traded, whatever became of the trades."""
        return self.filled_quantity + self.annulled_quantity

    @property
    def remaining_quantity(self) -> int:
        """Units that may still trade."""
        return 0 if self.status.is_terminal else max(0, self.terms.quantity - self.spent_quantity)

    @property
    def worst_case_quantity(self) -> int:
        """Units that may still trade under whichever terms the broker turns out to hold."""
        if self.status.is_terminal:
            return 0
        wanted = self.requested_terms.quantity if self.requested_terms else 0
        return max(0, max(self.terms.quantity, wanted) - self.spent_quantity)

    @property
    def is_change_pending(self) -> bool:
        """Whether a modification or a cancellation waits for its outcome."""
        return self.requested_terms is not None or self.cancel_requested

    def advanced(self, status: OrderStatus, **changes: object) -> "Order":
        """Return the order in its next status.

        Raises IllegalTransitionError when the table does not allow the step.
        """
        if status is not self.status and status not in TRANSITIONS[self.status]:
            raise IllegalTransitionError(self.tag, self.status, status)
        return changed(self, {**changes, "status": status})


class ChangeResult(StrEnum):
    """How a modification or cancellation ended."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    NOT_SEEN = "not_seen"
    """Its outcome was unknown and a later complete read shows the old terms."""
    NOT_AUTHORISED = "not_authorised"
    """The access token was not accepted: the broker has not looked at the change."""
    RATE_LIMITED = "rate_limited"
    """Too many calls: the broker has not looked at the change."""
    NOT_SENT = "not_sent"
    """It was decided before nothing ran for a while, and has not left since."""


class ReportedChange(StrEnum):
    """What a broker's row says about the newest modification or cancellation."""

    PENDING = "pending"
    MODIFIED = "modified"
    NOT_MODIFIED = "not_modified"
    NOT_CANCELLED = "not_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReport:
    """One row of the broker's order book or order stream, in our words."""

    order_id: str
    tag: str | None
    instrument_key: str
    side: Side
    product: Product
    status: OrderStatus
    """One of acknowledged, open, trigger_pending, filled, cancelled, rejected."""
    terms: OrderTerms
    filled_quantity: int
    average_price: Decimal | None
    """Mean of the fills in rupees; None until something filled."""
    message: str = ""
    change: ReportedChange | None = None
    placed_by: str = ""
    reported_at_ms: int = 0
    """The broker's own time of the row; 0 where it tells none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """One trade of one order."""

    trade_id: str
    order_id: str
    instrument_key: str
    side: Side
    quantity: int
    price: int
    """In paise."""
    filled_at_ms: int
    by_broker: bool = False
    """Whether the broker's own desk traded it, which costs a fee."""

    @property
    def value(self) -> int:
        """Quantity times price, in paise."""
        return self.quantity * self.price
