"""What the book holds: orders, fills, positions, trades, counters and halts, and how they are looked up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from trading_bot.domain import events as ev
from trading_bot.domain.order import Fill, Order
from trading_bot.domain.position import Position
from trading_bot.domain.trade import ClosedTrade, Trade


@dataclass(slots=True)
class BookState:
    """What we own and owe. Only `Book.apply` changes it."""

    on: date | None = None
    epoch: int = 0
    settings_hash: str = ""
    last_intent: int = 0
    last_trade_id: int = 0
    orders: dict[str, Order] = field(default_factory=dict)
    """Today's orders by tag."""
    tags_by_order_id: dict[str, str] = field(default_factory=dict)
    trade_id_by_tag: dict[str, int | None] = field(default_factory=dict)
    tags_by_trade_id: dict[int, list[str]] = field(default_factory=dict)
    fills: dict[str, Fill] = field(default_factory=dict)
    """Today's applied fills by `fill_id`."""
    annulled: dict[str, Fill] = field(default_factory=dict)
    """Today's fills that the exchange took back, by `fill_id`."""
    explained: dict[str, Fill] = field(default_factory=dict)
    """Trades that were shown after their units had been applied, by `fill_id`."""
    positions: dict[str, Position] = field(default_factory=dict)
    """Our own open positions by instrument."""
    trades: dict[int, Trade] = field(default_factory=dict)
    """Trades that are not closed yet."""
    trade_id_by_instrument: dict[str, int] = field(default_factory=dict)
    closed_trades: list[ClosedTrade] = field(default_factory=list)
    """Today's."""
    trades_today: int = 0
    symbol_trades_today: dict[str, int] = field(default_factory=dict)
    counted_trades: set[int] = field(default_factory=set)
    """Trades with a place in these counts: those of strategies, not what only closes something."""
    entry_times_ms: list[int] = field(default_factory=list)
    last_entry_ms: dict[str, int] = field(default_factory=dict)
    losing_streaks: dict[str, int] = field(default_factory=dict)
    denials_today: int = 0
    signals_today: int = 0
    halts: dict[tuple[ev.HaltScope, str, str], ev.HaltRaised] = field(default_factory=dict)
    """By scope, subject and reason."""
    is_panicking: bool = False
    foreign_orders: dict[str, ev.ForeignOrderSeen] = field(default_factory=dict)
    emergency_tags: set[str] = field(default_factory=set)
    """Tags that were given while this book could not be read; their orders are foreign, yet not unknown."""
    foreign_cancels: dict[str, ev.ForeignCancelIntended] = field(default_factory=dict)
    """Cancellations of others' orders whose outcome is open, by order id."""
    adopted: dict[str, int] = field(default_factory=dict)
    """Signed units of foreign trades that count as ours today, by instrument."""
    adoptions: dict[int, ev.PositionAdopted] = field(default_factory=dict)
    """What panic took over today, by trade, less what has proved to be ours."""
    differences: dict[str, ev.DifferenceFound] = field(default_factory=dict)
    incidents_today: int = 0
    incident_kinds: set[str] = field(default_factory=set)
    """Kinds of today's incidents: what is told once a day is not told again after a restart."""
    is_day_closed: bool = False

    def trade_of(self, instrument_key: str) -> Trade | None:
        """The trade that is open, or pending, in an instrument."""
        trade_id = self.trade_id_by_instrument.get(instrument_key)
        return None if trade_id is None else self.trades[trade_id]

    def orders_of(self, trade_id: int) -> Iterator[Order]:
        """All orders of a trade, oldest first."""
        return (self.orders[tag] for tag in self.tags_by_trade_id.get(trade_id, ()))

    def live_orders(self) -> Iterator[Order]:
        """Orders that may still trade."""
        return (order for order in self.orders.values() if order.status.is_live)

    def order_by_id(self, order_id: str) -> Order | None:
        """Our order that the broker calls by this id."""
        tag = self.tags_by_order_id.get(order_id)
        return None if tag is None else self.orders[tag]

    def position_of(self, instrument_key: str) -> Position:
        """Our position in an instrument, flat when there is none."""
        return self.positions.get(instrument_key) or _flat(instrument_key)


@lru_cache(maxsize=4096)
def _flat(instrument_key: str) -> Position:
    return Position(instrument_key=instrument_key)


def fill_id(fill: Fill) -> str:
    """What makes a fill unique: exchanges number trades on their own, so the order takes part."""
    return f"{fill.order_id}/{fill.trade_id}"
