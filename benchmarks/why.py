"""A year of evaluations: how large their traces are, and how soon `why` answers over them.

    python benchmarks/why.py [FOLDER]

FOLDER lies on the disk to be measured (default: a temporary one). The strategy confluence plays made prices
of 200 shares: a year of 250 days on 15-minute candles, and the worst, 1-minute candles, for ten. Five days
are played, later ones repeat them and are written like the first ones. The journal holds the signals of the
newest days and their denials; the last day has minute candles as well.
"""

import asyncio
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import show, spread_of
from benchmarks.machine import machine
from benchmarks.market import MINUTES_A_DAY, instruments_of
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.journal.sqlite_journal import InlineJournal
from trading_bot.adapters.storage.keeping.retention import prune
from trading_bot.adapters.storage.market_records import keep_candles, keep_instruments
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.adapters.storage.traces.packing import PackedTraces
from trading_bot.adapters.storage.traces.records import gate_counts, keep_traces, read_dictionary
from trading_bot.bootstrap.answers.why import why_document
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, midnight_ms
from trading_bot.domain.market_data import Candle, Quote
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace
from trading_bot.engine.ports import JournalRow
from trading_bot.engine.records import encode
from trading_bot.settings.tree import Settings
from trading_bot.strategies.confluence import Confluence
from trading_bot.strategies.confluence_settings import ConfluenceSettings

SYMBOLS = 200
PLAYED_DAYS = 5
JOURNALED_DAYS = 5
ROWS_AT_ONCE = 300
HISTORY = 300
QUESTIONS = 100
LAST = date(2026, 11, 19)
OPEN_AFTER_MS = 9 * 60 * MS_PER_MINUTE + 15 * MS_PER_MINUTE
MB = 1_000_000
MB_A_DAY_MAX, ANSWER_MS_MAX = 50, 200
Found = TypeVar("Found")


class Case(NamedTuple):
    """A file to be measured."""

    name: str
    minutes: int
    days: int


CASES = (Case("15-minute candles, a year", 15, 250), Case("1-minute candles", 1, 10))


def main() -> None:
    """Make each file, measure, and print."""
    print(machine())
    folder = Path(tempfile.mkdtemp(dir=sys.argv[1] if len(sys.argv) > 1 else None))
    try:
        for case in CASES:
            _measure(case, folder / f"{case.minutes}.db")
    finally:
        shutil.rmtree(folder)


def _measure(case: Case, path: Path) -> None:
    instruments = instruments_of(SYMBOLS)
    days = trading_days(case.days)
    began = time.perf_counter()
    pack_us, batch_ms = asyncio.run(_fill(case, path, instruments, days))
    print(f"\n{case.name}: {case.days} days of {SYMBOLS} shares, made in {time.perf_counter() - began:.0f} s")
    size = _bytes_of(path, ("traces", "trace_names", "trace_forms"))
    evaluations = case.days * SYMBOLS * (MINUTES_A_DAY // case.minutes)
    show("traces a day", size / MB / case.days, MB_A_DAY_MAX, "MB")
    show("a trace, its row and index included", size / evaluations, None, "bytes")
    show("traces in 250 days", size / MB / case.days * 250, None, "MB")
    show("the file", path.stat().st_size / MB, None, "MB")
    show("packing a trace, in a thread of its own", pack_us, None, "us")
    show(
        f"writing {ROWS_AT_ONCE} traces, which an order's commit waits for, p99",
        spread_of(batch_ms).p99,
        None,
        "ms",
    )
    _ask(path, instruments, days)
    _prune(path, days)


def trading_days(count: int) -> list[date]:
    """The last so many weekdays up to the last day."""
    weekdays = (
        day for number in range(2 * count + 10) if (day := LAST - timedelta(days=number)).weekday() < 5
    )
    return sorted(day for day, _ in zip(weekdays, range(count), strict=False))


async def _fill(
    case: Case, path: Path, instruments: Sequence[Instrument], days: Sequence[date]
) -> tuple[float, list[float]]:
    journal = open_inline_journal(path, clock_ms=lambda: midnight_ms(LAST), on_failure=_raise)
    dictionary = await journal.run(read_dictionary)
    played = played_days(case, instruments, days[:PLAYED_DAYS])
    packed: list[list[PackedTraces]] = []
    pack_s, batch_ms = 0.0, []
    for number, day in enumerate(days):
        if number < PLAYED_DAYS:
            began = time.perf_counter()
            packed.append([dictionary.packed(batch) for batch in batches(played[number])])
            pack_s += time.perf_counter() - began
        shift_ms = midnight_ms(day) - midnight_ms(days[number % PLAYED_DAYS])
        for batch in packed[number % PLAYED_DAYS]:
            began = time.perf_counter()
            await journal.run(partial(keep_traces, packed=shifted(batch, shift_ms)))
            batch_ms.append((time.perf_counter() - began) * 1e3)
        if number >= len(days) - JOURNALED_DAYS:
            await _journal(journal, played[number % PLAYED_DAYS], day, shift_ms)
    await journal.run(partial(keep_instruments, instruments=instruments, on=days[-1]))
    for rows in batches(_minutes(instruments, days[-1])):
        await journal.run(partial(keep_candles, rows=rows))
    journal.close()
    return pack_s * 1e6 / sum(len(traces) for traces in played), batch_ms


def played_days(case: Case, instruments: Sequence[Instrument], days: Sequence[date]) -> list[list[Trace]]:
    """What the strategy says of some days, in the order of time."""
    strategy = Confluence(ConfluenceSettings(timeframe_minutes=case.minutes))
    each = MINUTES_A_DAY // case.minutes
    told: list[list[Trace]] = [[] for _ in days]
    for number, instrument in enumerate(instruments):
        evaluator = strategy.evaluator(instrument)
        candles = _walk(HISTORY + each * len(days), seed=number)
        evaluator.warm_up(candles[:HISTORY])
        walked = iter(candles[HISTORY:])
        for place, day in enumerate(days):
            open_ms = midnight_ms(day) + OPEN_AFTER_MS
            for step in range(each):
                start_ms = open_ms + step * case.minutes * MS_PER_MINUTE
                candle = next(walked)._replace(start_ms=start_ms)
                quote = Quote(candle.close - 10 - number % 7, 50, candle.close + 15, 40)
                at_ms = start_ms + case.minutes * MS_PER_MINUTE + number * 7 % 1_000
                told[place].append(Trace(evaluator.evaluate(candle, quote), at_ms, at_ms - number * 13 % 900))
    return [sorted(traces, key=lambda trace: trace.at_ms) for traces in told]


def batches(rows: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """The rows, as many at a time as the recorder writes."""
    return (rows[first : first + ROWS_AT_ONCE] for first in range(0, len(rows), ROWS_AT_ONCE))


def shifted(packed: PackedTraces, shift_ms: int) -> PackedTraces:
    """The same traces on another day."""
    if not shift_ms:
        return packed
    rows = [row._replace(candle_start_ms=row.candle_start_ms + shift_ms) for row in packed.rows]
    return PackedTraces((), (), rows)


async def _journal(journal: InlineJournal, traces: Sequence[Trace], day: date, shift_ms: int) -> None:
    """Every signal of a day, denied."""
    started: list[ev.BookEvent] = [ev.DayStarted(at_ms=midnight_ms(day) + OPEN_AFTER_MS, on=day)]
    events = started
    for trace in traces:
        if isinstance(trace.answer, Evaluation) and trace.answer.signal is not None:
            at_ms = trace.at_ms + shift_ms
            events.append(ev.SignalRaised(at_ms=at_ms, evaluation=trace.answer))
            events.append(
                ev.EntryDenied(
                    at_ms=at_ms,
                    strategy=trace.answer.strategy,
                    instrument_key=trace.answer.instrument_key,
                    candle_start_ms=trace.answer.candle_start_ms,
                    reason="max_concurrent_positions",
                    detail="3 open of 3",
                )
            )
    first = journal.last_sequence + 1
    rows = [JournalRow(number, event.at_ms, *encode(event)) for number, event in enumerate(events, first)]
    journal.append(rows)
    await journal.durable(rows[-1].sequence)


def _ask(path: Path, instruments: Sequence[Instrument], days: Sequence[date]) -> None:
    chance = random.Random(1)
    ask = why_document(Settings(), path)
    newest = partial(ask, at_ms=None)
    took = [
        _timed(ask, chance.choice(instruments).symbol, _moment(chance, chance.choice(days)))
        for _ in range(QUESTIONS)
    ]
    show("why, any share, day and moment: median", statistics.median(took), ANSWER_MS_MAX, "ms")
    show("why, any share, day and moment: p99", spread_of(took).p99, ANSWER_MS_MAX, "ms")
    took = [_timed(lambda symbol, _: newest(symbol), share.symbol, None) for share in instruments[:QUESTIONS]]
    show("why, the newest: p99", spread_of(took).p99, ANSWER_MS_MAX, "ms")
    took = [
        _timed(ask, share.symbol, midnight_ms(days[-1]) + MS_PER_MINUTE) for share in instruments[:QUESTIONS]
    ]
    show("why not at midnight (no evaluation): p99", spread_of(took).p99, ANSWER_MS_MAX, "ms")
    with JournalReader(path) as reader:
        began = time.perf_counter()
        counted = gate_counts(reader, midnight_ms(days[0]), 1 << 60)
        show("counting the gates of all days", (time.perf_counter() - began) * 1e3, None, "ms")
        signals, evaluations = (sum(column) for column in zip(*(count[3:] for count in counted), strict=True))
        print(f"  {evaluations:,} evaluations, {signals:,} signals")


def _moment(chance: random.Random, day: date) -> int:
    return midnight_ms(day) + OPEN_AFTER_MS + chance.randrange(MINUTES_A_DAY * MS_PER_MINUTE)


def _timed(ask: Callable[[str, int | None], object], symbol: str, at_ms: int | None) -> float:
    began = time.perf_counter()
    ask(symbol, at_ms)
    return (time.perf_counter() - began) * 1e3


def _prune(path: Path, days: Sequence[date]) -> None:
    """Drop the oldest day in bites."""
    journal = open_inline_journal(path, clock_ms=lambda: midnight_ms(LAST), on_failure=_raise)
    settings = StorageSettings(signal_days_kept=(LAST - days[0]).days - 1 or 1)
    took = []
    is_more = True
    while is_more:
        began = time.perf_counter()
        is_more = asyncio.run(journal.run(partial(prune, settings=settings, on=LAST)))
        took.append((time.perf_counter() - began) * 1e3)
    journal.close()
    show(f"pruning a day in {len(took)} bites: the longest", max(took), None, "ms")


def _bytes_of(path: Path, tables: Sequence[str]) -> int:
    with closing(sqlite3.connect(path)) as connection:
        pages = connection.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
        return sum(size for name, size in pages if name.removesuffix("_name") in tables)


def _minutes(instruments: Sequence[Instrument], day: date) -> list[tuple[str, Candle]]:
    open_ms = midnight_ms(day) + OPEN_AFTER_MS
    return [
        (instrument.key, Candle(open_ms + minute * MS_PER_MINUTE, 100, 110, 90, 105, 1_000))
        for minute in range(MINUTES_A_DAY)
        for instrument in instruments
    ]


def _walk(candles: int, *, seed: int) -> list[Candle]:
    generator = np.random.default_rng(seed)
    closes = (140_000 + np.cumsum(generator.normal(0, 150, candles))).round().astype(int).tolist()
    widths = generator.integers(10, 400, candles).tolist()
    volumes = generator.integers(200, 20_000, candles).tolist()
    return [
        Candle(0, close - width // 3, close + width, close - width, close, volume)
        for close, width, volume in zip(closes, widths, volumes, strict=True)
    ]


def _raise(error: Exception) -> None:
    raise error


if __name__ == "__main__":
    main()
