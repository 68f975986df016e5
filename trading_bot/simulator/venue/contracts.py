"""The values that the simulator's parts exchange: market in, orders in, broker's rows out.

Prices are integer paise, times are epoch milliseconds of session time. Statuses are the broker's own words.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderType, Side, Validity

# --- the market -------------------------------------------------------------------------------------------


ACCOUNT_USER = "SIM001"
"""Who places what no one else is named for: the user of the account."""


class Level(NamedTuple):
    """One level of depth on one side."""

    price: int
    quantity: int


class MarketUpdate(NamedTuple):
    """The newest state of one instrument: its last trade, its running volume and the depth after it."""

    instrument_key: str
    last_price: int
    last_quantity: int
    """Units of the last trade; 0 for an index."""
    traded_at_ms: int
    day_volume: int
    """Units traded today so far; 0 throughout where the source has no volume."""
    bids: tuple[Level, ...] = ()
    """Best first, at most five; empty for an index."""
    asks: tuple[Level, ...] = ()


class MarketMoment(NamedTuple):
    """Everything that changed at one instant."""

    at_ms: int
    updates: tuple[MarketUpdate, ...]


class MarketSource(Protocol):
    """One trading day of some instruments, and the history before it."""

    @property
    def on(self) -> date:
        """The trading day."""
        ...

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """What trades, or is published, on that day."""
        ...

    @property
    def description(self) -> str:
        """What the data is, in words for a report."""
        ...

    def previous_close(self, instrument_key: str) -> int:
        """Close of the session before, in paise."""
        ...

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """1-minute candles of earlier sessions inside the range, oldest first; never of the day itself."""
        ...

    def moments(self) -> Iterator[MarketMoment]:
        """Yield the day in time order; the same sequence each time it is called."""
        ...


# --- the broker ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A place request after its JSON was read, before any rule was checked."""

    instrument_key: str
    side: Side
    quantity: int
    product: Product
    order_type: OrderType
    validity: Validity
    price: int
    trigger_price: int
    disclosed_quantity: int = 0
    tag: str | None = None
    slice: bool = False
    market_protection_pct: Decimal = Decimal(0)
    """0 none, -1 automatic, else percent."""
    placed_by: str = ACCOUNT_USER
    is_amo: bool = False
    """Whether it is kept for the session's start when it comes outside the hours (after-market order)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangedTerms:
    """A modify request after its JSON was read; `quantity` None leaves it unchanged."""

    order_id: str
    order_type: OrderType
    validity: Validity
    price: int
    trigger_price: int
    quantity: int | None = None
    market_protection_pct: Decimal = Decimal(0)


class VenueRefusal(Exception):  # noqa: N818  # it is the broker's word for the answer, not a failure of ours
    """The broker's API does not take the request: HTTP status and UDAPI code of the answer."""

    def __init__(self, http_status: int, code: str, message: str, property_path: str | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.http_status = http_status
        self.code = code
        self.message = message
        self.property_path = property_path


class OrderRow(NamedTuple):
    """One state of one order, as the order book, its history and the stream show it."""

    order_id: str
    exchange_order_id: str
    instrument_key: str
    trading_symbol: str
    side: Side
    product: Product
    order_type: OrderType
    validity: Validity
    quantity: int
    filled_quantity: int
    disclosed_quantity: int
    price: int
    trigger_price: int
    average_price: Decimal
    """Rupees; 0 until something filled."""
    status: str
    """The broker's words, for example ``trigger pending``."""
    status_message: str
    tag: str | None
    placed_by: str
    ordered_at_ms: int
    exchange_at_ms: int
    """0 until the exchange said something."""
    is_amo: bool = False
    """Whether the broker kept it for the session's start."""

    @property
    def pending_quantity(self) -> int:
        """Units still to trade."""
        return self.quantity - self.filled_quantity


class TradeRow(NamedTuple):
    """One fill at the exchange."""

    trade_id: str
    order_id: str
    exchange_order_id: str
    instrument_key: str
    trading_symbol: str
    side: Side
    product: Product
    order_type: OrderType
    quantity: int
    price: int
    traded_at_ms: int
    ordered_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRow:
    """Net position of the day in one instrument and product; values in paise."""

    instrument_key: str
    trading_symbol: str
    product: Product
    quantity: int
    buy_quantity: int
    buy_value: int
    sell_quantity: int
    sell_value: int
    last_price: int
    close_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsRow:
    """Rupees."""

    opening_balance: Decimal
    available: Decimal
    used_margin: Decimal
    realised: Decimal
    unrealised: Decimal


OrderListener = Callable[[OrderRow], None]
"""Called with every state that the broker's stream would push."""


class BrokerCore(Protocol):
    """The pure pretend exchange and broker: it moves only when it is told the time or given the market."""

    @property
    def now_ms(self) -> int:
        """Session time that it has been advanced to."""
        ...

    @property
    def instruments(self) -> Sequence[Instrument]:
        """What it lists."""
        ...

    def subscribe(self, listener: OrderListener) -> None:
        """Add a listener to the order stream."""
        ...

    def advance(self, to_ms: int) -> None:
        """Let everything happen that is due up to this session time: hops, rejects, square-off, auction."""
        ...

    def on_market(self, moment: MarketMoment) -> None:
        """Advance to the moment and match against the new prices and depth."""
        ...

    def place(self, order: NewOrder) -> tuple[str, ...]:
        """Take an order at `now_ms` and return its ids (several when sliced). Raises VenueRefusal."""
        ...

    def modify(self, change: ChangedTerms) -> None:
        """Take a modification request. Raises VenueRefusal."""
        ...

    def cancel(self, order_id: str) -> None:
        """Take a cancellation request. Raises VenueRefusal."""
        ...

    def exit_all(self, tag: str | None = None, segment: str | None = None) -> tuple[str, ...]:
        """Place protected market orders against every open intraday or derivative position; their ids."""
        ...

    def cancel_all(self, tag: str | None = None, segment: str | None = None) -> tuple[str, ...]:
        """Ask for the cancellation of open orders, after-market orders included; their ids."""
        ...

    def is_in_session(self, instrument_key: str) -> bool:
        """Whether the hours of an instrument have begun and are not over."""
        ...

    def order_rows(self) -> tuple[OrderRow, ...]:
        """Latest state of every order of the day."""
        ...

    def order_history(self, *, order_id: str | None = None, tag: str | None = None) -> tuple[OrderRow, ...]:
        """All states of one order, or of all orders with a tag. Raises VenueRefusal when there are none."""
        ...

    def trade_rows(self, order_id: str | None = None) -> tuple[TradeRow, ...]:
        """Fills of the day, or of one order."""
        ...

    def position_rows(self) -> tuple[PositionRow, ...]:
        """Positions of the day, closed ones included."""
        ...

    def funds(self) -> FundsRow:
        """Cash and margin now."""
        ...

    def required_margin(self, orders: Sequence[NewOrder]) -> Decimal:
        """Margin in rupees that these orders together would need."""
        ...

    def market(self, instrument_key: str) -> MarketUpdate | None:
        """Newest market state of an instrument; None before its first."""
        ...

    def band(self, instrument_key: str) -> tuple[int, int]:
        """Lower and upper price limit in paise."""
        ...

    def ledger(self) -> dict[str, object]:
        """The true record for a checker: orders, trades, positions, charges by line, net_pnl; JSON-ready."""
        ...
