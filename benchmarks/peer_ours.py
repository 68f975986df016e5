"""The whole engine on a file of candles, as one of the peers: one line of JSON with the fields of theirs.

    python benchmarks/peer_ours.py FILE.parquet [--repeat 3] [--sweep SETS]

Columns `ts` (seconds, the candle's open), `open`, `high`, `low`, `close`, and `symbol` where there are more.
`--sweep` plays so many sets of parameters over the first symbol on the compiled path instead.
"""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

STARTED_S = time.perf_counter()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np  # noqa: E402  # the time of the imports is measured
import pyarrow.parquet as pq  # noqa: E402

from tests.fakes.declared import DECLARED, bars_of, declared_core, share  # noqa: E402
from trading_bot.backtest.next_open import NextOpenRun  # noqa: E402
from trading_bot.backtest.sweeps.market import market_of  # noqa: E402
from trading_bot.backtest.sweeps.plan import plan_of  # noqa: E402
from trading_bot.backtest.sweeps.policy import CASH, FEE, declared_policy  # noqa: E402
from trading_bot.backtest.sweeps.workers import warm_processes  # noqa: E402

IMPORT_S = time.perf_counter() - STARTED_S
Rows = list[tuple[int, ...]]
_T = TypeVar("_T")
_PRICES = ("open", "high", "low", "close")


def main() -> None:
    """Play the file, and print what came of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--sweep", type=int, default=0)
    options = parser.parse_args()
    started_s = time.perf_counter()
    series = read(Path(options.path))
    load_s = time.perf_counter() - started_s
    told = swept(series, options.sweep, options.repeat) if options.sweep else played(series, options.repeat)
    told |= {
        "engine": "ours",
        "bars": sum(map(len, series.values())),
        "load_s": load_s,
        "import_s": round(IMPORT_S, 3),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "semantics": "exact",
    }
    print(json.dumps(told))


def read(path: Path) -> dict[str, Rows]:
    """Rows of (start_ms, open, high, low, close) in paise, by symbol.

    They are made in the order of their time, as where candles stream by: so they lie in memory as they come.
    """
    table = pq.read_table(path)
    times = table["ts"].to_numpy() * 1_000
    in_time = np.argsort(times, kind="stable")
    prices = [np.rint(table[name].to_numpy() * 100).astype(np.int64) for name in _PRICES]
    names = table["symbol"].to_numpy() if "symbol" in table.column_names else np.full(len(times), "A")
    series: dict[str, Rows] = {str(name): [] for name in dict.fromkeys(names)}
    rows = zip(*(column[in_time].tolist() for column in (times, *prices)), strict=True)
    for name, row in zip(names[in_time].tolist(), rows, strict=True):
        series[name].append(row)
    return series


def played(series: dict[str, Rows], repeat: int) -> dict[str, object]:
    """Play all symbols beside each other through the engine."""
    started_s = time.perf_counter()
    bars = list(bars_of(series))
    prep_s = time.perf_counter() - started_s
    instruments = tuple(map(share, series))

    def once() -> NextOpenRun:
        run = NextOpenRun(core=declared_core(DECLARED), instruments=instruments, cash=CASH, fee=FEE)
        run.play(bars)
        return run

    run_s, cpu_s, run = timed(once, repeat)
    return {
        "prep_s": prep_s,
        "run_s": run_s,
        "cpu_s": cpu_s,
        "trades": sum(fill.side.sign < 0 for fill in run.fills),
        "open_positions": sum(1 for held in run.held.values() if held),
        "final_equity": float(run.equity),
        "journal_rows": len(run.rows),
    }


def swept(series: dict[str, Rows], sets: int, repeat: int) -> dict[str, object]:
    """Play sets of parameters over the first symbol, with all cores."""
    name, rows = next(iter(series.items()))
    market = market_of([(share(name), [np.array(column, np.int64) for column in zip(*rows, strict=True)])])
    plan, _ = plan_of("ema_cross", declared_policy(), map(_set, range(sets)))
    cores = len(os.sched_getaffinity(0))
    with warm_processes(market, cores) as play:
        list(play(plan))
        run_s, _, parts = timed(lambda: list(play(plan)), repeat)
    figures = [one for part in parts for one in part.figures]
    return {
        "params": sets,
        "prep_s": 0.0,
        "run_s": run_s,
        "bars_params_per_s": round(market.bars * sets / min(run_s)),
        "cores": cores,
        "eq_sum": float(sum(one.equity - CASH for one in figures)),
    }


def timed(run: Callable[[], _T], repeat: int) -> tuple[list[float], list[float], _T]:
    """Seconds by the clock and of this process, and what came last."""
    walls, cpus = [], []
    for _ in range(repeat):
        wall, cpu = time.perf_counter(), time.process_time()
        result = run()
        walls.append(round(time.perf_counter() - wall, 6))
        cpus.append(round(time.process_time() - cpu, 6))
    return walls, cpus, result


def _set(number: int) -> dict[str, float]:
    return {
        "fast": 5 + number % 25,
        "slow": 40 + number % 61,
        "atr": 10 + number % 10,
        "atr_stop_multiple": round(1.5 + 0.1 * (number % 30), 1),
    }


if __name__ == "__main__":
    main()
