"""When an instrument trades on the day: continuous windows, closing auction, the broker's square-off."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import NamedTuple

from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.simulator.settings import VenueSettings

CLOSING_AUCTION_SINCE = date(2026, 8, 3)
_LAST_CHANCE_MS = 5 * MS_PER_MINUTE


class Phase(StrEnum):
    """What the exchange does with one instrument at a moment."""

    BEFORE_OPEN = "before the open"
    CONTINUOUS = "continuous trading"
    PAUSED = "a pause between sessions"
    AUCTION_REFERENCE = "the reference-price phase of the closing auction"
    AUCTION_ENTRY = "the closing auction"
    AUCTION_LIMIT_ONLY = "the limit-only phase of the closing auction"
    AUCTION_MATCHING = "the matching phase of the closing auction"
    CLOSED = "after the close"

    @property
    def takes_orders(self) -> bool:
        """Whether orders can be entered, changed and cancelled at the exchange."""
        return self in _OPEN_PHASES

    @property
    def is_auction(self) -> bool:
        """Whether the closing auction collects or matches orders."""
        return self in _AUCTION_PHASES


_AUCTION_PHASES = frozenset({Phase.AUCTION_ENTRY, Phase.AUCTION_LIMIT_ONLY, Phase.AUCTION_MATCHING})
_OPEN_PHASES = frozenset({Phase.CONTINUOUS, Phase.AUCTION_ENTRY, Phase.AUCTION_LIMIT_ONLY})


class TradingWindow(NamedTuple):
    """One stretch of continuous trading, its end exclusive."""

    start_ms: int
    end_ms: int


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

    continuous: tuple[TradingWindow, ...]
    """At least one, in time order."""
    auction: AuctionPlan | None = None
    square_off_ms: int | None = None
    """When the broker closes intraday positions; None for never."""
    narrow_band_ms: int | None = None
    """When the closing band begins to hold for a stock future."""

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

    def phase(self, at_ms: int) -> Phase:
        """What the exchange does at an instant."""
        for window in self.continuous:
            if window.start_ms <= at_ms < window.end_ms:
                return Phase.CONTINUOUS
        if at_ms < self.open_ms:
            return Phase.BEFORE_OPEN
        if at_ms < self.continuous_end_ms:
            return Phase.PAUSED
        return Phase.CLOSED if self.auction is None else _auction_phase(self.auction, at_ms)


SessionPlans = Callable[[Instrument], SessionPlan]
"""The plan of each instrument on the venue's day."""


def ordinary_plan(instrument: Instrument, on: date, settings: VenueSettings) -> SessionPlan:
    """Plan of an ordinary day by NSE/CMTR/73362 and NSE/FAOP/74467; special sessions come from a calendar."""
    has_auction_day = on >= CLOSING_AUCTION_SINCE
    auction = auction_plan(on, settings) if has_auction_day and instrument.closing_auction_eligible else None
    end_at = _continuous_end_at(instrument, has_auction_day=has_auction_day)
    window = TradingWindow(ms_at(on, time(9, 15)), ms_at(on, end_at))
    is_narrowed = has_auction_day and _is_stock_future(instrument)
    return SessionPlan(
        continuous=(window,),
        auction=None if instrument.segment.is_derivatives else auction,
        square_off_ms=square_off_ms(instrument, on, window.end_ms, settings),
        narrow_band_ms=ms_at(on, time(15, 15)) if is_narrowed else None,
    )


def auction_plan(on: date, settings: VenueSettings) -> AuctionPlan:
    """Instants of the closing auction on an ordinary day."""
    return AuctionPlan(
        reference_start_ms=ms_at(on, time(15, 0)),
        entry_start_ms=ms_at(on, time(15, 20)),
        limit_only_ms=ms_at(on, time(15, 25)),
        entry_end_ms=ms_at(on, settings.auction_entry_end_at),
        end_ms=ms_at(on, time(15, 35)),
    )


def square_off_ms(instrument: Instrument, on: date, continuous_end_ms: int, settings: VenueSettings) -> int:
    """When the broker closes intraday positions: as configured, yet at least five minutes before the end."""
    at = settings.share_square_off_at
    if instrument.segment.is_derivatives:
        at = settings.derivative_square_off_at
    elif instrument.closing_auction_eligible:
        at = settings.auction_share_square_off_at
    return min(ms_at(on, at), continuous_end_ms - _LAST_CHANCE_MS)


def _is_stock_future(instrument: Instrument) -> bool:
    underlying = instrument.underlying_key or ""
    is_on_share = underlying.startswith((f"{Segment.NSE_EQ}|", f"{Segment.BSE_EQ}|"))
    return instrument.kind is InstrumentKind.FUTURE and is_on_share


def _continuous_end_at(instrument: Instrument, *, has_auction_day: bool) -> time:
    if not has_auction_day:
        return time(15, 30)
    if instrument.segment.is_derivatives:
        return time(15, 40)
    return time(15, 15) if instrument.closing_auction_eligible else time(15, 30)


def _auction_phase(auction: AuctionPlan, at_ms: int) -> Phase:
    if at_ms < auction.entry_start_ms:
        return Phase.AUCTION_REFERENCE
    if at_ms < auction.limit_only_ms:
        return Phase.AUCTION_ENTRY
    if at_ms < auction.entry_end_ms:
        return Phase.AUCTION_LIMIT_ONLY
    return Phase.AUCTION_MATCHING if at_ms < auction.end_ms else Phase.CLOSED
