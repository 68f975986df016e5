"""How fast market sources are made and read, against the limits they were given.

Run: python benchmarks/market_sources.py [DATA]   (DATA: holds nse_1min/2016_kite and ticks/2021)
"""

import platform
import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from trading_bot.simulator.market import DEFAULT_DAY, GeneratedMarket, open_market, weekday_plan
from trading_bot.simulator.venue.contracts import MarketSource

ROUNDS = 3


def main() -> None:
    """Print each measurement's best round and its ratio to the limit."""
    print(f"{platform.machine()} {platform.system()}, Python {platform.python_version()}, best of {ROUNDS}")
    _report("history of 10 shares and the index, 45 sessions", 1.0, _generated_history)
    _report("generated day of 10 shares and the index", 2.0, lambda: _drain(_generated()))
    _report("generated day, 6 updates a minute", 2.0, lambda: _drain(_generated(updates_per_minute=6)))
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if data is not None:
        candles, ticks = data / "nse_1min/2016_kite", data / "ticks/2021"
        _report("recorded day of 110 shares, 6 ticks a minute", 10.0, lambda: _drain(_candles(candles)))
        _report(
            "recorded ticks of 12 instruments", 5.0, lambda: _drain(open_market(ticks, date(2021, 4, 13)))
        )
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process {peak_mib:.0f} MiB")


def _report(name: str, limit_s: float, work: Callable[[], int]) -> None:
    best_s = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        count = work()
        best_s = min(best_s, time.perf_counter() - started)
    print(
        f"{name:50} {best_s:6.2f} s  {count / best_s:11,.0f} rows/s  {best_s / limit_s:5.2f} of {limit_s:g} s"
    )


def _generated(updates_per_minute: int = 30) -> MarketSource:
    return GeneratedMarket(weekday_plan(DEFAULT_DAY), updates_per_minute=updates_per_minute)


def _candles(path: Path) -> MarketSource:
    return open_market(path, date(2016, 9, 1), ticks_per_minute=6)


def _generated_history() -> int:
    market = _generated()
    return sum(len(market.history(one.key, date(2026, 1, 1), DEFAULT_DAY)) for one in market.instruments)


def _drain(market: MarketSource) -> int:
    return sum(len(moment.updates) for moment in market.moments())


if __name__ == "__main__":
    main()
