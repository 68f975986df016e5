"""What the server asks of the dated market rules: holidays, hours, phases of the day, charges."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from trading_bot.domain.instrument import Instrument, Product, Segment
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import Side


class ExchangeHours(NamedTuple):
    """Trading hours of one exchange on one date, in epoch milliseconds."""

    exchange: str
    """NSE, NFO, BSE, BFO and so on."""
    start_ms: int
    end_ms: int


class Holiday(NamedTuple):
    """One row of the holiday list."""

    on: date
    description: str
    kind: str
    """TRADING_HOLIDAY, SETTLEMENT_HOLIDAY or SPECIAL_TIMING."""
    closed: tuple[str, ...]
    open: tuple[ExchangeHours, ...] = ()


class PhaseChange(NamedTuple):
    """A segment enters a phase."""

    at_ms: int
    segment: Segment
    phase: MarketPhase


class AuctionChange(NamedTuple):
    """The closing auction of a segment enters a state: CAS_LM_START, CAS_M_STOP, CAS_STOP, CTS_CLOSE."""

    at_ms: int
    segment: Segment
    status: str


class DayPlan(NamedTuple):
    """The course of one trading day; instants in epoch milliseconds."""

    open_ms: int
    """Continuous trading begins."""
    auction_ms: int | None
    """Continuous trading in auction-eligible shares ends; None on days without a closing auction."""
    auction_end_ms: int | None
    """The closing auction is matched and over."""
    cash_close_ms: int
    """Shares outside the closing auction stop trading."""
    derivatives_close_ms: int
    phases: tuple[PhaseChange, ...]
    auctions: tuple[AuctionChange, ...] = ()


class ChargeEstimate(NamedTuple):
    """Charges of one order in rupees, line by line."""

    brokerage: Decimal
    gst: Decimal
    stt: Decimal
    stamp_duty: Decimal
    transaction: Decimal
    clearing: Decimal
    sebi_turnover: Decimal
    depository: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        """All lines together."""
        return sum(self, Decimal(0))


class MarketRules(Protocol):
    """The dated rules behind the calendar, the phases and the charges."""

    def holidays(self, year: int) -> Sequence[Holiday]:
        """Holidays of a year, in date order. Raises UncoveredDateError where no list is known."""
        ...

    def hours(self, on: date) -> Sequence[ExchangeHours]:
        """Hours of every exchange; empty on a holiday. Raises UncoveredDateError."""
        ...

    def plan(self, on: date) -> DayPlan:
        """The course of a trading day. Raises UncoveredDateError."""
        ...

    def charges(
        self, instrument: Instrument, product: Product, side: Side, *, quantity: int, price: int, on: date
    ) -> ChargeEstimate:
        """Charges of one order at a price in paise. Raises UncoveredDateError."""
        ...
