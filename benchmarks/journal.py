"""What a durable intent costs, against a bare fdatasync on the same disk.

    python benchmarks/journal.py [FOLDER]

FOLDER lies on the disk to be measured (default: data/). Prints medians and 99th percentiles in microseconds,
their ratio to the disk's own flush, and rows a second.
"""

import asyncio
import os
import platform
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from trading_bot.adapters.storage.canonical import canonical_json
from trading_bot.adapters.storage.input_log import FileInputLog
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.journal.sqlite_journal import ThreadedJournal
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.engine.ports import JournalRow

NOW_MS = 1_795_060_800_000
INTENTS = 2_000
QUEUED_ROWS = 20_000
RECORDS = 200_000
BUDGET_US = 1_000


class Latency(NamedTuple):
    """Percentiles in microseconds."""

    median: float
    p99: float


def main() -> None:
    """Measure on the disk of a folder and print the table."""
    disk = Path(sys.argv[1] if len(sys.argv) > 1 else "data")
    folder = Path(tempfile.mkdtemp(dir=disk))
    try:
        print_machine()
        floor = flush_latency(folder / "flushed")
        print(f"{'bare fdatasync, 300 B appended':<38} {floor.median:7.0f} {floor.p99:7.0f}")
        for callers in (1, 10, 50):
            print_durable(folder / f"{callers}.db", callers, floor)
        print_throughput(folder / "throughput.db")
        print_input_log(folder / "inputs")
    finally:
        shutil.rmtree(folder)


def print_machine() -> None:
    """Print what the figures were measured on, and the head of the table."""
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {processor()},"
        f" {platform.system()} {platform.release()}"
    )
    print(
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, load {os.getloadavg()[0]:.1f}"
    )
    print(f"{'case':<38} {'p50 µs':>7} {'p99 µs':>7}   ratio to fdatasync, rows/s")


def processor() -> str:
    """The processor's name as the system gives it."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def flush_latency(path: Path) -> Latency:
    """What the disk itself takes to make 300 appended bytes durable."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    taken = []
    for number in range(INTENTS):
        start = time.perf_counter()
        os.pwrite(descriptor, b"x" * 300, number * 300)
        os.fdatasync(descriptor)
        taken.append(time.perf_counter() - start)
    os.close(descriptor)
    return latency(taken)


def print_durable(path: Path, callers: int, floor: Latency) -> None:
    """Print what an intent takes when so many wait for theirs at once."""
    journal = open_journal(path, clock_ms=lambda: NOW_MS, on_failure=print)
    start = time.perf_counter()
    found = latency(asyncio.run(durable_intents(journal, callers)))
    rows_s = INTENTS / (time.perf_counter() - start)
    journal.close()
    print(
        f"{f'durable intent and its order, {callers} callers':<38} {found.median:7.0f} {found.p99:7.0f}"
        f"   {found.median / floor.median:.1f}x, {rows_s:,.0f} rows/s, budget {BUDGET_US} µs at the median"
    )


async def durable_intents(journal: ThreadedJournal, callers: int) -> list[float]:
    """Seconds from append to durable, of every intent."""
    taken: list[float] = []
    sequence = 0

    async def call() -> None:
        nonlocal sequence
        for _ in range(INTENTS // callers):
            sequence += 1
            own = sequence
            start = time.perf_counter()
            journal.append([intent(own)])
            await journal.durable(own)
            taken.append(time.perf_counter() - start)

    await asyncio.gather(*(call() for _ in range(callers)))
    return taken


def print_throughput(path: Path) -> None:
    """Print how many rows a second are written when all are queued, and how many are verified."""
    journal = open_journal(path, clock_ms=lambda: NOW_MS, on_failure=print)
    rows = [intent(number) for number in range(1, QUEUED_ROWS + 1)]
    written_s = seconds(lambda: write_all(journal, rows))
    journal.close()
    print(f"{'queued at once, with orders':<38} {'':15}   {QUEUED_ROWS / written_s:,.0f} rows/s")
    with JournalReader(path) as reader:
        verified_s = seconds(reader.verify)
    print(f"{'hash chain verified':<38} {'':15}   {QUEUED_ROWS / verified_s:,.0f} rows/s, budget 100,000")


def write_all(journal: ThreadedJournal, rows: list[JournalRow]) -> None:
    """Append rows one by one and wait for the last."""
    for row in rows:
        journal.append([row])
    asyncio.run(journal.durable(len(rows)))


def print_input_log(folder: Path) -> None:
    """Print what one record costs its caller."""
    log = FileInputLog(folder, clock_ms=lambda: NOW_MS)
    payload = canonical_json({"ticks": [["NSE_EQ|INE002A01018", 10_050, NOW_MS, 1_000]]})

    def record() -> None:
        for _ in range(RECORDS):
            log.record("frame", payload)

    each_us = seconds(record) / RECORDS * 1e6
    log.close()
    print(f"{'input log, one record':<38} {each_us:7.2f} {'':7}   budget 2 µs")


def seconds(action: Callable[[], object]) -> float:
    """How long the action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def latency(taken_s: list[float]) -> Latency:
    """Percentiles of durations in seconds."""
    hundredths = statistics.quantiles(taken_s, n=100)
    return Latency(statistics.median(taken_s) * 1e6, hundredths[98] * 1e6)


def intent(sequence: int) -> JournalRow:
    """An order's intent as the engine journals it."""
    request = {
        "tag": f"tb{sequence}",
        "instrument_key": "NSE_EQ|INE002A01018",
        "side": "BUY",
        "product": "I",
        "purpose": "entry",
        "terms": {
            "order_type": "LIMIT",
            "quantity": 10,
            "price": 10_050,
            "trigger_price": 0,
            "validity": "DAY",
        },
    }
    payload = canonical_json({"at_ms": NOW_MS, "request": request, "trade_id": sequence})
    return JournalRow(sequence, NOW_MS + sequence, "order_intended", payload)


if __name__ == "__main__":
    main()
