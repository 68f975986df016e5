import sqlite3
from contextlib import closing
from functools import partial

import pytest

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.traces.records import (
    evaluations_of,
    gate_counts,
    keep_traces,
    read_dictionary,
)
from trading_bot.domain.gate import Gate
from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.domain.signal import Direction, Evaluation
from trading_bot.domain.trace import GateCount, Trace

NOW_MS = 1_795_060_800_000
MINUTE_MS = 60_000
GOOD, BAD = Gate("a", True, 1, ">= 1"), Gate("b", False, 0.5, ">= 1; of two")
ALL_TIME = (NOW_MS - MS_PER_DAY, NOW_MS + MS_PER_DAY)


@pytest.fixture
def opened(path):
    journals = []

    def open_again():
        for journal in journals:
            journal.close()
        journals.append(open_inline_journal(path, clock_ms=lambda: NOW_MS, on_failure=print))
        return journals[-1]

    yield open_again
    for journal in journals:
        journal.close()


def trace(*gates, key="A", strategy="s", minute=0):
    start_ms = NOW_MS + minute * MINUTE_MS
    answer = Evaluation(
        strategy=strategy, instrument_key=key, candle_start_ms=start_ms, score=0.5, gates=gates or (GOOD, BAD)
    )
    return Trace(answer, start_ms + MINUTE_MS, start_ms)


async def keep(journal, *traces):
    dictionary = await journal.run(read_dictionary)
    await journal.run(partial(keep_traces, packed=dictionary.packed(traces)))


def put_signal(path, *, minute=0, direction=None, key="A"):
    """A row as files of the first schema hold it for every evaluation, and later ones for each signal."""
    row = (NOW_MS + minute * MINUTE_MS, key, "s", "2026-11-19", direction, 0.5, '[["a",true,1,">= 1"]]')
    columns = "candle_start_ms, instrument_key, strategy, 'on', direction, score, gates"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"INSERT INTO signals ({columns}) VALUES (?,?,?,?,?,?,?)", row)


async def test_evaluations_of_an_instrument_come_newest_first(opened, path):
    await keep(opened(), trace(minute=1), trace(minute=3), trace(minute=2, key="B"), trace(minute=9))

    with JournalReader(path) as reader:
        found = list(evaluations_of(reader, "A", NOW_MS, NOW_MS + 5 * MINUTE_MS))

    assert [one.candle_start_ms - NOW_MS for one in found] == [3 * MINUTE_MS, MINUTE_MS]
    assert found[0].gates == (GOOD, BAD)


async def test_an_instrument_that_was_never_evaluated_has_none(opened, path):
    await keep(opened(), trace())

    with JournalReader(path) as reader:
        assert list(evaluations_of(reader, "B", *ALL_TIME)) == []


async def test_a_candle_that_is_evaluated_again_replaces_the_first(opened, path):
    journal = opened()
    await keep(journal, trace(BAD))
    await keep(journal, trace(GOOD))

    with JournalReader(path) as reader:
        assert [one.gates for one in evaluations_of(reader, "A", *ALL_TIME)] == [(GOOD,)]


async def test_another_process_goes_on_with_the_names_and_forms_of_the_first(opened, path):
    await keep(opened(), trace())
    await keep(opened(), trace(minute=1), trace(GOOD, key="B"))

    with JournalReader(path) as reader:
        assert [one.gates for one in evaluations_of(reader, "A", *ALL_TIME)] == [(GOOD, BAD)] * 2
        assert [one.gates for one in evaluations_of(reader, "B", *ALL_TIME)] == [(GOOD,)]
        assert len(reader.table("trace_forms")) == 2


async def test_evaluations_of_the_first_schema_are_still_read(opened, path):
    await keep(opened(), trace(minute=1))
    put_signal(path, minute=0)

    with JournalReader(path) as reader:
        found = list(evaluations_of(reader, "A", *ALL_TIME))
        counted = gate_counts(reader, *ALL_TIME)

    assert [(one.at_ms, one.gates) for one in found] == [
        (NOW_MS + 2 * MINUTE_MS, (GOOD, BAD)),
        (None, (GOOD,)),
    ]
    assert sum(count.evaluations for count in counted) == 2


async def test_a_signal_beside_its_trace_is_one_evaluation(opened, path):
    await keep(opened(), trace())
    put_signal(path, direction="long")

    with JournalReader(path) as reader:
        assert len(list(evaluations_of(reader, "A", *ALL_TIME))) == 1
        assert [count.evaluations for count in gate_counts(reader, *ALL_TIME)] == [1]


async def test_a_signal_without_its_trace_is_found_as_well(opened, path):
    """The disk refused the trace; the signal came with the journal's own commit."""
    opened()
    put_signal(path, direction="long")

    with JournalReader(path) as reader:
        (found,) = evaluations_of(reader, "A", *ALL_TIME)

    assert found.direction is Direction.LONG


async def test_equal_outcomes_are_counted_together(opened, path):
    passing = BAD._replace(passed=True)
    await keep(opened(), trace(), trace(minute=1), trace(GOOD, passing, minute=2), trace(strategy="t"))

    with JournalReader(path) as reader:
        counted = gate_counts(reader, *ALL_TIME)

    said = (("a", ">= 1"), ("b", ">= 1"))
    assert set(counted) == {
        GateCount("s", said, 0b01, 0, 2),
        GateCount("s", said, 0b11, 0, 1),
        GateCount("t", said, 0b01, 0, 1),
    }


async def test_a_file_that_no_daemon_has_brought_up_to_date_is_read(opened, path):
    journal = opened()
    journal.close()
    put_signal(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DROP VIEW evaluations")
        for table in ("traces", "trace_names", "trace_forms"):
            connection.execute(f"DROP TABLE {table}")
        connection.execute("UPDATE meta SET value = '0001' WHERE name = 'schema'")

    with JournalReader(path) as reader:
        assert [one.gates for one in evaluations_of(reader, "A", *ALL_TIME)] == [(GOOD,)]
        assert [count.evaluations for count in gate_counts(reader, *ALL_TIME)] == [1]


async def test_the_view_shows_names_to_whoever_asks_in_sql(opened, path):
    await keep(opened(), trace(minute=1, key="B"))

    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT candle_start_ms, instrument_key, strategy, passed FROM evaluations"
        )
        assert found.fetchall() == [(NOW_MS + MINUTE_MS, "B", "s", 1)]
