"""The workers of the order stream, the feed, and the clock."""

import asyncio

import pytest

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.engine_ports import (
    FakeBroker,
    FakeFeed,
    no_beat,
)
from tests.fakes.worker_setting import START_MS, Setting, in_virtual_time
from trading_bot.domain.market_data import Candle, Frame, MarketPhase, MarketStatus, Tick
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.workers.clock import ClockWorker
from trading_bot.engine.workers.feed import FeedWorker
from trading_bot.engine.workers.order_stream import OrderStreamWorker
from trading_bot.engine.workers.signals import SignalWorker


def test_rows_of_the_stream_are_taken_and_a_reconnect_asks_for_all_books():
    """Fault 57: the stream replays nothing."""

    async def scenario():
        driver = EngineDriver()
        driver.signal()
        (entry,) = driver.places()
        tag = entry.request.tag
        driver.answer(tag)
        setting = Setting(driver)
        broker = FakeBroker(updates=(None, driver.report(tag, OrderStatus.OPEN)))
        await OrderStreamWorker(setting.engine, broker).run(no_beat)
        outbox = setting.engine.outbox
        wanted = outbox.books_wanted.is_set() and outbox.positions_wanted.is_set()
        return wanted, driver.order(tag).status

    assert in_virtual_time(scenario) == (True, OrderStatus.OPEN)


def test_frames_status_and_losses_of_the_feed_are_told_apart():
    async def scenario():
        setting = Setting()
        feed = FakeFeed(
            sent=(
                Frame(0, (Tick(KEY, PRICE, START_MS),)),
                MarketStatus(0, {"NSE_EQ": MarketPhase.NORMAL_OPEN}),
                None,
            )
        )
        worker = FeedWorker(setting.engine, feed, [KEY], setting.clock, asyncio.Event(), START_MS)
        await worker.run(no_beat)
        return setting.log.kinds

    assert in_virtual_time(scenario) == ["frame_received", "phase_reported", "feed_lost"]


@pytest.mark.parametrize(("warm_after_s", "read_at_s"), [(20, 20), (90, 60)])
def test_before_the_open_the_feed_waits_for_the_warm_up_and_no_longer(warm_after_s, read_at_s):
    async def scenario():
        setting, warm = Setting(), asyncio.Event()
        feed = FakeFeed(sent=(None,))
        worker = FeedWorker(setting.engine, feed, [KEY], setting.clock, warm, START_MS + 60_000)
        asyncio.get_running_loop().call_later(warm_after_s, warm.set)
        await worker.run(no_beat)
        return asyncio.get_running_loop().time()

    assert in_virtual_time(scenario) == read_at_s


def test_the_clock_ticks_on_whole_seconds():
    async def scenario():
        setting = Setting()
        await asyncio.sleep(0.3)
        await setting.run(ClockWorker(setting.engine, setting.clock), 3)
        return setting.log.kinds, setting.engine.state.now_ms % 1_000

    kinds, remainder = in_virtual_time(scenario)

    assert kinds == ["clock_ticked"] * 3
    assert remainder == 0


def test_closed_candles_are_evaluated_without_holding_up_others():
    async def scenario():
        setting = Setting()
        due = EvaluationDue(
            at_ms=0, instrument_key=KEY, timeframe_s=900, candle=Candle(0, PRICE, PRICE, PRICE, PRICE, 1)
        )
        for _ in range(45):
            setting.engine.outbox.put_evaluation(due)
        await setting.run(SignalWorker(setting.engine), 1)
        return len(setting.log.kinds), setting.engine.outbox.evaluations_queued

    assert in_virtual_time(scenario) == (45, 0)
