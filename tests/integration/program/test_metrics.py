"""`metrics` over journals on disk: one session, several of them, and none."""

import asyncio
from decimal import Decimal
from functools import partial

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.scripted_day import end_day, short_loser, whole_day
from trading_bot.adapters.storage.market_records import keep_candles
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.traces.records import keep_traces, read_dictionary
from trading_bot.domain.gate import Gate
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Evaluation
from trading_bot.domain.trace import Trace

OPEN_MS = 1_795_059_900_000
QUARTER_MS, MINUTE_MS = 900_000, 60_000


def kept_beside(path, traces, candles):
    journal = open_inline_journal(path, clock_ms=lambda: OPEN_MS, on_failure=lambda _error: None)

    async def keep():
        dictionary = await journal.run(read_dictionary)
        await journal.run(partial(keep_traces, packed=dictionary.packed(traces)))
        await journal.run(partial(keep_candles, rows=candles))

    asyncio.run(keep())
    journal.close()


def trace(number, score):
    gates = (Gate("score", False, score, ">= 0.6"), Gate("trend", True, 0.1, "> 0"))
    start_ms = OPEN_MS + number * QUARTER_MS
    answer = Evaluation(
        strategy="scripted", instrument_key=KEY, candle_start_ms=start_ms, score=score, gates=gates
    )
    return Trace(answer, start_ms + QUARTER_MS)


@pytest.fixture
def traded(shell):
    driver = EngineDriver()
    short_loser(driver)
    end_day(driver)
    path = shell.write_journal(driver)
    minutes = [(KEY, Candle(OPEN_MS + n * MINUTE_MS, 1, 1, 1, PRICE + 10 * n, 1)) for n in range(60)]
    kept_beside(path, [trace(0, 0.3), trace(1, -0.3), trace(2, 0.0)], minutes)
    return driver


def test_a_session_is_counted_from_its_journal(shell, traded):
    assert shell("metrics --mode paper --json") == 0

    document = shell.json()
    scripted, everybody = document["strategies"]
    assert (scripted["strategy"], everybody["strategy"]) == ("scripted", "all")
    assert (scripted["trades"], scripted["wins"], scripted["signals"]) == (1, 0, 1)
    assert Decimal(scripted["net_pnl"]) < Decimal(scripted["gross_pnl"]) < 0
    assert scripted["max_drawdown"] == str(-Decimal(scripted["net_pnl"]))
    # the signal's candle, of which no trace was kept, and three of fifteen minutes
    assert scripted["hours"] == 1.0
    assert document["gates"][0]["gates"][0]["binding"] == 3


def test_what_gates_held_back_is_followed_in_the_kept_candles(shell, traded):
    """Minute 14 closes at PRICE + 140, minute 44 at PRICE + 440: a long gained 300 of 140,140 paise."""
    shell("metrics --mode paper --json")

    (moves,) = shell.json()["held_back"]["by"]
    assert (moves["held_back_by"], moves["known"], moves["unknown"]) == ("gate: score", 2, 0)
    assert (moves["against"], moves["accuracy"]) == (1, 0.5)
    first, second = 300 / 140_140 * 10_000, -300 / 140_290 * 10_000
    assert moves["mean_bps"] == pytest.approx((first + second) / 2)


def test_replays_are_counted_over_their_journals(shell):
    for second in (1, 2, 3):
        shell.write_journal(whole_day(), f"replay-20261120-10000{second}.db")

    shell("metrics --mode replay --json")
    assert len(shell.json()["sessions"]) == 3
    shell("metrics --mode replay --days 2")
    assert shell.output().startswith("2 sessions, 2026-11-19 to 2026-11-19")


def test_a_mode_that_never_ran_is_said_so(shell):
    assert shell("metrics --mode alerts") == 1
    assert "there is no journal of mode alerts" in shell.error()
