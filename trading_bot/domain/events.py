"""The book's events: every change of orders, positions, limits and halts, as it is journaled.

The book is rebuilt from these and from nothing else. Kinds may gain fields with defaults, never new meanings.
"""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from trading_bot.domain.instrument import Product
from trading_bot.domain.order import ChangeResult, Fill, OrderRequest, OrderStatus, OrderTerms, Side
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trade import ClosedTrade, ExitReason, Trade
from trading_bot.domain.values import dataclass


class HaltScope(StrEnum):
    """What a halt stops; exits go on under every one of them."""

    ENTRIES = "entries"
    INSTRUMENT = "instrument"
    STRATEGY = "strategy"


@dataclass(frozen=True, slots=True, kw_only=True)
class BookEvent:
    """What every event of the book carries: session time at which it was decided."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipTaken(BookEvent):
    """A process became the owner of the book; its tags carry the new epoch."""

    epoch: int
    program_version: str
    settings_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochRaised(BookEvent):
    """The order book shows that later epochs than ours were used today: our next tags lie beyond them."""

    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyRowKept(BookEvent):
    """A row of a book of its own, written while this one could not be read: a record, without effect."""

    number: int
    kind: str
    payload: str
    tag: str = ""
    """The tag that it gave to an order; empty when it gave none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltRaised(BookEvent):
    """Entries stop, everywhere or for one instrument or strategy."""

    scope: HaltScope
    subject: str
    """Instrument key or strategy name; empty for all entries."""
    reason: str
    until_released: bool = False
    """Whether only a person can release it; otherwise it ends with its cause or with the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedOver:
    """All that a book keeps when a day ended with nothing open."""

    epoch: int
    settings_hash: str
    last_trade_id: int
    is_panicking: bool
    halts: tuple[HaltRaised, ...]
    """Those that wait for a person."""
    emergency_tags: tuple[str, ...] = ()
    """Tags that were given while the book could not be read: they may be of the day that starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStarted(BookEvent):
    """A new trading day: counters and day halts are reset, orders of earlier days are gone."""

    on: date
    carried: CarriedOver | None = None
    """What earlier days left, where nothing was open: the book can be rebuilt from here on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRaised(BookEvent):
    """A strategy wants to trade."""

    evaluation: Evaluation
    is_provisional: bool = False
    """Whether it was raised on a candle that had not closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDenied(BookEvent):
    """A signal that was not traded, and why."""

    strategy: str
    instrument_key: str
    candle_start_ms: int
    reason: str
    """Short code, for example ``max_concurrent_positions``."""
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TradePlanned(BookEvent):
    """A signal became a trade with a size and an exit plan."""

    trade: Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderIntended(BookEvent):
    """The intent of an order; on disk before anything is sent."""

    request: OrderRequest
    trade_id: int | None
    """None only for an order that flattens what nobody here opened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAdvanced(BookEvent):
    """An order entered its next status."""

    tag: str
    status: OrderStatus
    order_id: str | None = None
    message: str = ""
    is_unjudged: bool = False
    """Whether a refusal was of the token or of the rate, and says nothing of the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReported(BookEvent):
    """The broker's book shows terms or a filled quantity that we did not know."""

    tag: str
    terms: OrderTerms
    reported_filled_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyIntended(BookEvent):
    """New terms are about to be asked for."""

    tag: str
    terms: OrderTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelIntended(BookEvent):
    """A cancellation is about to be asked for."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeResolved(BookEvent):
    """A modification or cancellation is no longer pending."""

    tag: str
    result: ChangeResult
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilled(BookEvent):
    """A trade of one of our orders; what changes a position, with `ForeignFillTaken`."""

    tag: str
    fill: Fill
    is_assumed: bool = False
    """Whether no trade showed it: quantity and price follow from the order's cumulative figures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillExplained(BookEvent):
    """A trade row that came after its units had been applied from the order's cumulative figures."""

    tag: str
    fill: Fill
    """The part of the trade that was applied before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillAnnulled(BookEvent):
    """The exchange took a trade of ours back: it counts for nothing, unless it is filled anew later."""

    tag: str
    fill: Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignFillTaken(BookEvent):
    """Somebody else closed a part of our position: the user in the broker's app, or the broker itself."""

    fill: Fill
    """The part of their trade that met our position."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RescuePlanned(BookEvent):
    """An order came alive, or filled, after its trade had ended: a trade of its own takes it to its end."""

    trade: Trade


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReassigned(BookEvent):
    """An order whose trade has ended belongs to another one now."""

    tag: str
    trade_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTurned(BookEvent):
    """More was closed than was held: the trade stands on the other side now, and is being closed."""

    trade_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopMoved(BookEvent):
    """A trailing stop tightened."""

    trade_id: int
    stop_price: int
    best_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFailed(BookEvent):
    """A protective stop was refused, rejected, or vanished from the broker's book."""

    trade_id: int
    tag: str
    reason: str
    by_others: bool = False
    """Whether somebody cancelled it: the user in the broker's app, or the exchange."""
    with_another: bool = False
    """Whether it fell together with a slice of the same stop that was counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtectionResumed(BookEvent):
    """A trade whose stops others cancelled is protected again: a person wants it, or a halt explains it."""

    trade_id: int
    failures_too: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRequested(BookEvent):
    """A trade is to be closed."""

    trade_id: int
    reason: ExitReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitStepped(BookEvent):
    """An exit was not filled in time and is priced more aggressively."""

    trade_id: int
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeClosed(BookEvent):
    """A trade is flat and has no live order left."""

    closed: ClosedTrade


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltCleared(BookEvent):
    """A halt ended."""

    scope: HaltScope
    subject: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicLatched(BookEvent):
    """Everything is to be cancelled and flattened; no entry until a person releases it."""

    asked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicReleased(BookEvent):
    """A person allows entries again."""

    asked_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAdopted(BookEvent):
    """Panic takes over a position that nobody here opened, to close it."""

    trade: Trade
    quantity: int
    """Signed units."""
    price: int
    """Paise at which it is valued when it is taken over."""
    traded_today: int = 0
    """The part of it, in signed units, that others traded today; the rest was carried over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionReturned(BookEvent):
    """Signed units that a panic's trade took over as nobody's, at paise, are those of an order of ours."""

    tag: str
    trade_id: int
    instrument_key: str
    quantity: int
    price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignOrderSeen(BookEvent):
    """The broker's book holds an order that is not ours."""

    order_id: str
    instrument_key: str
    side: Side
    quantity: int
    tag: str | None
    placed_by: str
    product: Product | None = None
    """None where it was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCancelIntended(BookEvent):
    """The cancellation of an order that is not ours is about to be asked for."""

    order_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCancelResolved(BookEvent):
    """The cancellation of an order that is not ours is no longer pending."""

    order_id: str
    result: ChangeResult
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceFound(BookEvent):
    """The broker's position is not what our fills add up to."""

    instrument_key: str
    our_quantity: int
    broker_quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceSettled(BookEvent):
    """Broker and book agree again on an instrument, or a person took the broker's word."""

    instrument_key: str
    written_off: int = 0
    """Trade of an earlier day whose units the broker shows no more: it is dropped, at no price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRecorded(BookEvent):
    """Something that should not happen did, was survived, and a person should read about it."""

    kind: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosed(BookEvent):
    """The day is over, flat and reconciled, or not and said so."""

    on: date
    gross_pnl: int
    """Paise."""
    charges: Decimal
    """Rupees."""
    open_positions: int
    reconciled: bool
