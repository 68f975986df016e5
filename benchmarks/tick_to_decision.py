"""From send to the last decision: a paced sender in a process of its own, the whole engine behind the feed.

Run: python benchmarks/tick_to_decision.py [asyncio] [nogc]

The engine runs with its workers, its journal on disk and the recorder of candles and gate traces. `asyncio`
takes the plain event loop instead of uvloop, `nogc` leaves the garbage collector as Python sets it.
"""

import asyncio
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import structlog

from benchmarks.figures import show, spread_of
from benchmarks.machine import machine
from benchmarks.market import FIRST_FRAME_MS, OPEN_MS, TIMEFRAME_MS, instruments_of, new_core, warm
from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.simulator.clocked_feed import ClockedFeed
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.upstox.rest.calls import market_feed_address
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.feed import UpstoxFeed
from trading_bot.adapters.upstox.streams.sockets import KeptStream
from trading_bot.bootstrap.day.market_recorder import MarketRecorder
from trading_bot.bootstrap.loops import event_loop, keep_collections_short
from trading_bot.domain.market_data import Candle, Frame, MarketStatus
from trading_bot.domain.trace import Trace
from trading_bot.engine.engine import Engine
from trading_bot.engine.ports import Feed
from trading_bot.engine.workers.clock import ClockWorker
from trading_bot.engine.workers.feed import FeedWorker
from trading_bot.engine.workers.signals import SignalWorker

SENDER = Path(__file__).with_name("wire_frames.py")


class LeapingClock(SimulatorClock):
    """Session time that leaps from frame to frame; live it passes by itself, and costs the frame nothing."""

    async def walk(self, now_ms: int) -> None:
        """Take the time of a frame at once."""
        self.sync(now_ms)


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement."""

    count: int
    frames_between: int
    step_ms: int
    pace_ms: int
    ordinary_ms: float
    closing_ms: float


CASES = (
    Case(200, 40, 250, 12, 1.0, 2.0),
    Case(2_000, 40, 250, 60, 5.0, 15.0),
)
FLOOD = Case(200, 200, 1, 0, 0.0, 0.0)
TICKS_A_SECOND = 200_000


@dataclass(slots=True)
class Stopwatch:
    """When each frame was through, and when the last decision about its candles was made."""

    handled_ns: dict[int, int] = field(default_factory=dict)
    decided_ns: dict[int, int] = field(default_factory=dict)
    decided: dict[int, int] = field(default_factory=dict)

    def on_records(self, _: tuple[tuple[str, Candle], ...], traces: tuple[Trace, ...]) -> None:
        """Note the time of decisions."""
        if traces:
            frame_ms = traces[0].answer.candle_start_ms + TIMEFRAME_MS + FIRST_FRAME_MS
            self.decided_ns[frame_ms] = time.monotonic_ns()
            self.decided[frame_ms] = self.decided.get(frame_ms, 0) + len(traces)


@dataclass(frozen=True, slots=True)
class TimedFeed:
    """Notes when each frame was taken: when the next one is asked for."""

    feed: Feed
    watch: Stopwatch

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncIterator[Frame | MarketStatus | None]:
        """Pass on every message."""
        async for message in self.feed.messages(instrument_keys):
            if isinstance(message, Frame):
                yield message
                self.watch.handled_ns[message.sent_at_ms] = time.monotonic_ns()


class FixedAddress:
    """Stands in for the call that authorises a stream."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def data(self, _what: str, _call: object) -> dict[str, str]:
        """The address of the sender."""
        return {"authorized_redirect_uri": f"ws://127.0.0.1:{self._port}/"}


Sink = Callable[[tuple[tuple[str, Candle], ...], tuple[Trace, ...]], None]


class Alone:
    """Nothing runs beside the engine; whatever does overrides this."""

    def tapped(self, sink: Sink) -> Sink:
        """What takes candles and evaluations."""
        return sink

    @asynccontextmanager
    async def active(self, engine: Engine) -> AsyncIterator[None]:
        """Run beside the engine while the block runs."""
        del engine
        yield


def main() -> None:
    """Print percentiles and their ratio to the budget."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory(), processors=[])
    on_uvloop = "asyncio" not in sys.argv
    is_tuned = "nogc" not in sys.argv
    print(
        f"{machine()}; {'uvloop' if on_uvloop else 'asyncio'}, collector {'tuned' if is_tuned else 'plain'}"
    )
    for case in CASES:
        _show_latency(case, *measured(case, on_uvloop=on_uvloop, is_tuned=is_tuned))
    watch, sent = measured(FLOOD, on_uvloop=on_uvloop, is_tuned=is_tuned)
    taken_s = (max(watch.handled_ns.values()) - min(sent.values())) / 1e9
    rate = len(watch.handled_ns) * FLOOD.count / taken_s
    show("sustained over the wire, ticks a second", rate, TICKS_A_SECOND, "ticks/s", at_least=True)


def latencies_of(case: Case, watch: Stopwatch, sent: dict[int, int]) -> tuple[list[float], list[float]]:
    """Milliseconds of ordinary frames, and of those that close every candle."""
    ordinary, closing = [], []
    for at_ms, sent_ns in sent.items():
        done_ns = watch.handled_ns[at_ms]
        if at_ms in watch.decided:
            assert watch.decided[at_ms] == case.count, watch.decided[at_ms]
            closing.append((max(done_ns, watch.decided_ns[at_ms]) - sent_ns) / 1e6)
        elif (at_ms - OPEN_MS) % TIMEFRAME_MS > 400:  # right after a closing frame others queue
            ordinary.append((done_ns - sent_ns) / 1e6)
    return ordinary, closing


def _show_latency(case: Case, watch: Stopwatch, sent: dict[int, int]) -> None:
    ordinary, closing = latencies_of(case, watch, sent)
    for name, values, limit_ms in (
        ("ordinary frame", ordinary, case.ordinary_ms),
        ("every candle closes", closing, case.closing_ms),
    ):
        spread = spread_of(values)
        show(f"{case.count} instruments, {name} ({len(values)}), p50", spread.p50, limit_ms, "ms")
        show(f"{case.count} instruments, {name} ({len(values)}), p99", spread.p99, limit_ms, "ms")


def measured(
    case: Case, *, on_uvloop: bool = True, is_tuned: bool = True, beside: Alone | None = None
) -> tuple[Stopwatch, dict[int, int]]:
    """Play a case once: when each frame was sent, taken and decided."""
    folder = Path(tempfile.mkdtemp())
    try:
        factory = event_loop if on_uvloop else asyncio.SelectorEventLoop
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(_receive(case, folder, beside or Alone(), is_tuned=is_tuned))
    finally:
        gc.unfreeze()
        shutil.rmtree(folder)


async def _receive(
    case: Case, folder: Path, beside: Alone, *, is_tuned: bool
) -> tuple[Stopwatch, dict[int, int]]:
    instruments = instruments_of(case.count)
    core, watch = new_core(instruments), Stopwatch()
    warm(core, instruments)
    clock = LeapingClock(OPEN_MS - 30_000)
    journal = open_journal(folder / "journal.db", clock_ms=clock.now_ms, on_failure=print)
    recorder = MarketRecorder(journal)
    core.last_sequence = journal.last_sequence

    def keep(candles: tuple[tuple[str, Candle], ...], traces: tuple[Trace, ...]) -> None:
        watch.on_records(candles, traces)
        recorder.take(candles, traces)

    engine = Engine(core, clock, journal, market_sink=beside.tapped(keep))
    if is_tuned:
        keep_collections_short()
    command = [
        sys.executable,
        str(SENDER),
        *map(str, (case.count, case.frames_between, case.step_ms, case.pace_ms)),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as sender:  # noqa: ASYNC220  once, before it begins
        assert sender.stdout is not None
        try:
            port = int(await asyncio.to_thread(sender.stdout.readline))
            feed = TimedFeed(ClockedFeed(_feed(port), clock), watch)
            async with beside.active(engine):
                line = await _played(sender.stdout, engine, clock, feed, recorder)
        finally:
            sender.terminate()
    journal.close()
    return watch, {int(at_ms): sent_ns for at_ms, sent_ns in json.loads(line).items()}


async def _played(
    told: IO[str],
    engine: Engine,
    clock: SimulatorClock,
    feed: Feed,
    recorder: MarketRecorder,
) -> str:
    """Run the workers until the sender says that all is sent; its last line."""
    warmed_up = asyncio.Event()
    warmed_up.set()
    workers = (
        FeedWorker(engine, feed, tuple(engine.state.market.series), clock, warmed_up, OPEN_MS),
        SignalWorker(engine),
        ClockWorker(engine, clock),
        recorder,
    )
    tasks = [asyncio.ensure_future(worker.run(_no_beat)) for worker in workers]
    line = await asyncio.to_thread(told.readline)
    await asyncio.sleep(1)
    while engine.outbox.evaluations_queued:  # noqa: ASYNC110  on a busy machine the last ones come late
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return line


def _feed(port: int) -> UpstoxFeed:
    settings = UpstoxSettings()
    stream = KeptStream(
        "market feed",
        market_feed_address(),
        settings,
        FixedAddress(port),
        jitter=lambda: 0.0,
        sleep=asyncio.sleep,
    )
    return UpstoxFeed(settings, stream)


_no_beat: Callable[[], None] = lambda: None  # noqa: E731  a worker's heartbeat goes nowhere here


if __name__ == "__main__":
    main()
