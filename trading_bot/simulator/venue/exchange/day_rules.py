"""The market's dated rules in the shape that the venue takes: session plans and charges."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from random import Random

from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.costs.contract_note import ChargedFill, Dealing
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.domain.rules.breakers import BreakerRow
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.session import ClosingAuction, Session
from trading_bot.simulator.venue.contracts import TradeRow
from trading_bot.simulator.venue.exchange.session_plan import (
    AuctionPlan,
    MarketHalt,
    SessionPlan,
    SessionPlans,
)
from trading_bot.simulator.venue.ledger import ChargeFunction, DealtInstrument
from trading_bot.simulator.venue.settings import VenueSettings

_REFERENCE_SPAN_MS = 15 * MS_PER_MINUTE
"""How much of continuous trading before the auction makes its reference price (NSE/CMTR/73362)."""
_LAST_CHANCE_MS = 5 * MS_PER_MINUTE
_CASH_OF = {Segment.NSE_FO: Segment.NSE_EQ, Segment.BSE_FO: Segment.BSE_EQ}


def session_plans(
    calendar: Calendar,
    on: date,
    settings: VenueSettings,
    random: Random,
    *,
    halt: MarketHalt | None = None,
) -> SessionPlans:
    """Plans of a day from the calendar; the auction's random end is drawn once, for all shares.

    The function that it returns raises UncoveredDateError where the calendar does not know the day, or knows
    that there is no session.
    """
    share = calendar.session(on, Segment.NSE_EQ, closing_auction_eligible=True)
    auction = share.closing_auction if share else None
    entry_end_ms = random.randrange(*auction.random_close) if auction else 0

    def plan_of(instrument: Instrument) -> SessionPlan:
        session = _session(calendar, on, instrument)
        return SessionPlan(
            continuous=session.continuous,
            auction=_auction_plan(session.closing_auction, entry_end_ms),
            square_off_ms=_square_off_ms(instrument, session, settings),
            narrow_band_ms=_narrow_band_ms(instrument, calendar, on),
            halt=halt,
        )

    return plan_of


def breaker_halt(breaker: BreakerRow, on: date, at: time) -> MarketHalt:
    """The halt of the breaker's first level, reached at a time of the day.

    Raises SettingsError where that level halts nothing at that time.
    """
    minutes = breaker.levels[0].minutes_at(at)
    if not minutes:
        move = f"{breaker.levels[0].move:.0%}"
        raise SettingsError(
            f"breaker at {at:%H:%M}: a move of {move} halts nothing then; choose an earlier time"
        )
    start_ms = ms_at(on, at)
    auction_ms = start_ms + minutes * MS_PER_MINUTE
    end_ms = auction_ms + breaker.auction_minutes * MS_PER_MINUTE
    return MarketHalt(start_ms=start_ms, auction_ms=auction_ms, end_ms=end_ms)


def contract_note_charges(schedule: ChargeSchedule) -> ChargeFunction:
    """Charges by the lines of the day's contract notes."""

    def charges_of(dealt: Sequence[DealtInstrument], on: date) -> Mapping[str, Decimal]:
        return schedule.charge_day(on, [_dealing(*one) for one in dealt]).by_kind

    return charges_of


def _session(calendar: Calendar, on: date, instrument: Instrument) -> Session:
    session = calendar.session(
        on, instrument.segment, closing_auction_eligible=instrument.closing_auction_eligible
    )
    if session is None:
        raise UncoveredDateError(f"{on} has no session in {instrument.segment}: choose a trading day")
    return session


def _auction_plan(auction: ClosingAuction | None, entry_end_ms: int) -> AuctionPlan | None:
    if auction is None:
        return None
    return AuctionPlan(
        reference_start_ms=auction.start_ms - _REFERENCE_SPAN_MS,
        entry_start_ms=auction.order_entry.start_ms,
        limit_only_ms=auction.limit_only.start_ms,
        entry_end_ms=entry_end_ms,
        end_ms=auction.end_ms,
    )


def _square_off_ms(instrument: Instrument, session: Session, settings: VenueSettings) -> int:
    """The configured time, or five minutes before the end where that is outside the session."""
    at = settings.share_square_off_at
    if instrument.segment.is_derivatives:
        at = settings.derivative_square_off_at
    elif session.closing_auction is not None:
        at = settings.auction_share_square_off_at
    last_chance_ms = session.close_ms - _LAST_CHANCE_MS
    configured_ms = ms_at(session.on, at)
    return configured_ms if session.open_ms < configured_ms < last_chance_ms else last_chance_ms


def _narrow_band_ms(instrument: Instrument, calendar: Calendar, on: date) -> int | None:
    """When the auction of its share begins, for a stock future (NSE/FAOP/74467)."""
    underlying = instrument.underlying_key or ""
    cash = _CASH_OF.get(instrument.segment)
    if instrument.kind is not InstrumentKind.FUTURE or cash is None:
        return None
    if not underlying.startswith((f"{Segment.NSE_EQ}|", f"{Segment.BSE_EQ}|")):
        return None
    share = calendar.session(on, cash, closing_auction_eligible=True)
    return share.closing_auction.start_ms if share and share.closing_auction else None


def _dealing(instrument: Instrument, product: Product, trades: Sequence[TradeRow]) -> Dealing:
    fills = [ChargedFill(trade.order_id, trade.side, trade.quantity, trade.price) for trade in trades]
    return Dealing(instrument=instrument, product=product, fills=fills)
