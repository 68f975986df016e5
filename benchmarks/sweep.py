"""Sets a second of a parameter sweep: 1,000 sets over 100,000 candles, on one core and on all of them.

A candle counts once for each set that is played over it. Everything is warm: compiled, mapped, imported. The
sets are those with which other engines are compared.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import show
from benchmarks.machine import machine
from tests.fakes.sweep_market import walking
from trading_bot.backtest.sweeps.figures import COMPILED
from trading_bot.backtest.sweeps.plan import plan_of
from trading_bot.backtest.sweeps.policy import declared_policy
from trading_bot.backtest.sweeps.workers import played, warm_processes

LIMIT_M = 40.0
SETS, CANDLES, ROUNDS = 1_000, 100_000, 5


def main() -> None:
    """Print the figures and their ratio to the limit."""
    print(machine())
    print(f"load of the machine before: {os.getloadavg()[0]:.2f}")
    market = walking(1, minutes=CANDLES)
    plan, _ = plan_of("ema_cross", declared_policy(), map(_set, range(SETS)))
    work_m = SETS * market.bars / 1e6
    played(market, replace(plan, sets=plan.sets[:1]))
    wall, cpu = _timed(lambda: played(market, plan))
    show("one process, candles by its processor time", work_m / cpu, LIMIT_M, "M/s", at_least=True)
    show("one process, candles by the clock", work_m / wall, None, "M/s")
    cores = len(os.sched_getaffinity(0))
    with warm_processes(market, cores) as play:
        first = [one for part in play(plan) for one in part.figures]
        wall, _ = _timed(lambda: list(play(plan)))
    show(f"{cores} processes, candles by the clock", work_m / wall, LIMIT_M * cores, "M/s", at_least=True)
    show(
        f"{cores} processes, candles by the clock, for each",
        work_m / wall / cores,
        LIMIT_M,
        "M/s",
        at_least=True,
    )
    by_engine = sum(one.path != COMPILED for one in first)
    net = sum(one.equity - plan.policy.cash for one in first)
    trades = sum(one.trades for one in first)
    print(f"{len(first)} sets, {by_engine} of them by the engine, {trades} trades, net {net}")


def _set(number: int) -> dict[str, float]:
    return {
        "fast": 5 + number % 25,
        "slow": 40 + number % 61,
        "atr": 10 + number % 10,
        "atr_stop_multiple": round(1.5 + 0.1 * (number % 30), 1),
    }


def _timed(run: Callable[[], object]) -> tuple[float, float]:
    """Medians of the wall clock and of this process's own time."""
    walls, cpus = [], []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        run()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return statistics.median(walls), statistics.median(cpus)


if __name__ == "__main__":
    main()
