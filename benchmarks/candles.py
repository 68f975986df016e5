"""Ticks a second through the candle builder, whether they close candles or not."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import machine
from trading_bot.domain.candles.builder import CandleBuilder
from trading_bot.domain.candles.folding import aggregate
from trading_bot.domain.market_data import Candle, Tick

OPEN_MS = 1_795_146_300_000
SESSION_MS = 375 * 60_000
LIMIT_US = 0.4
ROUNDS = 5


def main() -> None:
    """Print the figures and their ratio to the limit."""
    print(machine())
    quiet = [_tick(n % 9_000, n) for n in range(9_000)]
    day = [_tick(at_ms, n) for n, at_ms in enumerate(range(0, SESSION_MS, 250))]
    depth_only = [_tick(5, 1)] * 9_000
    _show("closes nothing, every tick a trade", quiet, LIMIT_US)
    _show("closes nothing, only the depth moved", depth_only, LIMIT_US)
    _show("a whole day, four ticks a second", day, LIMIT_US)
    minutes = _minutes(day)
    cost = min(_seconds(lambda: aggregate(minutes, 900, lambda _: OPEN_MS)) for _ in range(ROUNDS))
    print(f"{'aggregate, per minute candle':38} {cost / len(minutes) * 1e6:6.3f} us")
    cost = min(_seconds(lambda: _add(minutes)) for _ in range(ROUNDS))
    print(f"{'add_minute, per minute candle':38} {cost / len(minutes) * 1e6:6.3f} us")


def _add(minutes: Sequence[Candle]) -> None:
    builder = _builder()
    for minute in minutes:
        builder.add_minute(minute)


def _tick(at_ms: int, number: int) -> Tick:
    price = 140_000 + number * 7_919 % 400
    return Tick("NSE_EQ|INE002A01018", price, OPEN_MS + at_ms, number * 10, 139_995, 50, 140_005, 50)


def _builder() -> CandleBuilder:
    builder = CandleBuilder((300, 900))
    builder.start_day(OPEN_MS, OPEN_MS + SESSION_MS)
    return builder


def _minutes(ticks: list[Tick]) -> list:
    builder = _builder()
    return [candle for tick in ticks for length_s, candle in builder.add(tick) if length_s == 60]


def _seconds(call) -> float:  # noqa: ANN001  a closure of this script
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def _show(name: str, ticks: list[Tick], limit_us: float) -> None:
    cost = min(_seconds(lambda: _feed(ticks)) for _ in range(ROUNDS)) / len(ticks) * 1e6
    print(f"{name:38} {cost:6.3f} us  {1 / cost:5.2f} M ticks/s  {cost / limit_us:5.2f} of the limit")


def _feed(ticks: list[Tick]) -> None:
    add = _builder().add
    for tick in ticks:
        add(tick)


if __name__ == "__main__":
    main()
