"""A frame and what it leads to through the synchronous core: no wire, no loop, no journal; processor time.

Run: python benchmarks/core_step.py
"""

import sys
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import show, spread_of
from benchmarks.machine import machine
from benchmarks.market import Prices, beats, frame_at, instruments_of, new_core, warm
from trading_bot.bootstrap.loops import keep_collections_short
from trading_bot.engine.core import Core
from trading_bot.engine.inputs import ClockTicked, FrameReceived

STEP_MS = 250
FRAMES_BETWEEN = 120
LIMITS_MS = {200: (0.35, 1.5), 2_000: (3.0, 12.0)}
"""What the core may take of the budget from feed to decision: ordinary frames, and when everything closes."""


def main() -> None:
    """Print milliseconds a frame at 200 and 2,000 instruments."""
    print(machine())
    for count, limits in LIMITS_MS.items():
        _measure(count, *limits)


def _measure(count: int, ordinary_ms: float, closing_ms: float) -> None:
    instruments = instruments_of(count)
    core = new_core(instruments)
    started = time.thread_time()
    warm(core, instruments)
    keep_collections_short()
    show(f"{count} instruments: warm-up of 12 sessions", time.thread_time() - started, None, "s")
    taken: dict[str, list[float]] = defaultdict(list)
    seconds: list[float] = []
    prices = Prices(count)
    for number, beat in enumerate(beats(FRAMES_BETWEEN, STEP_MS)):
        frame = FrameReceived(
            at_ms=beat.at_ms, frame=frame_at(beat.at_ms, instruments, prices.next(), number)
        )
        taken[beat.closes].append(_seconds(core, frame) * 1e3)
        if number % 4 == 3:
            started = time.thread_time()
            core.step(ClockTicked(at_ms=beat.at_ms + 1))
            seconds.append((time.thread_time() - started) * 1e3)
    ordinary = spread_of(taken["nothing"] + taken["micro"])
    closing = spread_of(taken["all"])
    show(f"{count} instruments: ordinary frame, p50", ordinary.p50, ordinary_ms, "ms")
    show(f"{count} instruments: ordinary frame, p99", ordinary.p99, ordinary_ms, "ms")
    show(
        f"{count} instruments: frame that closes micro-candles, p50",
        spread_of(taken["micro"]).p50,
        None,
        "ms",
    )
    show(f"{count} instruments: frame that closes everything, p50", closing.p50, closing_ms, "ms")
    show(f"{count} instruments: frame that closes everything, p99", closing.p99, closing_ms, "ms")
    show(f"{count} instruments: a second of the clock, p50", spread_of(seconds).p50, None, "ms")
    show(f"{count} instruments: a second of the clock, p99", spread_of(seconds).p99, None, "ms")


def _seconds(core: Core, frame: FrameReceived) -> float:
    started = time.thread_time()
    step = core.step(frame)
    for due in step.evaluations:
        core.step(due)
    return time.thread_time() - started


if __name__ == "__main__":
    main()
