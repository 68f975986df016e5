"""All that a decision may look at: the book, the market view, and what we know of the account."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from trading_bot.domain.instrument import Product
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import Order, OrderStatus
from trading_bot.engine.book import Book
from trading_bot.engine.market_view import MarketView
from trading_bot.engine.settings import EngineSettings
from trading_bot.risk.settings import RiskSettings
from trading_bot.strategies.strategy import Strategy

ChargesSoFar = Callable[[Book], Decimal]
"""Charges in rupees of the fills that a book holds."""


@dataclass(slots=True)
class Account:
    """What the broker last said about money and limits; nothing is assumed before it spoke."""

    available: Decimal | None = None
    asked_at_ms: int = 0
    """When the funds were asked for: trades planned since are not in them yet."""
    margin_rates: dict[str, Decimal] = field(default_factory=dict)
    bands: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Doubt:
    """The search for an order whose answer was lost."""

    since_ms: int
    next_search_ms: int
    delay_ms: int = 1_000
    absent_reads_ms: list[int] = field(default_factory=list)
    """When the complete reads were sent that did not show it."""


@dataclass(slots=True)
class State:
    """The engine's whole state; one owner, behind one lock."""

    settings: EngineSettings
    risk: RiskSettings
    strategies: Sequence[Strategy]
    charges_so_far: ChargesSoFar
    book: Book = field(default_factory=Book)
    market: MarketView = field(default_factory=MarketView)
    account: Account = field(default_factory=Account)
    now_ms: int = 0
    is_recovered: bool = False
    """Whether a complete read of orders, trades and positions followed the start."""
    books_read_at_ms: int = 0
    positions_read_at_ms: int = 0
    panic_asked_at_ms: int = 0
    """When panic was last asked for: what was read before does not show that it is done."""
    newest_report_ms: dict[str, int] = field(default_factory=dict)
    """The broker's own time of the newest row that it showed of each order of ours, by tag."""
    bare_since_ms: dict[int, int] = field(default_factory=dict)
    """Since when a trade holds more than is known to be covered; each page begins the count anew."""
    last_fill_seen_ms: int = 0
    """When a fill was last taken, ours or not."""
    doubts: dict[str, Doubt] = field(default_factory=dict)
    mismatches: dict[str, int] = field(default_factory=dict)
    """Position differences seen once, by instrument: the broker's quantity. A second sight confirms."""
    foreign_quantity: dict[str, int] = field(default_factory=dict)
    """Signed units that others traded today, by instrument."""
    broker_quantity: dict[str, int] = field(default_factory=dict)
    """Signed units that the broker last reported, by instrument."""
    broker_products: dict[str, Product] = field(default_factory=dict)
    """How the broker carries them."""
    open_foreign_orders: tuple[str, ...] = ()
    """Ids of live orders that are not ours, as of the last complete read."""
    rejections_ms: deque[int] = field(default_factory=lambda: deque(maxlen=100))
    charges_cache: tuple[date | None, int, Decimal] = (None, 0, ZERO)
    """Day and number of fills for which the charges were computed, and the charges."""
    switched_off: dict[str, str] = field(default_factory=dict)
    """Strategies that raised an error, and which."""

    def charges(self) -> Decimal:
        """Charges of today's fills in rupees, computed anew only when a fill was added."""
        on, count = self.book.on, len(self.book.fills)
        if self.charges_cache[:2] != (on, count):
            self.charges_cache = (on, count, self.charges_so_far(self.book))
        return self.charges_cache[2]

    def begin_day(self) -> None:
        """Forget what was only true yesterday: limits, margins, and what the broker's books said."""
        self.account = Account()
        self.is_recovered = False
        self.books_read_at_ms = self.positions_read_at_ms = 0
        self.open_foreign_orders = ()
        for known in (
            self.doubts,
            self.mismatches,
            self.foreign_quantity,
            self.broker_quantity,
            self.broker_products,
            self.newest_report_ms,
            self.bare_since_ms,
        ):
            known.clear()


def has_unsettled_fills(order: Order) -> bool:
    """Whether the broker reports fills that were not applied yet."""
    return order.reported_filled_quantity > order.filled_quantity


def is_changeable(order: Order) -> bool:
    """Whether the broker holds the order and nothing is being asked of it."""
    return (
        order.status in (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)
        and order.order_id is not None
        and not order.is_change_pending
    )
