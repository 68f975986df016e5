import asyncio
from datetime import date

import pytest

from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.traces.packing import PackedTraces, TraceDictionary
from trading_bot.adapters.storage.traces.records import read_dictionary
from trading_bot.bootstrap.day.market_recorder import MarketRecorder, unprotected_before
from trading_bot.domain.errors import StorageError
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace


class RefusingJournal:
    """A database that takes nothing."""

    epoch = 1

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def run(self, _job) -> None:
        self.asked.set()
        raise StorageError("the disk is full")


async def test_candles_that_the_disk_refuses_do_not_end_the_session():
    """Fault 90: exits go on, so the recorder must not open the circuit breaker."""
    journal, beats = RefusingJournal(), []
    recorder = MarketRecorder(journal)
    recorder.take((("NSE_EQ|X", Candle(0, 1, 1, 1, 1, 1)),), ())

    running = asyncio.create_task(recorder.run(lambda: beats.append(1)))
    await journal.asked.wait()
    await asyncio.sleep(0)

    assert not running.done()
    running.cancel()


class JournalThatRefusesOnce:
    """Refuses the first rows that are to be written; counts how often the dictionary was read."""

    epoch = 1

    def __init__(self) -> None:
        self.reads = 0
        self.written: list[PackedTraces] = []
        self.refusals = 1

    async def run(self, job):
        if job is read_dictionary:
            self.reads += 1
            return TraceDictionary()
        if self.refusals:
            self.refusals -= 1
            raise StorageError("the disk is full")
        self.written.append(job.keywords["packed"])
        return None


def trace(start_ms):
    answer = Evaluation(strategy="s", instrument_key="A", candle_start_ms=start_ms, score=0.0, gates=())
    return Trace(answer, start_ms + 1)


async def test_names_that_the_disk_refused_are_written_with_the_next_traces():
    """Else the traces after them would speak in numbers that nobody explains."""
    journal = JournalThatRefusesOnce()
    recorder = MarketRecorder(journal)
    recorder.take((), (trace(0),))
    with pytest.raises(StorageError):
        await recorder.write()

    for start_ms in (1, 2):
        recorder.take((), (trace(start_ms),))
        await recorder.write()

    assert [[name for _, name in packed.names] for packed in journal.written] == [["A", "s"], []]
    assert journal.reads == 2


class HangingJournal:
    """Reads, and never comes back from writing, until it is told that the disk is well."""

    epoch = 1

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.is_well = False
        self.written: list[PackedTraces] = []

    async def run(self, job):
        if job is read_dictionary:
            return TraceDictionary()
        if not self.is_well:
            self.asked.set()
            await asyncio.Event().wait()
        self.written.append(job.keywords["packed"])
        return None


async def test_traces_that_were_under_way_at_the_end_are_written_with_the_last_ones():
    journal = HangingJournal()
    recorder = MarketRecorder(journal)
    recorder.take((), (trace(1), trace(2)))
    running = asyncio.create_task(recorder.run(lambda: None))
    await journal.asked.wait()
    running.cancel()
    await asyncio.wait({running})

    journal.is_well = True
    recorder.take((), (trace(3),))
    await recorder.write()

    (packed,) = journal.written
    assert [row.candle_start_ms for row in packed.rows] == [1, 2, 3]


async def test_the_longest_time_without_protection_is_that_of_the_day_over_restarts(tmp_path):
    path, on = tmp_path / "paper.db", date(2026, 11, 19)
    journal = open_inline_journal(path, clock_ms=lambda: 0, on_failure=print)
    recorder = MarketRecorder(journal)
    assert unprotected_before(path, on) == 0

    for seconds in (0.0, 3.0, 4.5):
        recorder.unprotected_seen = lambda seconds=seconds: (on, seconds)
        await recorder.write()
    journal.close()

    assert unprotected_before(path, on) == 4.5
    assert unprotected_before(path, on.replace(day=20)) == 0
