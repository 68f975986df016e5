from datetime import date, timedelta
from functools import partial

import pytest

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.keeping.retention import prune, prune_input_logs
from trading_bot.adapters.storage.market_records import keep_candles
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.adapters.storage.traces.records import evaluations_of, keep_traces, read_dictionary
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace

TODAY = date(2026, 11, 19)
MIDNIGHT_MS = midnight_ms(TODAY)


@pytest.fixture
def journal(path):
    opened = open_inline_journal(path, clock_ms=lambda: MIDNIGHT_MS, on_failure=lambda error: None)
    yield opened
    opened.close()


def candle(start_ms):
    return ("A", Candle(start_ms, 1, 1, 1, 1, 1))


async def prune_all(journal, settings):
    steps = 0
    while await journal.run(partial(prune, settings=settings, on=TODAY)):
        steps += 1
    return steps


async def test_candles_older_than_their_days_go(journal, path):
    kept_from = MIDNIGHT_MS - 2 * MS_PER_DAY
    starts = [kept_from - MS_PER_DAY, kept_from - MS_PER_MINUTE, kept_from, MIDNIGHT_MS]
    await journal.run(partial(keep_candles, rows=[candle(start) for start in starts]))

    await prune_all(journal, StorageSettings(candle_days_kept=2))

    with JournalReader(path) as reader:
        assert [kept.start_ms for _, kept in reader.candles(0, MIDNIGHT_MS)] == [kept_from, MIDNIGHT_MS]


async def test_a_step_deletes_no_more_than_half_an_hour(journal):
    first = MIDNIGHT_MS - 40 * MS_PER_DAY
    rows = [candle(first + minute * MS_PER_MINUTE) for minute in range(90)]
    await journal.run(partial(keep_candles, rows=rows))

    assert await prune_all(journal, StorageSettings()) == 3


async def test_traces_are_kept_for_a_year(journal, path):
    starts = [MIDNIGHT_MS - days * MS_PER_DAY for days in (366, 365, 1)]
    answers = [
        Evaluation(strategy="s", instrument_key="A", candle_start_ms=start_ms, score=0, gates=())
        for start_ms in starts
    ]
    traces = [Trace(answer, answer.candle_start_ms) for answer in answers]
    packed = (await journal.run(read_dictionary)).packed(traces)
    await journal.run(partial(keep_traces, packed=packed))

    await prune_all(journal, StorageSettings())

    with JournalReader(path) as reader:
        found = [evaluations_of(reader, "A", start_ms, start_ms) for start_ms in starts]
    assert [len(evaluations) for evaluations in found] == [0, 1, 1]


async def test_old_calls_go_and_the_journal_stays(journal, path, row):
    old_ms = MIDNIGHT_MS - 400 * MS_PER_DAY
    journal.append([row(1, kind="cancel_intended", at_ms=old_ms, tag="t")])

    await prune_all(journal, StorageSettings())

    with JournalReader(path) as reader:
        assert reader.table("rate_limit_log") == ()
        assert reader.last_sequence() == 1


def log_file(folder, days_ago, number=1, size=1_000):
    path = folder / f"{TODAY - timedelta(days=days_ago)}.{number:03d}.inputs"
    path.write_bytes(b"x" * size)
    return path


def test_input_logs_older_than_their_days_go(tmp_path):
    old, young = log_file(tmp_path, 11), log_file(tmp_path, 10)

    assert prune_input_logs(tmp_path, StorageSettings(), on=TODAY) == [old]
    assert young.exists()


def test_the_oldest_input_logs_go_until_the_rest_is_small_enough(tmp_path):
    oldest = log_file(tmp_path, 2, size=600_000)
    middle = log_file(tmp_path, 1, number=1, size=600_000)
    newest = log_file(tmp_path, 1, number=2, size=300_000)

    deleted = prune_input_logs(tmp_path, StorageSettings(input_log_mb_max=1), on=TODAY)

    assert deleted == [oldest]
    assert middle.exists()
    assert newest.exists()


def test_todays_input_logs_stay_whatever_their_size(tmp_path):
    today = log_file(tmp_path, 0, size=2_000_000)

    assert prune_input_logs(tmp_path, StorageSettings(input_log_mb_max=1), on=TODAY) == []
    assert today.exists()
