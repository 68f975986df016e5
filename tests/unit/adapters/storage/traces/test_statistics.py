import sqlite3
from contextlib import closing
from functools import partial

import pytest

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.traces.records import keep_traces, read_dictionary
from trading_bot.adapters.storage.traces.statistics import LoneFailure, evaluated_starts, lone_failures
from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace

NOW_MS, MINUTE_MS = 1_795_060_800_000, 60_000


def trace(minute, *passed, key="A", strategy="s"):
    start_ms = NOW_MS + minute * MINUTE_MS
    gates = tuple(Gate(name, went, 1, ">= 1") for name, went in zip("abc", passed, strict=False))
    answer = Evaluation(
        strategy=strategy, instrument_key=key, candle_start_ms=start_ms, score=-0.5, gates=gates
    )
    return Trace(answer, start_ms)


@pytest.fixture
def journal(path):
    opened = open_inline_journal(path, clock_ms=lambda: NOW_MS, on_failure=print)
    yield opened
    opened.close()


async def keep(journal, *traces):
    dictionary = await journal.run(read_dictionary)
    await journal.run(partial(keep_traces, packed=dictionary.packed(traces)))


async def test_starts_of_candles_are_told_once_for_each_strategy(journal, path):
    await keep(journal, trace(0), trace(0, key="B"), trace(15), trace(0, strategy="t"), trace(99))

    with JournalReader(path) as reader:
        found = evaluated_starts(reader, NOW_MS, NOW_MS + 20 * MINUTE_MS)

    assert found == {"s": [NOW_MS, NOW_MS + 15 * MINUTE_MS], "t": [NOW_MS]}


async def test_a_gate_that_alone_failed_is_named(journal, path):
    await keep(
        journal,
        trace(0, True, False, True),
        trace(1, False, False, True),
        trace(2, True, True, True),
        trace(3, False),
        trace(99, True, False, True),
    )

    with JournalReader(path) as reader:
        found = set(lone_failures(reader, NOW_MS, NOW_MS + 20 * MINUTE_MS))

    assert found == {
        LoneFailure("s", "A", NOW_MS, -0.5, "b"),
        LoneFailure("s", "A", NOW_MS + 3 * MINUTE_MS, -0.5, "a"),
    }


async def test_a_file_of_the_first_schema_tells_starts_and_no_lone_failures(journal, path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO signals VALUES (?, 'A', 's', '2026-11-19', NULL, 0.5, NULL, NULL, '[]')", [NOW_MS]
        )
        connection.execute("UPDATE meta SET value = '0001' WHERE name = 'schema'")

    with JournalReader(path) as reader:
        assert evaluated_starts(reader, NOW_MS, NOW_MS) == {"s": [NOW_MS]}
        assert list(lone_failures(reader, NOW_MS, NOW_MS)) == []
