"""The workers of history, the account, quotes and alerts."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION
from tests.fakes.engine_ports import (
    FakeBroker,
    FakeFeed,
    FakeHistory,
    FakeNotifier,
    no_beat,
)
from tests.fakes.worker_setting import SETTINGS, START_MS, Setting, in_virtual_time
from trading_bot.domain import events as ev
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle, Frame, Tick
from trading_bot.domain.trade import ExitReason
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.inputs import FeedLost, FrameReceived
from trading_bot.engine.workers.account import AccountWorker
from trading_bot.engine.workers.alerts import AlertWorker
from trading_bot.engine.workers.feed import ReconnectWorker
from trading_bot.engine.workers.quotes import QuoteWorker
from trading_bot.engine.workers.warm_up import WarmUpPlan, WarmUpWorker
from trading_bot.simulator.virtual_time import run_virtually


async def until_warmed(worker: WarmUpWorker) -> None:
    worker.done.clear()
    task = asyncio.create_task(worker.run(no_beat))
    await worker.done.wait()
    task.cancel()


def test_a_gap_in_the_feed_warms_everything_up_again():
    async def scenario():
        setting = Setting()
        plan = WarmUpPlan(DAY, DAY, {KEY: {DAY: SESSION[0]}})
        history = FakeHistory()
        history.candles[KEY] = ()
        setting.engine.state.market.series[KEY].is_warm = True
        worker = WarmUpWorker(setting.engine, history, [KEY], plan, asyncio.Event())
        task = asyncio.create_task(worker.run(no_beat))
        await worker.done.wait()
        before = list(history.asked)
        setting.engine.outbox.history_wanted.set()
        await asyncio.sleep(1)
        task.cancel()
        return before, history.asked

    before, after = in_virtual_time(scenario)

    assert (before, after) == ([], [KEY])


def test_history_warms_a_share_up_and_a_missing_one_is_told():
    async def scenario():
        setting = Setting()
        series = setting.engine.state.market.series[KEY]
        series.is_warm = False
        yesterday = DAY - timedelta(days=1)
        opens_ms = midnight_ms(yesterday) + 33_300_000
        sessions = {yesterday: (opens_ms, opens_ms + 21_600_000), DAY: SESSION[0]}
        plan = WarmUpPlan(yesterday, DAY, {KEY: sessions})
        minute = Candle(midnight_ms(yesterday) + 33_300_000, PRICE, PRICE, PRICE, PRICE, 1)
        unknown_day = Candle(midnight_ms(yesterday) - 86_400_000, 1, 1, 1, 1, 1)
        history = FakeHistory()
        worker = WarmUpWorker(setting.engine, history, [KEY, "not listed"], plan, asyncio.Event())
        await until_warmed(worker)
        first = list(setting.log.kinds), series.is_warm
        history.candles[KEY] = (unknown_day, minute)
        await until_warmed(worker)
        await until_warmed(worker)
        return first, setting.log.kinds, series, history.asked

    first, kinds, series, asked = in_virtual_time(scenario)

    assert first == (["read_failed"], False)
    assert kinds == ["read_failed", "warmed_up"]
    assert series.is_warm
    assert series.warm_candles == 1
    assert asked == [KEY, KEY]


def test_funds_are_read_on_a_beat_and_rates_and_bands_once():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        account = setting.engine.state.account
        account.margin_rates.clear()
        account.bands.clear()
        await setting.run(AccountWorker(setting.engine, broker, setting.clock, SETTINGS, [KEY]), 130)
        return broker, account

    broker, account = in_virtual_time(scenario)

    assert [call for call, _ in broker.calls] == ["funds"] * 3
    assert account.available == 500
    assert len(broker.margins_asked) == 1
    assert account.margin_rates[KEY] == Decimal(20_000) / (1_400 * 71)
    assert broker.bands_asked == [(KEY,)]


def test_a_margin_of_nothing_is_no_answer_and_asked_for_again():
    """Fault 63, V10: a rate of zero would be divided by when the next entry is sized."""

    async def scenario():
        setting, broker = Setting(), FakeBroker(margin_told=Decimal(0))
        setting.engine.state.account.margin_rates.clear()
        await setting.run(AccountWorker(setting.engine, broker, setting.clock, SETTINGS, [KEY]), 130)
        return broker.margins_asked, setting.engine.state.account.margin_rates

    asked, rates = in_virtual_time(scenario)

    assert (len(asked), rates) == (3, {})


def test_a_band_is_read_again_while_the_price_is_near_its_edge():
    """Fault 66: the exchange widens a band before it is hit."""

    async def scenario():
        setting, broker = Setting(), FakeBroker()
        setting.engine.state.account.bands[KEY] = (PRICE - 20_000, PRICE + 2_000)
        await setting.run(AccountWorker(setting.engine, broker, setting.clock, SETTINGS, [KEY]), 130)
        return broker, setting.engine.state.account.bands[KEY]

    broker, band = in_virtual_time(scenario)

    assert broker.bands_asked == [(KEY,)]
    assert band[1] > PRICE + 2_000


def test_a_share_without_a_price_has_no_margin_rate_yet():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        setting.engine.state.account.margin_rates.clear()
        setting.engine.state.market.series[KEY].last_price = 0
        await setting.run(AccountWorker(setting.engine, broker, setting.clock, SETTINGS, [KEY]), 1)
        return setting.engine.state.account.margin_rates

    assert in_virtual_time(scenario) == {}


def test_unreadable_funds_are_told():
    async def scenario():
        setting = Setting()
        broker = FakeBroker(failing_reads=True)
        await setting.run(AccountWorker(setting.engine, broker, setting.clock, SETTINGS, [KEY]), 1)
        return setting.log.kinds, setting.engine.state.account.available

    assert in_virtual_time(scenario) == (["read_failed"], Decimal(1_000_000))


def test_funds_are_read_though_a_margin_has_no_answer():
    async def scenario():
        setting, broker = Setting(), FakeBroker(failing_margins=True)
        setting.engine.state.account.margin_rates.clear()
        await setting.run(AccountWorker(setting.engine, broker, setting.clock, SETTINGS, [KEY]), 1)
        return setting.log.kinds, setting.engine.state.account

    kinds, account = in_virtual_time(scenario)

    assert kinds == ["read_failed", "account_read"]
    assert account.available == 500
    assert account.margin_rates == {}


@pytest.mark.parametrize(("fails", "told"), [(False, ["one", "two"]), (True, [])])
def test_alerts_are_told_in_order_and_a_broken_channel_stops_nothing(fails, told):
    """Fault 125, V16."""

    async def scenario():
        setting, notifier = Setting(), FakeNotifier(fails=fails)
        for text in ("one", "two"):
            setting.engine.outbox.put_alert(Alert(kind=AlertKind.NOTICE, level="info", text=text))
        await setting.run(AlertWorker(setting.engine, notifier), 1)
        return notifier.told, setting.engine.outbox.next_alert()

    assert in_virtual_time(scenario) == (told, None)


@pytest.mark.parametrize("level", ["info", "warning", "critical"])
def test_an_alert_is_logged_at_its_own_level(level):
    """Fault 125, V16: the file of errors holds what was critical."""

    async def scenario():
        setting = Setting()
        setting.engine.outbox.put_alert(Alert(kind=AlertKind.NOTICE, level=level, text="one"))
        with capture_logs() as logged:
            await setting.run(AlertWorker(setting.engine, FakeNotifier()), 1)
        return [(line["log_level"], line["text"]) for line in logged if line["event"] == "alert"]

    assert in_virtual_time(scenario) == [(level, "one")]


def test_a_channel_that_hangs_over_one_alert_does_not_keep_the_next_ones():
    """Fault 125, V16: the log has each of them before the channel is tried."""

    async def scenario():
        setting, notifier = Setting(), FakeNotifier(hangs_over="one")
        for text in ("one", "two"):
            setting.engine.outbox.put_alert(Alert(kind=AlertKind.NOTICE, level="critical", text=text))
        with capture_logs() as logged:
            await setting.run(AlertWorker(setting.engine, notifier), 15)
        return notifier.told, [line["text"] for line in logged if line["event"] == "alert"]

    assert in_virtual_time(scenario) == (["two"], ["one", "two"])


def test_a_band_is_read_at_once_when_an_order_was_not_taken():
    """Fault 65."""

    async def scenario():
        setting, broker = Setting(), FakeBroker()
        worker = AccountWorker(setting.engine, broker, setting.clock, SETTINGS, (KEY,))
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(5)
        setting.engine.outbox.ask_for_band(KEY)
        await asyncio.sleep(1)
        task.cancel()
        return broker.bands_asked

    assert in_virtual_time(scenario)[-1] == (KEY,)


class FakeQuotes:
    """Answers with one price, or not at all."""

    def __init__(self, price=None):
        self.price, self.asked = price, []

    async def quotes(self, instrument_keys):
        self.asked.append(tuple(instrument_keys))
        if self.price is None:
            raise ReadFailedError("no answer")
        return {KEY: Tick(KEY, self.price, START_MS + 60_000 + len(self.asked))}


def test_without_the_feed_the_prices_of_what_is_held_are_asked_for_each_second():
    """Fault 105, V4, V9: its levels are watched with them; with the feed, or without a trade, none are."""

    async def scenario():
        setting, quotes = Setting(), FakeQuotes(PRICE - 2_000)
        worker = QuoteWorker(setting.engine, quotes, setting.clock)
        await setting.run(worker, 5)
        setting.driver.enter()
        await setting.run(worker, 5)
        before = len(quotes.asked)
        await setting.engine.handle(FeedLost(at_ms=0))
        await setting.run(worker, 4.5)
        state = setting.engine.state
        breached_at_ms = state.market.series[KEY].stop_breached_at_ms
        return before, quotes.asked, breached_at_ms, state.market.is_feed_up

    before, asked, breached_at_ms, is_feed_up = in_virtual_time(scenario)

    assert before == 0
    assert asked == [(KEY,)] * 5
    assert breached_at_ms == START_MS + 10_000
    assert not is_feed_up


def test_a_held_share_of_which_the_feed_says_nothing_is_asked_for_while_others_are_heard():
    """Fault 4, V4, V12: its subscription may be lost, and its target trades."""

    async def scenario():
        setting = Setting()
        setting.driver.enter()
        target = setting.driver.book.trade_of(KEY).plan.target_price
        quotes = FakeQuotes(target)
        task = asyncio.create_task(QuoteWorker(setting.engine, quotes, setting.clock).run(no_beat))
        for _ in range(60):
            await asyncio.sleep(1)
            other = Tick("NSE_EQ|OTHER", PRICE, setting.clock.now_ms())
            await setting.engine.handle(FrameReceived(at_ms=0, frame=Frame(setting.clock.now_ms(), (other,))))
        task.cancel()
        return len(quotes.asked), setting.driver.book.trade_of(KEY).exit_reason

    assert in_virtual_time(scenario) == (6, ExitReason.TARGET)


def test_quotes_that_fail_are_asked_for_less_often():
    """Faults 104 and 105, V9."""

    async def scenario():
        setting, quotes = Setting(), FakeQuotes()
        setting.driver.enter()
        await setting.engine.handle(FeedLost(at_ms=0))
        await setting.run(QuoteWorker(setting.engine, quotes, setting.clock), 25)
        return len(quotes.asked)

    assert in_virtual_time(scenario) == 3


def test_an_account_that_the_broker_blocks_is_found_when_an_order_is_not_taken():
    """Fault 79, V16: entries stop with their own reason, and go on when the profile says so."""

    async def scenario():
        setting, broker = Setting(), FakeBroker(is_active=False)
        worker = AccountWorker(setting.engine, broker, setting.clock, SETTINGS, (KEY,))
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(5)
        before = set(setting.driver.book.halts)
        setting.engine.outbox.ask_for_band(KEY)
        await asyncio.sleep(1)
        blocked = set(setting.driver.book.halts)
        broker.is_active = True
        setting.engine.outbox.ask_for_band(KEY)
        await asyncio.sleep(1)
        task.cancel()
        return before, blocked, set(setting.driver.book.halts)

    blocked = {(ev.HaltScope.ENTRIES, "", "account_blocked")}
    assert in_virtual_time(scenario) == (set(), blocked, set())


def test_a_silent_connection_is_given_up_once_for_each_wish():
    """Fault 2."""

    async def story():
        setting, feed = Setting(), FakeFeed()
        setting.engine.outbox.connection_wanted.set()
        await setting.run(ReconnectWorker(setting.engine, feed), 60)
        return feed.reconnections

    assert run_virtually(story()) == 1
