"""A day as the journal tells it: trades with their fills and stops, signals, orders, notices."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from trading_bot.domain.events import DayClosed, EntryDenied
from trading_bot.domain.order import Fill, Order, Purpose, Side
from trading_bot.domain.position import Position
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trade import ClosedTrade, Trade
from trading_bot.report.day.order_life import OrderStep


class StopLevel(NamedTuple):
    """The stop of a trade from a moment on; price in paise."""

    at_ms: int
    price: int


class _Units(NamedTuple):
    quantity: int
    value: int


class Brought(NamedTuple):
    """What a trade got, or gave, without a fill: overnight, from others under panic, by an annulled trade."""

    at_ms: int
    quantity: int
    """Signed units."""
    cash: int
    """Signed paise: negative for what was bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRecord:
    """One trade and everything that happened to it today."""

    trade: Trade
    """Its newest state."""
    fills: tuple[Fill, ...]
    """Today's, oldest first."""
    stops: tuple[StopLevel, ...]
    """Every stop level it had, the first one from its plan."""
    closed: ClosedTrade | None
    evaluation: Evaluation | None
    """What the strategy saw; None when no signal led to it."""
    brought: Brought | None = None

    @property
    def has_traded(self) -> bool:
        """Whether anything was bought or sold for it, today or before."""
        return bool(self.fills) or self.brought is not None

    @property
    def entries(self) -> tuple[Fill, ...]:
        """Today's fills that opened or enlarged it."""
        return self._fills_on(self.trade.entry_side)

    @property
    def exits(self) -> tuple[Fill, ...]:
        """Today's fills that closed or shrank it."""
        return self._fills_on(self.trade.exit_side)

    def _fills_on(self, side: Side) -> tuple[Fill, ...]:
        return tuple(fill for fill in self.fills if fill.side is side)

    @property
    def entered_quantity(self) -> int:
        """Units entered, whenever."""
        return self._brought(1).quantity + sum(fill.quantity for fill in self.entries)

    @property
    def entered_value(self) -> int:
        """Paise at which they were entered."""
        return self._brought(1).value + sum(fill.value for fill in self.entries)

    @property
    def exited_quantity(self) -> int:
        """Units that left it again."""
        return self._brought(-1).quantity + sum(fill.quantity for fill in self.exits)

    @property
    def exited_value(self) -> int:
        """Paise at which they left."""
        return self._brought(-1).value + sum(fill.value for fill in self.exits)

    def _brought(self, sign: int) -> "_Units":
        """What came without a fill: 1 as an entry, -1 in the place of an exit that was annulled."""
        if self.brought is None or self.brought.quantity * self.trade.direction.sign * sign <= 0:
            return _Units(0, 0)
        return _Units(abs(self.brought.quantity), abs(self.brought.cash))

    @property
    def open_quantity(self) -> int:
        """Signed units that are still held."""
        return self.trade.direction.sign * (self.entered_quantity - self.exited_quantity)

    @property
    def cash(self) -> int:
        """Signed paise that flowed for it, before charges."""
        return self.trade.direction.sign * (self.exited_value - self.entered_value)

    @property
    def entered_at_ms(self) -> int | None:
        """When it was first held; None when it never was."""
        if self.brought:
            return self.brought.at_ms
        return min((fill.filled_at_ms for fill in self.entries), default=None)

    @property
    def exited_at_ms(self) -> int | None:
        """When the last unit left; None while something is held or nothing ever was."""
        if self.open_quantity or not self.exits:
            return None
        return max(fill.filled_at_ms for fill in self.exits)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRecord:
    """A signal and what became of it: a trade, or a denial."""

    at_ms: int
    evaluation: Evaluation
    trade_id: int | None
    denied: EntryDenied | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """An order and its life."""

    order: Order
    trade_id: int | None
    steps: tuple[OrderStep, ...]
    fills: tuple[Fill, ...]

    @property
    def purpose(self) -> Purpose:
        """Why it existed."""
        return self.order.request.purpose


class Notice(NamedTuple):
    """A halt, an incident, or anything else that a person should read about."""

    at_ms: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRecord:
    """One trading day, restarts merged."""

    on: date
    started_at_ms: int
    ended_at_ms: int
    """Session time of the day's first and last row."""
    restarts: int
    """How often the book was taken over again within the day."""
    program_version: str
    settings_hash: str
    trades: tuple[TradeRecord, ...]
    """By number; those that never filled included."""
    signals: tuple[SignalRecord, ...]
    orders: tuple[OrderRecord, ...]
    """In the order of their intents."""
    notices: tuple[Notice, ...]
    positions: tuple[Position, ...]
    """What the book still holds."""
    is_panicking: bool
    closing: DayClosed | None
    """None when the day was not ended by the program."""
