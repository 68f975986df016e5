"""Candles a second of a backtest through the whole engine, beside a plain loop that does the same only.

The policy of the next open with the crossing averages, so that both come to the same money: checked here. The
journal is in memory. Candles are made into inputs before; that is shown apart, as it is paid once.
"""

import os
import sys
import time
from decimal import Decimal
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import show
from benchmarks.machine import machine
from tests.fakes.declared import DECLARED, bars_of, declared_core, share
from tests.fakes.plain_engine import plain_crossing
from tests.fakes.walks import walk
from trading_bot.backtest.next_open import NextOpenRun
from trading_bot.backtest.sweeps.policy import CASH, FEE

SHARE_LIMIT, MANY_LIMIT = 400_000.0, 370_000.0
ROUNDS = 3


def main() -> None:
    """Print the figures and their ratio to the limit."""
    print(machine())
    print(f"load of the machine before: {os.getloadavg()[0]:.2f}")
    measure("one share, 500,000 candles", {"A": walk(1, 500_000)}, SHARE_LIMIT)
    many = {f"S{number}": walk(number, 20_000) for number in range(50)}
    measure("50 shares, 20,000 candles each", many, MANY_LIMIT)


def measure(name: str, series: dict[str, list[tuple[int, ...]]], limit: float) -> None:
    """Play the series by the engine and by the loop; the best of some rounds."""
    count = sum(map(len, series.values()))
    started_s = time.perf_counter()
    bars = list(bars_of(series))
    show(f"{name}: made into inputs", count / (time.perf_counter() - started_s), None, "candles/s")
    engine_s, plain_s = [], []
    for _ in range(ROUNDS):
        run = NextOpenRun(
            core=declared_core(DECLARED), instruments=tuple(map(share, series)), cash=CASH, fee=FEE
        )
        started_s = time.perf_counter()
        run.play(bars)
        engine_s.append(time.perf_counter() - started_s)
        started_s = time.perf_counter()
        flow = sum(
            plain_crossing([tuple(price / 100 for price in row[1:]) for row in rows]).flow
            for rows in series.values()
        )
        plain_s.append(time.perf_counter() - started_s)
    show(f"{name}: the engine", count / min(engine_s), limit, "candles/s", at_least=True)
    show(f"{name}: the plain loop", count / min(plain_s), None, "candles/s")
    difference = abs(run.flow - Decimal(flow))
    print(
        f"  {len(run.fills)} fills; {min(engine_s) / min(plain_s):.1f} times its time; {difference:.6f} off"
    )


if __name__ == "__main__":
    main()
