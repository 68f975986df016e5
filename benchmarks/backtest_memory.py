"""Memory of a backtest through the engine at two sizes: candles stream by, and none is held.

    python benchmarks/backtest_memory.py

Each size runs in a process of its own. What grows is the journal, with the trades and not with the candles:
one share trades, and one stands still.
"""

import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine
from tests.fakes.declared import DECLARED, declared_core, share
from tests.fakes.walks import DAY_MINUTES, START_MS
from trading_bot.backtest.next_open import NextOpenRun
from trading_bot.backtest.sweeps.policy import CASH, FEE
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE
from trading_bot.domain.market_data import Candle
from trading_bot.engine.inputs import BarsClosed

SIZES = (100_000, 1_000_000)


def main() -> None:
    """Print the peak of each size."""
    if len(sys.argv) > 1:
        _play(int(sys.argv[1]), is_still=sys.argv[2] == "still")
        return
    print(machine())
    for kind in ("still", "crossing"):
        for candles in SIZES:
            subprocess.run([sys.executable, __file__, str(candles), kind], check=True)


def _play(candles: int, *, is_still: bool) -> None:
    begun_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run = NextOpenRun(core=declared_core(DECLARED), instruments=(share("A"),), cash=CASH, fee=FEE)
    run.play(_streamed(candles, is_still=is_still))
    peak_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kind = "one price all the time" if is_still else "a random walk"
    print(
        f"{candles:9,} candles of {kind:24} peak {peak_kb / 1024:6.1f} MB,"
        f" {(peak_kb - begun_kb) / 1024:6.1f} of them by the run; {len(run.rows):7,} rows journaled"
    )


def _streamed(candles: int, *, is_still: bool) -> Iterator[BarsClosed]:
    random, price = Random(1), 100_000
    for number in range(candles):
        day, minute = divmod(number, DAY_MINUTES)
        start_ms = START_MS + day * MS_PER_DAY + minute * MS_PER_MINUTE
        opened, price = price, max(500, price + (0 if is_still else 5 * random.randint(-60, 60)))
        candle = Candle(start_ms, opened, max(opened, price), min(opened, price), price, None)
        yield BarsClosed(at_ms=start_ms + MS_PER_MINUTE, timeframe_s=60, bars=(("NSE_EQ|A", candle),))


if __name__ == "__main__":
    main()
