"""What the engine needs from the world, as small protocols over domain types.

Live, paper, replay and backtest differ only in which adapters stand behind these.
"""

from asyncio import Event
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from trading_bot.domain.instrument import Product
from trading_bot.domain.market_data import Candle, Frame, MarketStatus, Tick
from trading_bot.domain.order import Fill, OrderReport, OrderRequest, OrderTerms, Side
from trading_bot.domain.outlook import DayClose
from trading_bot.domain.values import dataclass
from trading_bot.engine.commands import Alert


class Clock(Protocol):
    """Session time: everything about the trading day runs on it. Wall time belongs to the adapters."""

    def now_ms(self) -> int:
        """Session time in epoch milliseconds; never goes backwards."""
        ...

    async def sleep_until(self, at_ms: int) -> None:
        """Return once session time has reached `at_ms`."""
        ...

    async def wait_for(self, event: Event, until_ms: int) -> None:
        """Return once the event is set or session time has reached `until_ms`, whichever comes first."""
        ...


# --- the broker's three-valued answers -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Accepted:
    """The broker took the request and named the order. It is not yet an order at the exchange."""

    order_id: str


class RefusalCause(StrEnum):
    """What a refusal says beyond itself."""

    NEEDS_LOGIN = "needs_login"
    """The access token was not accepted: it says nothing about the order."""
    NO_SUCH_ORDER = "no_such_order"
    """The broker holds no order of the id that was to be changed."""
    RATE_LIMITED = "rate_limited"
    """Too many calls: the same one may be taken a moment later."""
    UNREACHED = "unreached"
    """No connection to the broker came about: nothing left, and the same one may be taken a moment later."""
    NOT_SENT = "not_sent"
    """It was not sent: nothing ran for a while since it was decided, and it may not be wanted any more."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The broker provably did not take the request."""

    code: str
    message: str
    cause: RefusalCause | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody told us whether the request was taken: resolved by looking, never by resending."""

    reason: str


Outcome = Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerPosition:
    """One row of the broker's positions: net quantity of an instrument and product today."""

    instrument_key: str
    product: Product
    quantity: int
    """Signed units."""
    buy_quantity: int | None
    """Units bought today and before; None where the broker does not say."""
    sell_quantity: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What may be used for new orders."""

    available: Decimal
    """Rupees."""
    used_margin: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginQuestion:
    """What margin an order would need; price in paise, 0 for a market order."""

    instrument_key: str
    side: Side
    quantity: int
    product: Product
    price: int


class Broker(Protocol):
    """Orders out, books in. Writes return an outcome and never raise for the broker's or network's doing.

    Reads raise ReadFailedError when they fail; an empty tuple means that the broker said "nothing".
    """

    async def place(self, request: OrderRequest) -> Outcome:
        """Send a new order once."""
        ...

    async def modify(self, order_id: str, terms: OrderTerms) -> Outcome:
        """Ask for new terms; the total quantity includes the filled part."""
        ...

    async def cancel(self, order_id: str) -> Outcome:
        """Ask for a cancellation; a fill may still win."""
        ...

    async def orders(self) -> tuple[OrderReport, ...]:
        """Return the order book of the day, whoever placed the orders."""
        ...

    async def orders_by_tag(self, tag: str) -> tuple[OrderReport, ...]:
        """Return the latest row of every order that carries the tag; empty when the broker knows none."""
        ...

    async def fills(self) -> tuple[Fill, ...]:
        """Return all trades of the day."""
        ...

    async def confirm_token(self) -> None:
        """Return once the broker has shown that it knows whose token asks. Raises ReadFailedError."""
        ...

    async def is_account_active(self) -> bool:
        """Return whether the broker lets the account trade. Raises ReadFailedError."""
        ...

    async def positions(self) -> tuple[BrokerPosition, ...]:
        """Return the day's positions, closed ones included."""
        ...

    async def funds(self) -> Funds:
        """Return what is available to trade with."""
        ...

    async def margin(self, questions: Sequence[MarginQuestion]) -> Decimal:
        """Return the margin in rupees that these orders together would need."""
        ...

    async def price_bands(self, instrument_keys: Sequence[str]) -> Mapping[str, tuple[int, int]]:
        """Return today's lower and upper price limits in paise of the instruments that have them."""
        ...

    def order_updates(self) -> AsyncGenerator[OrderReport | None]:
        """Yield rows of the push stream; None each time the stream (re)connects, since it replays nothing."""
        ...


class Feed(Protocol):
    """Market data, reconnecting on its own."""

    def messages(self, instrument_keys: Sequence[str]) -> AsyncGenerator[Frame | MarketStatus | None]:
        """Yield frames and market status; None when the connection was lost, before it is sought again."""
        ...

    async def reconnect(self) -> None:
        """Give up the connection of the moment, if there is one: `messages` goes on with a new one."""
        ...


class Quotes(Protocol):
    """The newest prices when they are asked for: what is left of market data while the feed is down."""

    async def quotes(self, instrument_keys: Sequence[str]) -> Mapping[str, Tick]:
        """Return the newest state by key; unknown keys are absent. Raises ReadFailedError."""
        ...


class History(Protocol):
    """Candles of the past and of today, for warm-up and gaps."""

    async def minute_candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Return finished 1-minute candles of the days `first` to `last` inclusive, oldest first.

        Raises ReadFailedError.
        """
        ...

    async def day_closes(self, instrument_key: str, first: date, last: date) -> tuple[DayClose, ...]:
        """Return the closes of finished sessions from `first` to `last` inclusive, oldest first.

        Raises ReadFailedError.
        """
        ...


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One line of the append-only record."""

    sequence: int
    at_ms: int
    kind: str
    payload: str
    """Canonical JSON: fields in their declared order, no spaces, Decimals as strings."""


class Journal(Protocol):
    """The append-only record of the book. One writer."""

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Queue rows for the next group commit; does not wait."""
        ...

    async def durable(self, sequence: int) -> None:
        """Return once the row with this number is on disk. Raises StorageError when the commit failed."""
        ...


class InputLog(Protocol):
    """Where every input of the engine is recorded, in order, when it is switched on."""

    def record(self, kind: str, payload: str) -> None:
        """Keep one input; does not wait."""
        ...


class Notifier(Protocol):
    """Tells a person."""

    async def notify(self, alert: Alert) -> None:
        """Take one message; must not raise and must not take long."""
        ...
