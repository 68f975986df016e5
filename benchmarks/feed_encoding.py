"""Microseconds that the simulator spends on one market update: taking it in, and encoding it for a mode."""

import sys
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine
from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.ist import midnight_ms
from trading_bot.simulator.server.session.day_record import InstrumentDay, MarketDay
from trading_bot.simulator.server.streams.feed_encoder import FULL, LTPC, OPTION_GREEKS, FeedEncoder
from trading_bot.simulator.venue.contracts import Level, MarketUpdate

ON = date(2026, 11, 19)
SHARE = Instrument(
    key="NSE_EQ|INE002A01018",
    symbol="RELIANCE",
    name="RELIANCE",
    segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY,
)
OPEN_MS = midnight_ms(ON) + 33_300_000
UPDATES = 20_000
LIMIT_US = 15
ROUNDS = 3


def main() -> None:
    """Print the figures and their ratio to the limit."""
    print(machine())
    updates = [_update(number) for number in range(UPDATES)]
    for mode in (LTPC, OPTION_GREEKS, FULL):
        cost_us = min(_cost_us(updates, mode) for _ in range(ROUNDS))
        print(f"{mode:14} {cost_us:6.2f} us an update  {cost_us / LIMIT_US:5.2f} of the limit")


def _update(number: int) -> MarketUpdate:
    price = 140_000 + number * 7_919 % 400
    bids = tuple(Level(price - 5 * step, 10 + number % 7) for step in range(1, 6))
    asks = tuple(Level(price + 5 * step, 20 + number % 9) for step in range(1, 6))
    return MarketUpdate(SHARE.key, price, 5, OPEN_MS + number * 100, number * 5 + 5, bids, asks)


def _cost_us(updates: list[MarketUpdate], mode: str) -> float:
    day = InstrumentDay(SHARE, 139_000, midnight_ms(ON))
    encoder = FeedEncoder(MarketDay([day]), omits_idle_ltpc=True, sends_previous_minute=False)
    started = time.perf_counter()
    for update in updates:
        day.apply(update)
        encoder.live_entry(SHARE.key, mode)
    return (time.perf_counter() - started) / len(updates) * 1e6


if __name__ == "__main__":
    main()
