"""What an explanation is made from: evaluations, an instrument's story of a day, and its surroundings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from trading_bot.domain.events import DayClosed, ExitRequested
from trading_bot.domain.order import OrderStatus, OrderTerms, Purpose, Side
from trading_bot.domain.trace import KeptEvaluation
from trading_bot.report.day.order_life import OrderStep
from trading_bot.report.day.record import Notice, SignalRecord, TradeRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStory:
    """An order and its life."""

    tag: str
    trade_id: int | None
    purpose: Purpose
    side: Side
    terms: OrderTerms
    """As it was intended."""
    status: OrderStatus
    message: str
    """The broker's word with the newest status."""
    steps: tuple[OrderStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What the journal of a day says about one instrument, and about what concerns all of them."""

    signals: tuple[SignalRecord, ...] = ()
    trades: tuple[TradeRecord, ...] = ()
    orders: tuple[OrderStory, ...] = ()
    exits: Mapping[int, ExitRequested]
    """The last word on why a trade was to be closed, by its number."""
    notices: tuple[Notice, ...] = ()
    """Halts, panics and incidents."""
    starts_ms: tuple[int, ...] = ()
    """When a process took the book over: the first start of the day and every restart."""
    first_ms: int | None = None
    """Session time of the day's first row; None where the journal holds nothing of it."""
    last_ms: int | None = None
    closing: DayClosed | None = None


class Hours(NamedTuple):
    """Continuous trading of a day."""

    open_ms: int
    close_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What tells why a moment has no evaluation."""

    hours: Hours | None = None
    """None on a day without trading."""
    closed_because: str = ""
    """The calendar's word on such a day."""
    is_index: bool = False
    own_minute_ms: int | None = None
    """Start of the instrument's newest kept minute of the day, up to the moment."""
    any_minute_ms: int | None = None
    """The same of any instrument."""
    others_evaluated_ms: int | None = None
    """Start of the newest candle of any instrument that was evaluated, up to the moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyFacts:
    """Everything that is known about an instrument at a moment of a day."""

    mode: str
    symbol: str
    instrument_key: str
    on: date
    asked_ms: int | None
    """None for the newest."""
    evaluations: tuple[KeptEvaluation, ...]
    """All of the instrument's of the day, newest first."""
    story: Story
    around: Surroundings | None = None
    """Only needed where the moment has no evaluation."""
