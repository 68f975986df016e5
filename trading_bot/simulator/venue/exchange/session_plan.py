"""When an instrument trades on the day: continuous windows, closing auction, the broker's square-off."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.rules.session import Window


class Phase(StrEnum):
    """What the exchange does with one instrument at a moment."""

    BEFORE_OPEN = "before the open"
    CONTINUOUS = "continuous trading"
    PAUSED = "a pause between sessions"
    HALTED = "a market-wide halt"
    REOPENING = "the call auction after a market-wide halt"
    AUCTION_REFERENCE = "the reference-price phase of the closing auction"
    AUCTION_ENTRY = "the closing auction"
    AUCTION_LIMIT_ONLY = "the limit-only phase of the closing auction"
    AUCTION_MATCHING = "the matching phase of the closing auction"
    CLOSED = "after the close"

    @property
    def takes_orders(self) -> bool:
        """Whether orders can be entered, changed and cancelled at the exchange."""
        return self in _OPEN_PHASES


_OPEN_PHASES = frozenset({Phase.CONTINUOUS, Phase.REOPENING, Phase.AUCTION_ENTRY, Phase.AUCTION_LIMIT_ONLY})


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketHalt:
    """A market-wide breaker inside continuous trading; instants in epoch milliseconds."""

    start_ms: int
    """Trading stops, and the exchange cancels whatever rests."""
    auction_ms: int
    """The call auction begins: orders are taken, stop-loss orders are not, and nothing trades."""
    end_ms: int
    """Continuous trading goes on."""

    def covers(self, at_ms: int) -> bool:
        """Whether nothing trades at an instant."""
        return self.start_ms <= at_ms < self.end_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionPlan:
    """The closing auction's instants, epoch milliseconds; it begins where continuous trading ends."""

    reference_start_ms: int
    """From here to the end of continuous trading trades make the reference price."""
    entry_start_ms: int
    limit_only_ms: int
    entry_end_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPlan:
    """The day of one instrument; an index, which nobody can order, still has one."""

    continuous: tuple[Window, ...]
    """At least one, in time order."""
    auction: AuctionPlan | None = None
    square_off_ms: int | None = None
    """When the broker closes intraday positions; None for never."""
    narrow_band_ms: int | None = None
    """When the closing band begins to hold for a stock future."""
    halt: MarketHalt | None = None

    @property
    def open_ms(self) -> int:
        """First instant at which orders are taken."""
        return self.continuous[0].start_ms

    @property
    def continuous_end_ms(self) -> int:
        """End of the last continuous window."""
        return self.continuous[-1].end_ms

    @property
    def close_ms(self) -> int:
        """When nothing can happen any more."""
        return self.auction.end_ms if self.auction else self.continuous_end_ms

    def is_on(self, at_ms: int) -> bool:
        """Whether the session has begun and is not over, pauses included."""
        return self.open_ms <= at_ms < self.close_ms

    def phase(self, at_ms: int) -> Phase:
        """What the exchange does at an instant."""
        for window in self.continuous:
            if window.start_ms <= at_ms < window.end_ms:
                return Phase.CONTINUOUS if self.halt is None else _phase_around(self.halt, at_ms)
        if at_ms < self.open_ms:
            return Phase.BEFORE_OPEN
        if at_ms < self.continuous_end_ms:
            return Phase.PAUSED
        return Phase.CLOSED if self.auction is None else _auction_phase(self.auction, at_ms)


SessionPlans = Callable[[Instrument], SessionPlan]
"""The plan of each instrument on the venue's day."""


def _phase_around(halt: MarketHalt, at_ms: int) -> Phase:
    if not halt.covers(at_ms):
        return Phase.CONTINUOUS
    return Phase.HALTED if at_ms < halt.auction_ms else Phase.REOPENING


def _auction_phase(auction: AuctionPlan, at_ms: int) -> Phase:
    if at_ms < auction.entry_start_ms:
        return Phase.AUCTION_REFERENCE
    if at_ms < auction.limit_only_ms:
        return Phase.AUCTION_ENTRY
    if at_ms < auction.entry_end_ms:
        return Phase.AUCTION_LIMIT_ONLY
    return Phase.AUCTION_MATCHING if at_ms < auction.end_ms else Phase.CLOSED
