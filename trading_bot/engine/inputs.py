"""Everything that can happen to the engine, in one vocabulary: the input log holds these, in order.

Each carries the session time at which the engine took it. Given the same inputs the engine decides the same.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.market_data import Candle, Frame, MarketPhase, Tick
from trading_bot.domain.order import Fill, OrderReport
from trading_bot.domain.outlook import DayClose, DayOutlook
from trading_bot.domain.values import dataclass, replace
from trading_bot.engine.ports import Accepted, BrokerPosition, Funds, Refused, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """What every input carries."""

    at_ms: int

    def stamped(self, at_ms: int) -> Self:
        """The same input, taken at this session time."""
        return self if self.at_ms == at_ms else replace(self, at_ms=at_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipClaimed(Input):
    """The process starts: whatever an earlier one left unfinished is now ours to settle."""

    program_version: str
    settings_hash: str
    epoch: int | None = None
    """The epoch to take where the journal cannot be read; None for the one after the book's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayOpened(Input):
    """The trading day and what may be watched in it."""

    on: date
    instruments: tuple[Instrument, ...]
    sessions: Mapping[str, tuple[tuple[int, int], ...]]
    """Continuous sessions of each instrument, epoch ms."""
    keeps_indicators: bool = False
    """Whether instruments that are warm go on with their indicators: no history was left out."""
    outlook: DayOutlook | None = None
    """What overlays know of the day beforehand; None where there are none."""
    longest_unprotected_s: float = 0.0
    """The longest time today without a confirmed protection that processes before this one have seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolatilityRead(Input):
    """The daily closes of the volatility index, oldest first; those before the day count."""

    closes: tuple[DayClose, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayClosesRead(Input):
    """The closes of an instrument's earlier sessions, oldest first; those before the day count."""

    instrument_key: str
    closes: tuple[DayClose, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmedUp(Input):
    """Finished 1-minute candles before now, oldest first: history, and today's up to a late start."""

    instrument_key: str
    candles: tuple[Candle, ...]
    session_starts: Mapping[date, int]
    """When the session of each day in the candles started, epoch ms: longer candles align to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameReceived(Input):
    """A message of the feed."""

    frame: Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotesRead(Input):
    """Prices of what is held, asked for because the feed is down."""

    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseReported(Input):
    """The exchange's word on the state of its segments."""

    phases: Mapping[str, MarketPhase]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLost(Input):
    """The feed is down; everything from it is stale until it is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTicked(Input):
    """A second of session time passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLost(Input):
    """The process did not run for a while, though time went on."""

    lost_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopBegan(Input):
    """The process is about to end, whatever is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BarsClosed(Input):
    """Candles that closed together, where the market is known by its candles and not by its ticks."""

    timeframe_s: int
    bars: tuple[tuple[str, Candle], ...]
    """By instrument key."""

    @property
    def start_ms(self) -> int:
        """When they began, epoch ms; they closed at `at_ms`."""
        return self.at_ms - self.timeframe_s * MS_PER_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesMoved(Input):
    """Prices inside candles that come as a whole: they watch over what is held, and build no candle."""

    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationDue(Input):
    """A closed candle waits for its strategies."""

    instrument_key: str
    timeframe_s: int
    candle: Candle
    is_provisional: bool = False
    """Whether the candle is still forming: asked for by a strategy that does not wait for closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendStarted(Input):
    """The order worker is about to hand an intent to the broker."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SendSkipped(Input):
    """The order worker let an intent lapse: it waited too long for the rate gate, or entries stopped."""

    tag: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceAnswered(Input):
    """How a place call ended."""

    tag: str
    outcome: Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyAnswered(Input):
    """How a modify call ended."""

    tag: str
    outcome: Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAnswered(Input):
    """How a cancel call ended."""

    tag: str
    outcome: Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignCancelAnswered(Input):
    """How a call ended that was to cancel an order of others."""

    order_id: str
    outcome: Accepted | Refused | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPushed(Input):
    """A row of the push stream: fast, but neither complete nor in order."""

    report: OrderReport


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksRead(Input):
    """A complete, healthy read: first the order book, then the trades."""

    asked_at_ms: int
    """When the first of the reads was sent: what happened later may be missing."""
    orders: tuple[OrderReport, ...]
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionsRead(Input):
    """A complete, healthy read of positions, with the books read right before it."""

    asked_at_ms: int
    positions: tuple[BrokerPosition, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TagSearched(Input):
    """A healthy search for the orders that carry a tag."""

    asked_at_ms: int
    """When the search was sent: what happened later may be missing."""
    tag: str
    orders: tuple[OrderReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRead(Input):
    """What can be used for new orders, and what the broker asks per rupee of order value."""

    asked_at_ms: int = 0
    """When the funds were asked for."""
    funds: Funds
    margin_rates: Mapping[str, Decimal]
    """By instrument; empty when only the funds were read."""
    bands: Mapping[str, tuple[int, int]]
    """Price limits by instrument in paise; empty when not read."""
    is_active: bool | None = None
    """Whether the broker lets the account trade; None when it was not asked."""


BOOKS = "orders and trades"
POSITIONS = "positions"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFailed(Input):
    """A read gave no answer. Nothing follows from it but that we know less."""

    what: str
    """`BOOKS`, `POSITIONS`, or another in words."""
    detail: str
    needs_login: bool = False
    """Whether the broker did not accept the access token."""


class OperatorWish(StrEnum):
    """What a person, or the supervisor in their stead, can ask for."""

    PAUSE = "pause"
    """No new entries."""
    RESUME = "resume"
    """Entries again: releases a pause, a panic, and every halt that waits for a person, but not the stop of
    a strategy."""
    PANIC = "panic"
    FLATTEN = "flatten"
    """Close our own positions."""
    STOP_STRATEGY = "stop_strategy"
    """No new entries of one strategy."""
    START_STRATEGY = "start_strategy"
    """Entries of that strategy again, where a person had stopped it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorAsked(Input):
    """A person's wish."""

    wish: OperatorWish
    asked_by: str
    subject: str = ""
    """The strategy, where the wish is about one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFellBack(Input):
    """The database takes no rows any more; they go to the emergency journal until the next start."""

    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEnded(Input):
    """Trading is over for the day and the last reads are in."""

    charges: Decimal
