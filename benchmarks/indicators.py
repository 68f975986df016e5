"""Cost of one closed bar in each indicator: our wrapper, the bare TA-Lib handle, and recomputing a window."""

import sys
import timeit
from collections.abc import Callable
from pathlib import Path

import numpy as np
from talib import stream

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine
from trading_bot.indicators.atr import Atr
from trading_bot.indicators.ema import Ema
from trading_bot.indicators.indicator import PriceSeries
from trading_bot.indicators.macd import Macd
from trading_bot.indicators.rsi import Rsi
from trading_bot.indicators.supertrend import Supertrend

WINDOW = 300
ROUNDS = 20_000
OVERHEAD_US_MAX = 1.0


def main() -> None:
    """Print one line for each indicator and one for all of them."""
    prices = _walk(1_000)
    window = PriceSeries(*(column[-WINDOW:] for column in prices))
    bar = tuple(column[-1].item() for column in prices)
    print(machine())
    print(f"{'':12} wrapper us  handle us  overhead us  recompute {WINDOW} us  ratio")
    total = np.zeros(3)
    for name, indicator, handle, inputs in _candidates(prices):
        indicator.warm_up(prices)
        cost = np.array(
            [
                _us(lambda i=indicator: i.update(*bar)),
                _us(lambda h=handle, n=inputs: h.update(*bar[n:])),
                _us(lambda i=indicator: i.batch(window), ROUNDS // 20),
            ]
        )
        total += cost
        _show(name, cost)
    _show("all six", total)
    print(f"limit: {OVERHEAD_US_MAX} us of overhead for each update")


def _candidates(prices: PriceSeries) -> list[tuple]:
    close = prices.close
    return [
        ("ema 200", Ema(200), stream.EMA(close, timeperiod=200), 2),
        ("ema 20", Ema(20), stream.EMA(close, timeperiod=20), 2),
        ("rsi 14", Rsi(14), stream.RSI(close, timeperiod=14), 2),
        ("macd", Macd(), stream.MACD(close), 2),
        ("atr 14", Atr(14), stream.ATR(*prices, timeperiod=14), 0),
        ("supertrend", Supertrend(), stream.SUPERTREND(*prices, timeperiod=10, multiplier=3.0), 0),
    ]


def _walk(bars: int) -> PriceSeries:
    generator = np.random.default_rng(1)
    close = 1_000 + np.cumsum(generator.normal(0, 1, bars))
    return PriceSeries(close + generator.random(bars), close - generator.random(bars), close)


def _us(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    return min(timeit.repeat(call, number=rounds, repeat=5)) / rounds * 1e6


def _show(name: str, cost: np.ndarray) -> None:
    wrapper, handle, recompute = cost
    print(
        f"{name:12} {wrapper:10.2f} {handle:10.2f} {wrapper - handle:12.2f}"
        f" {recompute:16.1f} {recompute / wrapper:6.1f}x"
    )


if __name__ == "__main__":
    main()
