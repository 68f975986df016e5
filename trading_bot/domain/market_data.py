"""What the market sends: ticks and the frames that carry them, and the candles built from them.

Prices are integer paise, times are epoch milliseconds. These are tuples because hundreds of thousands of
them pass through the process in a second.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Tick(NamedTuple):
    """The newest state of one instrument."""

    instrument_key: str
    last_price: int
    """Last traded price in paise; for an index its value times 100."""
    traded_at_ms: int
    """Exchange time of the last trade (`ltt`)."""
    day_volume: int | None = None
    """Units traded so far today (`vtt`); None where the feed does not say (an index, or mode ltpc)."""
    bid: int = 0
    bid_quantity: int = 0
    ask: int = 0
    ask_quantity: int = 0
    """Best quotes in paise and units; 0 means that side is empty or was not sent."""
    previous_close: int = 0


class Frame(NamedTuple):
    """One message of the feed: what changed, together."""

    sent_at_ms: int
    """Server time (`currentTs`)."""
    ticks: tuple[Tick, ...]
    is_snapshot: bool = False
    """A snapshot after subscribing is context, never a trigger: its trades may be old."""


class MarketPhase(StrEnum):
    """Session states that the exchange publishes for a segment."""

    PRE_OPEN_START = "PRE_OPEN_START"
    PRE_OPEN_END = "PRE_OPEN_END"
    NORMAL_OPEN = "NORMAL_OPEN"
    NORMAL_CLOSE = "NORMAL_CLOSE"
    CLOSING_START = "CLOSING_START"
    CLOSING_END = "CLOSING_END"


class MarketStatus(NamedTuple):
    """The feed's `market_info` message: the phase of each segment."""

    sent_at_ms: int
    phases: Mapping[str, MarketPhase]


class Candle(NamedTuple):
    """Prices and volume of one interval, stamped at its start."""

    start_ms: int
    open: int
    high: int
    low: int
    close: int
    volume: int | None
    """Units traded; None where the source has no volume."""


class Quote(NamedTuple):
    """Best bid and offer at a moment; zeros mean that the side is empty or unknown."""

    bid: int
    bid_quantity: int
    ask: int
    ask_quantity: int
