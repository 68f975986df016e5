"""Time per market update at the pretend exchange, without and with a resting order of ours.

Run with ``python benchmarks/matching.py`` from the project's folder; each line is measured against its limit.
"""

import platform
import time
from collections.abc import Mapping
from datetime import date
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from random import Random
from statistics import median

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate, NewOrder
from trading_bot.simulator.venue.exchange.day_rules import session_plans
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

ON = date(2026, 11, 19)
RULES = load_market_rules(Path("config/market"))
INSTRUMENTS = 200
MOMENTS = 250
ROUNDS = 7
LIMIT_WITHOUT_US = 3.0
LIMIT_WITH_US = 20.0
_OPEN = 100_000


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}, Python {platform.python_version()}, median of {ROUNDS}")
    for label, orders, limit_us in (
        ("no order of ours", 0, LIMIT_WITHOUT_US),
        ("one resting order", 1, LIMIT_WITH_US),
        ("ten resting orders", 10, LIMIT_WITH_US),
    ):
        spent_us = median(_round_us(orders) for _ in range(ROUNDS))
        print(
            f"{label:20} {spent_us:7.2f} us/update, {spent_us / limit_us:5.2f} of its limit of {limit_us} us"
        )


def _round_us(orders: int) -> float:
    venue = _venue()
    start_ms = ms_at(ON, time_of_day(10))
    moments = _moments(start_ms + 1_000)
    venue.advance(start_ms)
    for instrument in venue.instruments:
        for step in range(orders):
            venue.place(_far_order(instrument.key, step))
    venue.advance(start_ms + 999)
    began = time.perf_counter()
    for moment in moments:
        venue.on_market(moment)
    return (time.perf_counter() - began) / (INSTRUMENTS * MOMENTS) * 1e6


def _venue() -> Venue:
    settings = VenueSettings(opening_balance=Decimal(10**12))
    instruments = tuple(
        Instrument(
            key=f"NSE_EQ|{number}",
            symbol=f"S{number}",
            name="",
            segment=Segment.NSE_EQ,
            kind=InstrumentKind.EQUITY,
            closing_auction_eligible=True,
        )
        for number in range(INSTRUMENTS)
    )
    return Venue(
        on=ON,
        instruments=instruments,
        previous_closes={one.key: _OPEN for one in instruments},
        plans=session_plans(RULES.calendar, ON, settings, Random(1)),
        settings=settings,
        random=Random(1),
        charges=_no_charges,
    )


def _moments(start_ms: int) -> list[MarketMoment]:
    dice = Random(2)
    return [
        MarketMoment(
            start_ms + 1_000 * number,
            tuple(
                _update(f"NSE_EQ|{key}", start_ms, number, dice.randint(-20, 20))
                for key in range(INSTRUMENTS)
            ),
        )
        for number in range(MOMENTS)
    ]


def _update(key: str, start_ms: int, number: int, move: int) -> MarketUpdate:
    price = _OPEN + 5 * move
    bids = tuple(Level(price - 5 * step, 100) for step in range(1, 6))
    asks = tuple(Level(price + 5 * step, 100) for step in range(1, 6))
    return MarketUpdate(key, price, 10, start_ms + 1_000 * number, 10 * (number + 1), bids, asks)


def _far_order(key: str, step: int) -> NewOrder:
    is_stop = step % 2 == 1
    return NewOrder(
        instrument_key=key,
        side=Side.BUY,
        quantity=1,
        product=Product.INTRADAY,
        order_type=OrderType.STOP_LIMIT if is_stop else OrderType.LIMIT,
        validity=Validity.DAY,
        price=_OPEN + 5_000 if is_stop else _OPEN - 5_000 - 5 * step,
        trigger_price=_OPEN + 4_000 if is_stop else 0,
    )


def _no_charges(_dealt: object, _on: date) -> Mapping[str, Decimal]:
    return {}


if __name__ == "__main__":
    main()
