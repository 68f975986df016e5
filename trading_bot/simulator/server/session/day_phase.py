"""Where the day stands: phases of the segments, of the closing auction and of the session as a whole."""

from enum import StrEnum
from typing import Any

from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as schema

from trading_bot.domain.instrument import Segment
from trading_bot.domain.market_data import MarketPhase
from trading_bot.simulator.server.session.listing import Listing
from trading_bot.simulator.server.session.rules import DayPlan, PhaseChange

_MARKET_INFO = 2
_PRE_OPEN = (MarketPhase.PRE_OPEN_START, MarketPhase.PRE_OPEN_END)


class SessionPhase(StrEnum):
    """The session as `/simulator/clock` names it."""

    PRE_OPEN = "pre_open"
    OPEN = "open"
    CLOSING_AUCTION = "closing_auction"
    CLOSED = "closed"


def session_phase(plan: DayPlan, listing: Listing, now_ms: int) -> SessionPhase:
    """The phase of what is listed: the auction ends continuous trading only where a listed share joins it."""
    if now_ms < plan.open_ms:
        return SessionPhase.PRE_OPEN
    if now_ms >= session_end_ms(plan, listing):
        return SessionPhase.CLOSED
    has_auction = plan.auction_ms is not None and _has_auction_share(listing)
    if has_auction and plan.auction_ms is not None and now_ms >= plan.auction_ms:
        return SessionPhase.CLOSING_AUCTION
    return SessionPhase.OPEN


def session_end_ms(plan: DayPlan, listing: Listing) -> int:
    """When the last listed segment has closed."""
    ends = [plan.cash_close_ms]
    if plan.auction_end_ms is not None and _has_auction_share(listing):
        ends.append(plan.auction_end_ms)
    if any(instrument.segment.is_derivatives for instrument in listing.instruments):
        ends.append(plan.derivatives_close_ms)
    return max(ends)


def phase_of(plan: DayPlan, segment: Segment, now_ms: int) -> PhaseChange:
    """The newest phase of a segment; NORMAL_CLOSE of the day before until its first."""
    changes = [change for change in plan.phases if change.segment is segment and change.at_ms <= now_ms]
    return max(changes, default=PhaseChange(0, segment, MarketPhase.NORMAL_CLOSE))


def auction_status(plan: DayPlan, segment: Segment, now_ms: int) -> tuple[str, int] | None:
    """State of the closing auction and its time; None before it begins."""
    changes = [change for change in plan.auctions if change.segment is segment and change.at_ms <= now_ms]
    if not changes:
        return None
    newest = max(changes)
    return newest.status, newest.at_ms


def next_change_ms(plan: DayPlan, now_ms: int) -> int | None:
    """The next instant at which a segment's state changes."""
    instants = [change.at_ms for change in plan.phases] + [change.at_ms for change in plan.auctions]
    return min((at_ms for at_ms in instants if at_ms > now_ms), default=None)


def market_info(plan: DayPlan, now_ms: int) -> bytes:
    """The feed's message with the state of every segment."""
    response: Any = schema.FeedResponse(type=_MARKET_INFO, currentTs=now_ms)
    info = response.marketInfo
    for segment in sorted({change.segment for change in plan.phases}):
        newest = phase_of(plan, segment, now_ms)
        info.segmentStatus[segment.value] = schema.MarketStatus.Value(newest.phase.value)
        auction = auction_status(plan, segment, now_ms)
        if auction is not None:
            status = info.casMarketStatus[segment.value]
            status.status, status.updatedTime = auction
        if segment.is_cash and newest.phase in _PRE_OPEN:
            pre_open = info.preOpenSessionStatus[segment.value]
            pre_open.status, pre_open.updatedTime = newest.phase.value, newest.at_ms
    return bytes(response.SerializeToString(deterministic=True))


def _has_auction_share(listing: Listing) -> bool:
    return any(
        instrument.closing_auction_eligible and instrument.segment.is_cash
        for instrument in listing.instruments
    )
