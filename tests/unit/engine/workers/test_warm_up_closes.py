"""Closes of earlier sessions are asked for before the minutes, once, and only where somebody wants them."""

import asyncio
from datetime import timedelta

from tests.fakes.engine_driver import DAY, KEY, SESSION
from tests.fakes.engine_ports import FakeHistory, no_beat
from tests.fakes.worker_setting import Setting
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.outlook import DayClose
from trading_bot.engine.workers.warm_up import WarmUpPlan, WarmUpWorker
from trading_bot.simulator.virtual_time import run_virtually

CLOSES = (DayClose(DAY - timedelta(days=1), 100),)
FIRST = DAY - timedelta(days=300)


def history_of(**closes):
    return FakeHistory(candles={KEY: ()}, **closes)


def warmed(history, *, closes_from=FIRST, gaps=0):
    """The series after the warm-up, with what was asked of the history."""

    async def scenario():
        setting, done = Setting(), asyncio.Event()
        setting.engine.state.market.series[KEY].is_warm = False
        plan = WarmUpPlan(
            first=DAY - timedelta(days=1),
            last=DAY,
            sessions={KEY: {DAY - timedelta(days=1): (0, 1), DAY: SESSION[0]}},
            closes_from=closes_from,
        )
        worker = WarmUpWorker(setting.engine, history, [KEY], plan, done)
        running = asyncio.ensure_future(worker.run(no_beat))
        await done.wait()
        for _ in range(gaps):
            setting.engine.outbox.history_wanted.set()
            await asyncio.sleep(1)
        running.cancel()
        return setting.engine.state.market.series[KEY]

    return run_virtually(scenario())


def test_they_reach_the_engine():
    series = warmed(history_of(closes={KEY: CLOSES}))

    assert series.day_closes.closes == CLOSES


def test_nobody_asks_where_no_strategy_looks_at_days():
    history = history_of(closes={KEY: CLOSES})

    assert warmed(history, closes_from=None).day_closes is None
    assert history.asked == [KEY], "its minutes alone"


def test_a_gap_in_the_feed_does_not_ask_again():
    history = history_of(closes={KEY: CLOSES})

    warmed(history, gaps=2)

    assert history.asked.count(KEY) == 4, "its closes once, its minutes three times"


def test_without_an_answer_the_minutes_are_taken_all_the_same():
    class NoDays(FakeHistory):
        async def day_closes(self, instrument_key, first, last):
            raise ReadFailedError("no answer")

    series = warmed(NoDays(candles={KEY: ()}))

    assert series.day_closes is None
    assert series.is_warm
