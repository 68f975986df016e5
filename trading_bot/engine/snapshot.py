"""What the running daemon looks like at one moment: frozen values that readers get instead of the state.

Prices are paise, money is Decimal rupees, times are epoch milliseconds. None means "not known (yet)".
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trading_bot.domain.order import Order, OrderStatus, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction

_WELL = frozenset({"starting", "running", "done"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHeader:
    """What runs, and where in the session it is."""

    mode: str
    session_on: date
    now_ms: int
    """Session time."""
    phase: str
    """pre_open, open, closing_auction or closed; in replay as the simulator says."""
    data: str
    """Where prices come from, in a few words."""
    speed: float = 1.0
    """Session seconds per wall second."""
    run_id: str | None = None
    """The name of the run's report, where it is known before."""
    state: str = "trading"
    """What the daemon is doing: waiting for login, recovering, trading, halted, needs login, idle …"""
    reason: str = ""
    """Why it is in that state, or until when; empty while it trades."""
    ramp: str = ""
    """Where the roll-out stands and what it allows; empty where nothing is bounded or missing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolView:
    """One instrument: market, strategy and position."""

    symbol: str
    last_price: int | None = None
    previous_close: int | None = None
    last_price_age_s: float | None = None
    candle_start_ms: int | None = None
    candle_close: int | None = None
    trend: Direction | None = None
    """The side that the newest evaluation leans to."""
    score: float | None = None
    """Signed score of the newest evaluation."""
    quantity: int = 0
    """Signed units held."""
    entry_price: Decimal | None = None
    """Mean entry in rupees."""
    stop: int | None = None
    target: int | None = None
    unrealised: Decimal | None = None
    """Gross profit in rupees of what is held."""
    unprotected_s: float | None = None
    """Seconds for which what is held has had no confirmed stop or exit at the broker; 0 when it has, or
    nothing is held; None where nobody looks."""
    foreign_quantity: int | None = None
    """Signed units that others traded today and hold in the account; None where nobody looks."""
    halt: str = ""
    """Why this symbol is not entered; empty when it may be."""

    @property
    def change(self) -> float | None:
        """Change since the previous close as a fraction."""
        if self.last_price is None or not self.previous_close:
            return None
        return self.last_price / self.previous_close - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """The day so far, in rupees; net is gross minus charges, open positions included."""

    gross: Decimal = Decimal(0)
    charges: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    trades: int = 0
    winning_trades: int = 0
    signals: int = 0
    open_risk: Decimal = Decimal(0)
    loss_limit: Decimal | None = None
    """Loss at which the day halts."""
    longest_unprotected_s: float = 0.0
    """The longest time today for which a position had no confirmed stop or exit at the broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """One order, newest state."""

    intended_at_ms: int
    symbol: str
    side: Side
    purpose: Purpose
    order_type: OrderType
    quantity: int
    filled_quantity: int
    price: int
    trigger_price: int
    status: OrderStatus
    tag: str
    message: str = ""


def order_view(order: Order, symbol: str) -> OrderView:
    """What is shown of an order of the book."""
    return OrderView(
        intended_at_ms=order.intended_at_ms,
        symbol=symbol,
        side=order.request.side,
        purpose=order.request.purpose,
        order_type=order.terms.order_type,
        quantity=order.terms.quantity,
        filled_quantity=order.filled_quantity,
        price=order.terms.price,
        trigger_price=order.terms.trigger_price,
        status=order.status,
        tag=order.tag,
        message=order.message,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBudget:
    """One window of the order-rate gate."""

    window_s: int
    used: int
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """One worker as its supervisor sees it."""

    name: str
    state: str
    """starting, running, waiting to restart, needs login, done, or stopped."""
    restarts: int = 0
    heartbeat_age_s: float | None = None

    @property
    def is_well(self) -> bool:
        """Whether it does what it should."""
        return self.state in _WELL


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceUse:
    """What the process takes of the machine; it stays level from day to day."""

    tasks: int
    """Tasks of the event loop."""
    threads: int
    descriptors: int | None = None
    """Open files and sockets."""
    resident_mb: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that a person was or should be told."""

    at_ms: int
    level: str
    """info, warning or critical."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that the surfaces show."""

    run: RunHeader
    day: DayView = DayView()
    symbols: tuple[SymbolView, ...] = ()
    orders: tuple[OrderView, ...] = ()
    """The day's orders, oldest first."""
    budgets: tuple[RateBudget, ...] = ()
    workers: tuple[WorkerView, ...] = ()
    is_confirmed_flat: bool | None = None
    """Whether complete reads since the newest panic and fill show no live order and no position, whoever
    opened them; None while nobody asks the broker."""
    halts: tuple[str, ...] = ()
    """Why nothing new is entered; empty while trading is allowed."""
    overlays: tuple[str, ...] = ()
    """What surrounds the market and what follows from it for entries; empty where no overlay is on."""
    notices: tuple[Notice, ...] = ()
    """Newest last."""
    feed_age_s: float | None = None
    """Wall seconds since the last frame."""
    loop_lag_ms: float | None = None
    resources: ResourceUse | None = None
    """Measured where somebody asks for the status only."""
