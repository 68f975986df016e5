"""A day at the pretend exchange, told as lines of text, so that scenarios are data.

09:20 market SBIN 100.00 bid=50@99.95 ask=30@100.05,40@100.10 traded=10
09:20:01 place entry BUY 50 SBIN LIMIT price=100.10
09:20:02 modify entry LIMIT price=100.20
09:20:03 cancel entry
09:20:04
"""

from collections.abc import Mapping
from datetime import date, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.instrument import Instrument, InstrumentKind, OptionRight, Product, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.money import paise, rupees
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.simulator.venue.contracts import (
    ChangedTerms,
    Level,
    MarketMoment,
    MarketUpdate,
    NewOrder,
    OrderRow,
    VenueRefusal,
)
from trading_bot.simulator.venue.exchange.day_rules import session_plans
from trading_bot.simulator.venue.hops import Hop
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

ON = date(2026, 11, 19)
SBIN = Instrument(
    key="NSE_EQ|SBIN", symbol="SBIN", name="SBIN", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY,
    freeze_quantity=1_000, closing_auction_eligible=True,
)  # fmt: skip
PLAIN = Instrument(
    key="NSE_EQ|PLAIN", symbol="PLAIN", name="PLAIN", segment=Segment.NSE_EQ, kind=InstrumentKind.EQUITY
)
FUTURE = Instrument(
    key="NSE_FO|FUT", symbol="FUT", name="SBIN FUT", segment=Segment.NSE_FO, kind=InstrumentKind.FUTURE,
    lot_size=25, underlying_key="NSE_EQ|SBIN",
)  # fmt: skip
CALL = Instrument(
    key="NSE_FO|CALL", symbol="CALL", name="SBIN CALL", segment=Segment.NSE_FO, kind=InstrumentKind.OPTION,
    lot_size=25, strike=10_000, right=OptionRight.CALL, underlying_key="NSE_EQ|SBIN",
)  # fmt: skip
NIFTY = Instrument(
    key="NSE_INDEX|Nifty 50",
    symbol="NIFTY",
    name="Nifty 50",
    segment=Segment.NSE_INDEX,
    kind=InstrumentKind.INDEX,
)
LISTED = {one.symbol: one for one in (SBIN, PLAIN, FUTURE, CALL, NIFTY)}
PREVIOUS_CLOSES = {one.key: 10_000 for one in LISTED.values()}
HOP_MS = {Hop.API: 5, Hop.RISK: 5, Hop.EXCHANGE: 15}


@cache
def market_rules() -> MarketRules:
    """The rules that come with the project, read once."""
    return load_market_rules(Path(__file__).resolve().parents[2] / "config" / "market")


class FixedDelays:
    """Every hop takes its usual time."""

    def delay_ms(self, hop: Hop) -> int:
        return HOP_MS[hop]


def no_charges(_dealt: object, _on: date) -> Mapping[str, Decimal]:
    return {}


def instant(clock: str) -> int:
    """Epoch milliseconds of a time of the day."""
    return ms_at(ON, time.fromisoformat(clock))


class VenueDay:
    """A venue with five instruments, each closed at 100.00 the day before, and names for its orders."""

    def __init__(
        self, script: str = "", *, delays=None, seed: int = 1, charges=no_charges, halt=None, **settings
    ) -> None:
        chosen = VenueSettings(**settings)
        self.venue = Venue(
            on=ON,
            instruments=tuple(LISTED.values()),
            previous_closes=PREVIOUS_CLOSES,
            plans=session_plans(market_rules().calendar, ON, chosen, Random(1), halt=halt),
            settings=chosen,
            random=Random(seed),
            charges=charges,
            delays=FixedDelays() if delays is None else delays,
        )
        self.order_ids: dict[str, str] = {}
        self.refusals: dict[str, VenueRefusal] = {}
        self._volumes: dict[str, int] = {}
        self.play(script)

    def play(self, script: str) -> None:
        """Carry out lines of the language above."""
        for line in script.strip().splitlines():
            clock, *words = line.split()
            self.venue.advance(instant(clock))
            if words:
                getattr(self, f"_{words[0]}")(*words[1:])

    def statuses(self, name: str) -> list[str]:
        """All words that an order went through."""
        return [row.status for row in self.history(name)]

    def history(self, name: str) -> tuple[OrderRow, ...]:
        return self.venue.order_history(order_id=self.order_ids[name])

    def row(self, name: str) -> OrderRow:
        """An order's newest row."""
        return self.history(name)[-1]

    def fills(self, name: str) -> str:
        """An order's trades, as in `30@100.05 20@100.10`."""
        trades = self.venue.trade_rows(self.order_ids[name])
        return " ".join(f"{trade.quantity}@{rupees(trade.price)}" for trade in trades)

    def quantity(self, symbol: str) -> int:
        """Signed net position in an instrument."""
        key = LISTED[symbol].key
        return sum(row.quantity for row in self.venue.position_rows() if row.instrument_key == key)

    def _market(self, symbol: str, last: str, *words: str) -> None:
        options = _options(words)
        key = LISTED[symbol].key
        traded = int(options.get("traded", 0))
        self._volumes[key] = self._volumes.get(key, 0) + traded
        update = MarketUpdate(
            key,
            paise(last),
            traded,
            self.venue.now_ms,
            self._volumes[key],
            _levels(options.get("bid")),
            _levels(options.get("ask")),
        )
        self.venue.on_market(MarketMoment(self.venue.now_ms, (update,)))

    def _place(self, name: str, side: str, quantity: str, symbol: str, order_type: str, *words: str) -> None:
        options = _options(words)
        order = NewOrder(
            instrument_key=LISTED[symbol].key if symbol in LISTED else symbol,
            side=Side(side),
            quantity=int(quantity),
            product=Product(options.get("product", "I")),
            order_type=OrderType(order_type),
            validity=Validity(options.get("validity", "DAY")),
            price=paise(options.get("price", "0")),
            trigger_price=paise(options.get("trigger", "0")),
            disclosed_quantity=int(options.get("disclosed", 0)),
            tag=options.get("tag"),
            slice="slice" in options,
            market_protection_pct=Decimal(options.get("protection", "0")),
            placed_by=options.get("by", "SIM001"),
            is_amo="amo" in options,
        )
        try:
            order_ids = self.venue.place(order)
        except VenueRefusal as refusal:
            self.refusals[name] = refusal
            return
        self.order_ids[name] = order_ids[0]
        self.order_ids.update({f"{name}.{number}": one for number, one in enumerate(order_ids)})

    def _modify(self, name: str, order_type: str, *words: str) -> None:
        options = _options(words)
        change = ChangedTerms(
            order_id=self.order_ids.get(name, name),
            order_type=OrderType(order_type),
            validity=Validity(options.get("validity", "DAY")),
            price=paise(options.get("price", "0")),
            trigger_price=paise(options.get("trigger", "0")),
            quantity=int(options["quantity"]) if "quantity" in options else None,
            market_protection_pct=Decimal(options.get("protection", "0")),
        )
        try:
            self.venue.modify(change)
        except VenueRefusal as refusal:
            self.refusals[name] = refusal

    def _cancel(self, name: str) -> None:
        try:
            self.venue.cancel(self.order_ids.get(name, name))
        except VenueRefusal as refusal:
            self.refusals[name] = refusal


def _options(words: tuple[str, ...]) -> dict[str, str]:
    return dict(word.partition("=")[::2] for word in words)


def _levels(text: str | None) -> tuple[Level, ...]:
    if text is None:
        return ()
    pairs = (one.split("@") for one in text.split(","))
    return tuple(Level(paise(price), int(quantity)) for quantity, price in pairs)
