"""A trading day that a test writes down, and the instruments in it."""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from decimal import Decimal

from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Segment
from trading_bot.domain.ist import MS_PER_MINUTE, ms_at
from trading_bot.domain.market_data import Candle, MarketPhase
from trading_bot.simulator.server.session.rules import (
    AuctionChange,
    ChargeEstimate,
    DayPlan,
    ExchangeHours,
    Holiday,
    PhaseChange,
)
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate

ON = date(2026, 11, 19)
RELIANCE = Instrument(
    key="NSE_EQ|INE002A01018", symbol="RELIANCE", name="RELIANCE INDUSTRIES", segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY, freeze_quantity=100_000, isin="INE002A01018", exchange_token="2885",
    closing_auction_eligible=True,
)  # fmt: skip
SBIN = Instrument(
    key="NSE_EQ|INE062A01020", symbol="SBIN", name="STATE BANK", segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY, isin="INE062A01020", exchange_token="3045", closing_auction_eligible=True,
)  # fmt: skip
NIFTY = Instrument(
    key="NSE_INDEX|Nifty 50", symbol="NIFTY", name="Nifty 50", segment=Segment.NSE_INDEX,
    kind=InstrumentKind.INDEX,
)  # fmt: skip
CALL = Instrument(
    key="NSE_FO|50001", symbol="NIFTY 26000 CE 01 DEC 26", name="NIFTY", segment=Segment.NSE_FO,
    kind=InstrumentKind.OPTION, lot_size=65, freeze_quantity=1_800, exchange_token="50001",
    expiry_on=date(2026, 12, 1), strike=2_600_000, right=OptionRight.CALL, underlying_key=NIFTY.key,
)  # fmt: skip
LISTED = (RELIANCE, SBIN, NIFTY, CALL)
CLOSES = {RELIANCE.key: 140_000, SBIN.key: 80_000, NIFTY.key: 2_600_000, CALL.key: 12_000}


def at(clock: str) -> int:
    """Epoch milliseconds of a time of the day."""
    return ms_at(ON, time.fromisoformat(clock))


def update(
    instrument: Instrument,
    clock: str,
    price: int,
    *,
    volume: int = 100,
    quantity: int = 10,
    depth: bool = True,
) -> MarketUpdate:
    """A trade with a book of two ticks around it."""
    return MarketUpdate(
        instrument.key,
        price,
        0 if instrument.segment.is_index else quantity,
        at(clock),
        0 if instrument.segment.is_index else volume,
        tuple(Level(price - 5 * step, 10 * step) for step in (1, 2)) if depth else (),
        tuple(Level(price + 5 * step, 20 * step) for step in (1, 2)) if depth else (),
    )


def moment(clock: str, *updates: MarketUpdate) -> MarketMoment:
    """Updates of one instant."""
    return MarketMoment(at(clock), updates)


class ScriptedMarket:
    """A `MarketSource` of given moments."""

    def __init__(
        self, moments: Sequence[MarketMoment] = (), instruments: Sequence[Instrument] = LISTED
    ) -> None:
        self.on = ON
        self.instruments = tuple(instruments)
        self.description = "scripted"
        self._moments = tuple(moments)

    def previous_close(self, instrument_key: str) -> int:
        return CLOSES[instrument_key]

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Two candles at the open of each weekday."""
        days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
        price = CLOSES[instrument_key]
        return tuple(
            Candle(
                ms_at(on, time(9, 15)) + minute * MS_PER_MINUTE, price, price + 10, price - 10, price + 5, 50
            )
            for on in days
            if on.weekday() < 5
            for minute in (0, 1)
        )

    def moments(self) -> Iterator[MarketMoment]:
        return iter(self._moments)


class PlainRules:
    """`MarketRules` of one ordinary day, with one holiday in the year."""

    def holidays(self, year: int):
        return (Holiday(date(year, 12, 25), "Christmas", "TRADING_HOLIDAY", ("NSE", "NFO", "BSE", "BFO")),)

    def hours(self, on: date):
        if on.weekday() >= 5 or (on.month, on.day) == (12, 25):
            return ()
        return (ExchangeHours("NSE", ms_at(on, time(9, 15)), ms_at(on, time(15, 30))),)

    def plan(self, on: date):
        phases = tuple(
            PhaseChange(ms_at(on, clock), segment, phase)
            for segment in (Segment.NSE_EQ, Segment.NSE_FO, Segment.NSE_INDEX)
            for clock, phase in (
                (time(9, 0), MarketPhase.PRE_OPEN_START),
                (time(9, 10), MarketPhase.PRE_OPEN_END),
                (time(9, 15), MarketPhase.NORMAL_OPEN),
                (time(15, 30), MarketPhase.NORMAL_CLOSE),
            )
        )
        return DayPlan(
            open_ms=ms_at(on, time(9, 15)),
            auction_ms=ms_at(on, time(15, 15)),
            auction_end_ms=ms_at(on, time(15, 35)),
            cash_close_ms=ms_at(on, time(15, 30)),
            derivatives_close_ms=ms_at(on, time(15, 40)),
            phases=phases,
            auctions=(AuctionChange(ms_at(on, time(15, 15)), Segment.NSE_EQ, "CTS_CLOSE"),),
        )

    def charges(self, instrument, product, side, *, quantity: int, price: int, on: date):
        zero = Decimal(0)
        return ChargeEstimate(Decimal(20), Decimal("3.60"), zero, zero, zero, zero, zero)
