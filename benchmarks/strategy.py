"""Cost of one evaluation of the confluence strategy, all indicators and all gates included."""

import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine
from trading_bot.domain.instrument import Instrument, InstrumentKind, Segment
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.strategies.confluence import Confluence

LIMIT_US = 12.0
ROUNDS = 60
HISTORY = 1_000
CANDLES = 500
QUOTE = Quote(139_995, 50, 140_005, 40)
INSTRUMENT = Instrument(
    key="NSE_EQ|INE002A01018",
    symbol="RELIANCE",
    name="RELIANCE",
    segment=Segment.NSE_EQ,
    kind=InstrumentKind.EQUITY,
)


def main() -> None:
    """Print the figures and their ratio to the limit."""
    print(machine())
    candles = _walk(HISTORY + CANDLES)
    runs = [_run(candles) for _ in range(ROUNDS)]
    warm_up_us, evaluate_us, peek_us = (min(column) for column in zip(*runs, strict=True))
    print(f"warm-up on {HISTORY} candles   {warm_up_us:8.1f} us")
    for name, cost in (("evaluate", evaluate_us), ("peek", peek_us)):
        print(f"{name:25} {cost:8.2f} us  {cost / LIMIT_US:5.2f} of the limit of {LIMIT_US} us")


def _run(candles: list[Candle]) -> tuple[float, float, float]:
    evaluator = Confluence().evaluator(INSTRUMENT)
    started = time.perf_counter()
    evaluator.warm_up(candles[:HISTORY])
    warmed = time.perf_counter()
    for candle in candles[HISTORY:]:
        evaluator.evaluate(candle, QUOTE)
    evaluated = time.perf_counter()
    for candle in candles[HISTORY:]:
        evaluator.peek(candle, QUOTE)
    peeked = time.perf_counter()
    each = 1e6 / CANDLES
    return (warmed - started) * 1e6, (evaluated - warmed) * each, (peeked - evaluated) * each


def _walk(candles: int) -> list[Candle]:
    generator = np.random.default_rng(3)
    closes = (140_000 + np.cumsum(generator.normal(0, 150, candles))).round().astype(int).tolist()
    widths = generator.integers(10, 400, candles).tolist()
    return [
        Candle(number * 900_000, close, close + width, close - width, close, 5_000 + width)
        for number, (close, width) in enumerate(zip(closes, widths, strict=True))
    ]


if __name__ == "__main__":
    main()
