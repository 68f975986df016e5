"""All that a decision may look at: the book, the market view, and what we know of the account."""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import Fill, Order, OrderReport, OrderStatus
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine.book import Book
from trading_bot.engine.market_view import MarketView, Series, Standstill
from trading_bot.engine.rate_gate import RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.risk.settings import RiskSettings
from trading_bot.strategies.strategy import Strategy

_REFUSALS_BEFORE_PAUSE = 3
_PAUSE_MS = 8 * MS_PER_SECOND

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
    contradicted: set[str] = field(default_factory=set)
    """Instruments whose last price lay outside their band when that was read."""


@dataclass(slots=True)
class Doubt:
    """The search for an order whose answer was lost."""

    since_ms: int
    next_search_ms: int
    delay_ms: int = 1_000
    absent_reads_ms: list[int] = field(default_factory=list)
    """When the complete reads were sent that did not show it."""
    is_ambiguous: bool = False
    """Whether an order without its tag may be it: then absence proves nothing until a person has looked."""
    is_looked_at: bool = False
    """Whether a person has: the same orders may stay for the day, and are asked about once."""


@dataclass(slots=True)
class State:
    """The engine's whole state; one owner, behind one lock."""

    settings: EngineSettings
    risk: RiskSettings
    strategies: Sequence[Strategy]
    charges_so_far: ChargesSoFar
    stops_in_time: int = RateSettings().calls_within(EngineSettings().unprotected_s)
    """How many stops leave before a position counts as unprotected: an entry may have no more slices."""
    keeps_traces: bool = True
    """Whether what strategies say is handed on for the record; where nobody records it, it is for nothing."""
    book: Book = field(default_factory=Book)
    market: MarketView = field(default_factory=MarketView)
    account: Account = field(default_factory=Account)
    outlook: DayOutlook = field(default_factory=DayOutlook)
    """What overlays know of the day beforehand."""
    now_ms: int = 0
    is_stopping: bool = False
    """Whether the process is about to end: nothing is entered any more."""
    is_recovered: bool = False
    """Whether a complete read of orders, trades and positions followed the start."""
    books_read_at_ms: int = 0
    positions_read_at_ms: int = 0
    positions_wanted_at_ms: int = 0
    """When they were last asked for beside their beat, because they differ."""
    failed_reads: Counter[str] = field(default_factory=Counter)
    """How often in a row a read has failed, by what was read."""
    told_failures_ms: dict[str, int] = field(default_factory=dict)
    """When a failed read was last told, by what was read."""
    blind_since_ms: int = 0
    """Since when the books have not been read after time was lost; 0 when they have, or at a start."""
    time_lost_at_ms: int = 0
    """When a gap ended in which nothing ran: a read that was sent before does not tell what came of it."""
    panic_asked_at_ms: int = 0
    """When panic was last asked for, or taken over: what was read before does not show that it is done."""
    flat_reads_ms: deque[int] = field(default_factory=lambda: deque(maxlen=2))
    """When the newest complete reads in a row were sent that showed nothing open."""
    newest_report_ms: dict[str, int] = field(default_factory=dict)
    """The broker's own time of the newest row that it showed of each order of ours, by tag."""
    old_terms_since_ms: dict[str, int] = field(default_factory=dict)
    """Since when rows of the newest second show other terms than the known ones, by tag."""
    refusal_shown_ms: dict[str, int] = field(default_factory=dict)
    """The broker's own time of the row that last showed a change of ours refused, by tag."""
    last_fill_seen_ms: int = 0
    """When a fill was last taken, ours or not."""
    doubts: dict[str, Doubt] = field(default_factory=dict)
    mismatches: dict[str, int] = field(default_factory=dict)
    """Position differences seen once, by instrument: the broker's quantity. A second sight confirms."""
    agreed: set[str] = field(default_factory=set)
    """Instruments whose position was found equal to the broker's once today."""
    told_differences_ms: dict[str, int] = field(default_factory=dict)
    """When a person was last told of a difference that lasts, by instrument."""
    foreign_quantity: dict[str, int] = field(default_factory=dict)
    """Signed units that others traded today, by instrument."""
    broker_quantity: dict[str, int] = field(default_factory=dict)
    """Signed units that the broker last reported, by instrument."""
    broker_products: dict[str, Product] = field(default_factory=dict)
    """How the broker carries what is not flat."""
    refused_cancels_ms: dict[str, int] = field(default_factory=dict)
    """When the cancellation of an order of others was last not carried out, by order id."""
    shown_foreign_orders: tuple[str, ...] = ()
    """Ids of live orders that were not known to be ours when the last complete read showed them."""
    unsettled_since_ms: dict[str, int] = field(default_factory=dict)
    """Orders with reported fills whose trades complete reads do not show, and since when, by tag."""
    suspects_ms: dict[str, int] = field(default_factory=dict)
    """Orders whose rows take back what was reported, and since when, by tag."""
    bare_since_ms: dict[int, int] = field(default_factory=dict)
    """Since when trades have been without a confirmed protection, by trade id."""
    still_trades: dict[int, int] = field(default_factory=dict)
    """Since when the exchange has stood still in the instruments of trades, by trade id."""
    watched_at_ms: int = 0
    """When the protection of all trades was last looked at."""
    longest_bare_s: float = 0.0
    """The longest time today for which a position was without a confirmed protection."""
    missing_since_ms: dict[str, int] = field(default_factory=dict)
    """Orders that complete reads have shown and do not show any more, and since when, by tag."""
    trades_gone_since_ms: dict[str, int] = field(default_factory=dict)
    """Applied trades that complete reads do not list any more, and since when, by `fill_id`."""
    listed_trades: dict[str, Fill] = field(default_factory=dict)
    """Trades of the day that complete reads have listed, whoever traded, by `fill_id`."""
    positions_behind_ms: dict[str, int] = field(default_factory=dict)
    """Instruments whose newest read position lacks listed trades, and since when."""
    others_gone_since_ms: dict[str, int] = field(default_factory=dict)
    """The same of trades of others that closed units of ours."""
    trades_back: dict[str, str] = field(default_factory=dict)
    """Annulled trades that the newest complete read lists, and their orders' tags, by `fill_id`."""
    is_trade_list_empty: bool = True
    """Whether the newest complete read listed no trade at all."""
    told_of: set[str] = field(default_factory=set)
    """Marks of what a person was told today: tags, order ids, `fill_id`s, or what is wrong with a trade."""
    told_suspects: set[str] = field(default_factory=set)
    """Orders of which a person was told that their rows contradict."""
    told_unseen: set[str] = field(default_factory=set)
    """Stops and exits of which a person was told that they do not rest."""
    account_user: str = ""
    """Whom the broker's rows name as placer of our own orders; empty until one was seen."""
    desk_orders: dict[str, OrderReport] = field(default_factory=dict)
    """Newest rows of the orders that the broker itself placed, by order id."""
    foreign_traded: dict[str, int] = field(default_factory=dict)
    """Units that each order of others traded, as of the last complete read."""
    rate_refusals: int = 0
    """Calls in a row that the broker's rate limiter refused, or that found no connection."""
    token_refusals: int = 0
    """Order calls in a row that were refused for the token, whatever reads said."""
    rate_limited_until_ms: int = 0
    """Until when nothing is asked for after such a refusal."""
    lost_exits: set[str] = field(default_factory=set)
    """Exits that somebody else cancelled, by tag."""
    rejections_ms: deque[int] = field(default_factory=lambda: deque(maxlen=100))
    charges_cache: tuple[date | None, int, Decimal] = (None, 0, ZERO)
    """Day and number of changes to the fills for which the charges were computed, and the charges."""
    switched_off: dict[str, str] = field(default_factory=dict)
    """Strategies that raised an error, and which."""

    def charges(self) -> Decimal:
        """Charges of today's fills in rupees, computed anew only when a fill was added."""
        on, count = self.book.on, len(self.book.fills) + 2 * len(self.book.annulled)
        if self.charges_cache[:2] != (on, count):
            self.charges_cache = (on, count, self.charges_so_far(self.book))
        return self.charges_cache[2]

    def band_of(self, instrument_key: str) -> tuple[int, int] | None:
        """The price limits of an instrument; None where they are not known, or not any more.

        Bands widen during the day: one that the price has left is an old one.
        """
        band = self.account.bands.get(instrument_key)
        last_price = self.market.last_price(instrument_key)
        if band is None or (last_price and not band[0] <= last_price <= band[1]):
            return None
        return band

    @property
    def open_foreign_orders(self) -> tuple[str, ...]:
        """Ids of live orders of others, as of the last complete read, less what proved to be ours since."""
        known = self.book.foreign_orders
        return tuple(order_id for order_id in self.shown_foreign_orders if order_id in known)

    def begin_day(self) -> None:
        """Forget what was only true yesterday: limits, margins, and what the broker's books said."""
        self.account = Account()
        self.market.phases.clear()
        self.market.phases_at_ms.clear()
        self.market.standstill = Standstill()
        self.is_recovered = False
        self.books_read_at_ms = self.positions_read_at_ms = self.blind_since_ms = 0
        self.flat_reads_ms.clear()
        self.shown_foreign_orders = ()
        self.watched_at_ms, self.longest_bare_s = 0, 0.0
        self.rate_refusals = self.token_refusals = self.rate_limited_until_ms = 0
        self.lost_exits.clear()
        self.still_trades.clear()
        self.told_suspects.clear()
        self.told_unseen.clear()
        self.told_of.clear()
        for known in (
            self.doubts,
            self.mismatches,
            self.agreed,
            self.told_differences_ms,
            self.failed_reads,
            self.foreign_quantity,
            self.broker_quantity,
            self.broker_products,
            self.refused_cancels_ms,
            self.unsettled_since_ms,
            self.suspects_ms,
            self.missing_since_ms,
            self.trades_gone_since_ms,
            self.others_gone_since_ms,
            self.listed_trades,
            self.positions_behind_ms,
            self.trades_back,
            self.desk_orders,
            self.foreign_traded,
            self.newest_report_ms,
            self.old_terms_since_ms,
            self.refusal_shown_ms,
            self.bare_since_ms,
        ):
            known.clear()


def has_unsettled_fills(order: Order) -> bool:
    """Whether the broker reports fills that were not applied yet."""
    return order.reported_filled_quantity > order.filled_quantity + order.annulled_quantity


def is_changeable(order: Order) -> bool:
    """Whether the broker holds the order and nothing is being asked of it."""
    return (
        order.status in (OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING)
        and order.order_id is not None
        and not order.is_change_pending
    )


def late_growth(state: State, order: Order) -> int:
    """Units beyond its terms that a modification which no read showed may still add to a live order.

    It may be on its way as long as an order may: until the settle time is over.
    """
    is_late = state.now_ms - order.unseen_at_ms < state.settings.settle_s * MS_PER_SECOND
    return max(0, order.unseen_quantity - order.terms.quantity) if is_late and order.status.is_live else 0


def is_refused_often(state: State, order: Order) -> bool:
    """Whether changes of an order were refused so often in a row that the next one has to wait a little.

    One that the broker never takes would be asked for every second, and use up in some minutes what it allows
    in half an hour: then no exit could leave any more.
    """
    is_just_asked = state.now_ms - order.changed_at_ms < _PAUSE_MS
    return order.refused_changes >= _REFUSALS_BEFORE_PAUSE and is_just_asked


def is_silent(state: State, series: Series) -> bool:
    """Whether the feed says nothing of an instrument: for too long, or not at all."""
    longest_ms = state.risk.entries.max_data_age_s * MS_PER_SECOND
    return not state.market.is_feed_up or state.now_ms - series.seen_at_ms > longest_ms
