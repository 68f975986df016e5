"""The server's questions about the market, answered from the dated rules in config/market."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from trading_bot.domain.costs.charges import ChargedFill, ChargeLine, Dealing
from trading_bot.domain.errors import UncoveredDateError
from trading_bot.domain.instrument import Instrument, Product, Segment
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.money import ZERO, round_to_paisa
from trading_bot.domain.order import Side
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.rules.session import ClosingAuction, Session
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.session.rules import (
    AuctionChange,
    ChargeEstimate,
    DayPlan,
    ExchangeHours,
    Holiday,
    PhaseChange,
)
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt

_TRADED = (Segment.NSE_EQ, Segment.NSE_FO, Segment.BSE_EQ, Segment.BSE_FO)
_EXCHANGES = tuple(wire.exchange_of(segment) for segment in _TRADED)
_FRIDAY = 4

_Lines = Mapping[str, Decimal]


class DatedRules:
    """The server's `MarketRules` over the calendar and the charges of the domain."""

    def __init__(self, rules: MarketRules, halt: MarketHalt | None = None) -> None:
        self._calendar = rules.calendar
        self._halt = halt
        self._charges = rules.charges

    def holidays(self, year: int) -> Sequence[Holiday]:
        """Named weekdays without a regular session; a token session is listed with its hours."""
        found = []
        on = date(year, 1, 1)
        while on.year == year:
            name = self._calendar.holiday_name(on)
            if name is not None and on.weekday() <= _FRIDAY:
                hours = tuple(self.hours(on))
                kind = "SPECIAL_TIMING" if hours else "TRADING_HOLIDAY"
                found.append(Holiday(on, name, kind, () if hours else _EXCHANGES, hours))
            on += timedelta(days=1)
        return tuple(found)

    def hours(self, on: date) -> Sequence[ExchangeHours]:
        """Hours of every exchange; empty on a closed day."""
        return tuple(
            ExchangeHours(wire.exchange_of(segment), session.open_ms, session.close_ms)
            for segment, session in self._sessions(on, _TRADED)
        )

    def plan(self, on: date) -> DayPlan:
        """The course of a trading day. Raises UncoveredDateError on a closed or unknown one."""
        shares = self._calendar.session(on, Segment.NSE_EQ, closing_auction_eligible=True)
        if shares is None:
            raise UncoveredDateError(f"{on} is not a trading day: choose one that is")
        sessions = dict(self._sessions(on, tuple(Segment)))
        cash_close_ms = sessions[Segment.NSE_EQ].close_ms
        derivatives = sessions.get(Segment.NSE_FO)
        auction = shares.closing_auction
        return DayPlan(
            open_ms=shares.open_ms,
            auction_ms=auction.start_ms if auction else None,
            auction_end_ms=auction.end_ms if auction else None,
            cash_close_ms=cash_close_ms,
            derivatives_close_ms=derivatives.close_ms if derivatives else cash_close_ms,
            phases=(
                *(change for session in sessions.values() for change in _phases(session)),
                *(change for segment in sessions for change in _standstill(segment, self._halt)),
            ),
            auctions=tuple(
                change for segment in sessions if segment.is_cash for change in _auction(segment, auction)
            ),
        )

    def charges(
        self, instrument: Instrument, product: Product, side: Side, *, quantity: int, price: int, on: date
    ) -> ChargeEstimate:
        """Charges of one order, as if it were the only one; an intraday share is squared up."""
        fill = ChargedFill("estimate", side, quantity, price)
        if product is Product.DELIVERY or not instrument.segment.is_cash:
            return _estimate(self._day(instrument, product, on, fill))
        opposite = ChargedFill("opposite", side.opposite, quantity, price)
        lines = self._day(instrument, product, on, fill, opposite)
        return _estimate(_one_side(lines, side))

    def _day(self, instrument: Instrument, product: Product, on: date, *fills: ChargedFill) -> _Lines:
        dealing = Dealing(instrument=instrument, product=product, fills=fills)
        return self._charges.charge_day(on, [dealing]).by_kind

    def _sessions(self, on: date, segments: Sequence[Segment]) -> Iterator[tuple[Segment, Session]]:
        """Sessions of a day; a segment without hours on record for that year is left out."""
        if not self._calendar.is_trading_day(on):
            return
        for segment in segments:
            try:
                session = self._calendar.session(on, segment)
            except UncoveredDateError:
                if segment is Segment.NSE_EQ:
                    raise
                continue
            if session is not None:
                yield segment, session


def _one_side(lines: _Lines, side: Side) -> _Lines:
    """One order's part of a squared-up day: sales bear STT, purchases stamp duty, each half of the rest."""
    halves: dict[str, Decimal] = {line: round_to_paisa(amount / 2) for line, amount in lines.items()}
    is_sale = side is Side.SELL
    halves[ChargeLine.STT] = lines[ChargeLine.STT] if is_sale else ZERO
    halves[ChargeLine.STAMP] = ZERO if is_sale else lines[ChargeLine.STAMP]
    return halves


def _estimate(lines: _Lines) -> ChargeEstimate:
    return ChargeEstimate(
        brokerage=lines[ChargeLine.BROKERAGE],
        gst=lines[ChargeLine.GST],
        stt=lines[ChargeLine.STT],
        stamp_duty=lines[ChargeLine.STAMP],
        transaction=lines[ChargeLine.EXCHANGE] + lines[ChargeLine.IPFT],
        clearing=ZERO,
        sebi_turnover=lines[ChargeLine.SEBI],
        depository=lines[ChargeLine.DP],
    )


def _phases(session: Session) -> Iterator[PhaseChange]:
    segment = session.segment
    if session.pre_open is not None:
        entry = session.pre_open.limit_only or session.pre_open.order_entry
        yield PhaseChange(session.pre_open.order_entry.start_ms, segment, MarketPhase.PRE_OPEN_START)
        yield PhaseChange(entry.end_ms, segment, MarketPhase.PRE_OPEN_END)
    for window in session.continuous:
        yield PhaseChange(window.start_ms, segment, MarketPhase.NORMAL_OPEN)
        yield PhaseChange(window.end_ms, segment, MarketPhase.NORMAL_CLOSE)
    if session.post_close is not None:
        yield PhaseChange(session.post_close.start_ms, segment, MarketPhase.CLOSING_START)
        yield PhaseChange(session.post_close.end_ms, segment, MarketPhase.CLOSING_END)


def _standstill(segment: Segment, halt: MarketHalt | None) -> Iterator[PhaseChange]:
    """Which words the feed has for a market-wide halt is not documented: these are those of any other day."""
    if halt is None:
        return
    yield PhaseChange(halt.start_ms, segment, MarketPhase.NORMAL_CLOSE)
    yield PhaseChange(halt.auction_ms, segment, MarketPhase.PRE_OPEN_START)
    yield PhaseChange(halt.end_ms, segment, MarketPhase.NORMAL_OPEN)


def _auction(segment: Segment, auction: ClosingAuction | None) -> Iterator[AuctionChange]:
    """The four states that the feed publishes; which instant each stands for is read from its name."""
    if auction is None:
        return
    yield AuctionChange(auction.start_ms, segment, "CTS_CLOSE")
    yield AuctionChange(auction.order_entry.start_ms, segment, "CAS_LM_START")
    yield AuctionChange(auction.limit_only.start_ms, segment, "CAS_M_STOP")
    yield AuctionChange(auction.limit_only.end_ms, segment, "CAS_STOP")
