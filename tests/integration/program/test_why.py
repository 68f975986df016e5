"""`why` over a journal on disk: while its daemon runs, while it is down, and where there is nothing."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import date
from functools import partial

import pytest

from tests.fakes.engine_driver import KEY, EngineDriver
from tests.fakes.scripted_day import end_day, short_loser, whole_day
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.traces.records import keep_traces, read_dictionary
from trading_bot.bootstrap.answers.why import why_document, why_text
from trading_bot.domain.errors import UnknownInstrumentError
from trading_bot.domain.gate import Gate
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace
from trading_bot.settings.tree import Settings

QUIET = Gate("score", passed=False, measured=0.2, needed=">= 0.6")


@pytest.fixture
def database(shell):
    """A day's journal with the traces of its signals' candles, and one more at noon."""
    driver = EngineDriver()
    short_loser(driver)
    end_day(driver)
    path = shell.write_journal(driver)
    told = [event.evaluation for event in driver.events if hasattr(event, "evaluation")]
    noon_ms = told[0].candle_start_ms + 9 * 900_000
    told.append(
        Evaluation(
            strategy="scripted", instrument_key=KEY, candle_start_ms=noon_ms, score=0.2, gates=(QUIET,)
        )
    )
    traces = [Trace(one, one.candle_start_ms + 900_000, one.candle_start_ms + 899_000) for one in told]
    journal = open_inline_journal(path, clock_ms=lambda: driver.now_ms, on_failure=lambda _error: None)

    async def keep():
        dictionary = await journal.run(read_dictionary)
        await journal.run(partial(keep_traces, packed=dictionary.packed(traces)))

    asyncio.run(keep())
    journal.close()
    return path


def test_a_trade_is_explained_at_its_minute(shell, database):
    assert shell("why RELIANCE 10:30 --mode paper --json") == 0

    document = shell.json()
    assert (document["verdict"], document["mode"]) == ("traded", "paper")
    assert document["evaluations"][0]["trade"]["exit_reason"] == "stop"


def test_the_newest_comes_with_the_days_turning_points(shell, database):
    assert shell("why RELIANCE --mode paper") == 0

    text = shell.output()
    assert text.startswith("RELIANCE on 19 November 2026 (mode paper): not traded: no signal")
    assert "score: >= 0.6 (0.4 too low)" in text
    assert "trade 1 closed at" in text


def test_an_earlier_day_is_asked_for_by_name(shell, database):
    assert shell("why RELIANCE --mode paper --on 2026-11-18") == 0

    assert "nothing ran on this day" in shell.output()


def test_an_unknown_symbol_is_answered_with_alike_ones(shell, database):
    assert shell("why RELIANC --mode paper") == 2

    assert "did you mean RELIANCE?; the journal knows RELIANCE" in shell.error()


def test_a_share_of_an_earlier_list_is_found_by_its_key(shell, database):
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE instruments SET instrument_key = 'NSE_EQ|OTHER', symbol = 'OTHER'")

    assert shell(f"why {KEY} --mode paper --json") == 0
    assert shell.json()["evaluations"][0]["gates"][0]["name"] == "score"


def test_a_mode_that_never_ran_is_said_so(shell):
    assert shell("why RELIANCE --mode alerts") == 1

    assert "there is no journal of mode alerts" in shell.error()


def test_a_day_without_trading_is_named(shell, database):
    assert shell("why RELIANCE --mode paper --on 2026-11-15") == 0
    assert "no trading on this day: a weekend" in shell.output()
    assert shell("why RELIANCE --mode paper --on 2031-01-01") == 0
    assert "no trading on this day: " in shell.output()


def test_an_earlier_replay_is_found_by_its_day(shell):
    earlier = shell.write_journal(whole_day(), "replay-20261120-100000.db")
    newer = shell.data / "replay-20261121-100000.db"
    open_inline_journal(newer, clock_ms=lambda: 0, on_failure=lambda _error: None).close()
    assert newer.stat().st_mtime >= earlier.stat().st_mtime

    assert shell("why RELIANCE --mode replay --on 2026-11-19") == 0
    assert "trade 1 is planned" in shell.output()


def test_a_journal_without_a_day_has_no_instruments(shell):
    path = shell.data / "paper.db"
    open_inline_journal(path, clock_ms=lambda: 0, on_failure=lambda _error: None).close()

    assert shell("why RELIANCE --mode paper") == 2
    assert "the journal lists no instrument" in shell.error()


def test_pages_and_chats_ask_by_symbol_and_moment(database):
    document, text = why_document(Settings(), database), why_text(Settings(), database)

    assert document("RELIANCE", None)["verdict"] == "no_signal"
    at_ms = 1_795_062_660_000
    assert document("RELIANCE", at_ms)["asked_at"] == "2026-11-19T10:01:00.000+05:30"
    assert text(KEY, at_ms).startswith("RELIANCE on 19 November 2026 at 10:01:00")
    with pytest.raises(UnknownInstrumentError):
        text("NOTHING", None)


def test_a_writer_is_not_held_up_by_a_question(database):
    """The question reads in short steps and holds no lock: a commit in between goes through at once."""
    ask = why_document(Settings(), database)
    with closing(sqlite3.connect(database, timeout=0)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO meta VALUES ('a note', 'x')")
        assert ask("RELIANCE", None)["on"] == date(2026, 11, 19).isoformat()
        writer.commit()
    assert ask("RELIANCE", None)["symbol"] == "RELIANCE"
