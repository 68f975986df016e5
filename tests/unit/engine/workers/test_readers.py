"""The workers that bring the outside in."""

import asyncio
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, EngineDriver
from tests.fakes.engine_ports import (
    FakeBroker,
    FakeFeed,
    FakeHistory,
    FakeJournal,
    FakeNotifier,
    no_beat,
)
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain import events as ev
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle, Frame, MarketPhase, MarketStatus, Tick
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.commands import Alert
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import EvaluationDue, FeedLost
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.workers.account import AccountWorker
from trading_bot.engine.workers.alerts import AlertWorker
from trading_bot.engine.workers.books import OrderPollingWorker, PositionWorker, TagSearchWorker
from trading_bot.engine.workers.clock import ClockWorker
from trading_bot.engine.workers.feed import FeedWorker, ReconnectWorker
from trading_bot.engine.workers.order_stream import OrderStreamWorker
from trading_bot.engine.workers.quotes import QuoteWorker
from trading_bot.engine.workers.signals import SignalWorker
from trading_bot.engine.workers.warm_up import WarmUpPlan, WarmUpWorker
from trading_bot.simulator.virtual_time import run_virtually

START_MS = midnight_ms(DAY) + 10 * 3_600_000
SETTINGS = EngineSettings()


class Kinds:
    """An input log that keeps what kinds came, and the newest input."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.newest = ""

    def record(self, kind: str, payload: str) -> None:
        self.kinds.append(kind)
        self.newest = payload


class Setting:
    """An engine with a fresh log and clock."""

    def __init__(self, driver: EngineDriver | None = None) -> None:
        self.driver = driver or EngineDriver()
        self.log = Kinds()
        self.clock = LoopClock(START_MS)
        self.engine = Engine(self.driver.core, self.clock, FakeJournal(), input_log=self.log)

    async def run(self, worker, seconds: float) -> None:
        """Let a worker work for a while."""
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.wait([task])


def in_virtual_time(scenario):
    return run_virtually(scenario())


# --- books and positions ------------------------------------------------------------------------------------


def test_the_books_are_read_on_a_beat():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        await setting.run(OrderPollingWorker(setting.engine, broker, setting.clock, SETTINGS), 35)
        return [
            round(at)
            for (call, _), at in zip(broker.calls, broker.called_at_s, strict=True)
            if call == "orders"
        ]

    assert in_virtual_time(scenario) == [0, 10, 20, 30]


def test_being_asked_many_times_reads_the_books_once():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        worker = OrderPollingWorker(setting.engine, broker, setting.clock, SETTINGS)
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(1)
        for _ in range(50):
            setting.engine.outbox.ask_for_books("test")
        await asyncio.sleep(1)
        task.cancel()
        return broker.calls

    calls = in_virtual_time(scenario)
    assert [call for call, _ in calls] == ["orders", "fills", "orders", "fills"]


def test_being_asked_without_end_keeps_a_gap_between_reads():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        worker = OrderPollingWorker(setting.engine, broker, setting.clock, SETTINGS)
        task = asyncio.create_task(worker.run(no_beat))
        for _ in range(100):
            setting.engine.outbox.ask_for_books("test")
            await asyncio.sleep(0.02)
        task.cancel()
        return len([call for call, _ in broker.calls if call == "orders"])

    assert in_virtual_time(scenario) <= 9


def test_tags_in_doubt_are_searched_when_they_are_asked_for():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        worker = TagSearchWorker(setting.engine, broker, setting.clock)
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(5)
        setting.engine.outbox.search("tag-1")
        await asyncio.sleep(1)
        task.cancel()
        return broker.calls, broker.called_at_s, setting.log.kinds

    calls, at_s, kinds = in_virtual_time(scenario)

    assert (calls, at_s) == ([("orders_by_tag", "tag-1")], [5.0])
    assert kinds == ["tag_searched"]


def test_a_search_says_when_it_was_sent_not_when_it_was_answered():
    """Fault 51: what happened in between may be missing."""

    async def scenario():
        setting, broker = Setting(), FakeBroker(read_delay_s=3)
        setting.engine.outbox.search("tag-1")
        await setting.run(TagSearchWorker(setting.engine, broker, setting.clock), 4)
        return setting.log.newest

    assert json.loads(in_virtual_time(scenario))["asked_at_ms"] == START_MS


def test_a_search_without_an_answer_is_told_and_holds_up_no_read_of_the_books():
    """Fault 35: the books prove an absence, and they must not wait for a search that hangs."""

    async def scenario():
        setting, broker = Setting(), FakeBroker(read_delay_s=7, failing_reads=True)
        healthy = FakeBroker()
        setting.engine.outbox.search("tag-1")
        search = asyncio.create_task(TagSearchWorker(setting.engine, broker, setting.clock).run(no_beat))
        await setting.run(OrderPollingWorker(setting.engine, healthy, setting.clock, SETTINGS), 1)
        kinds_meanwhile = list(setting.log.kinds)
        await asyncio.sleep(7)
        search.cancel()
        return kinds_meanwhile, setting.log.kinds[-1]

    assert in_virtual_time(scenario) == (["books_read"], "read_failed")


@pytest.mark.parametrize("worker_type", [OrderPollingWorker, PositionWorker])
def test_an_empty_list_for_a_dead_token_is_not_believed(worker_type):
    """Fault 29, V5: where the broker does not show that it knows us, nothing there means nothing read."""

    async def scenario():
        setting, broker = Setting(), FakeBroker(is_token_dead=True)
        task = asyncio.create_task(worker_type(setting.engine, broker, setting.clock, SETTINGS).run(no_beat))
        await asyncio.sleep(1)
        return setting.log.kinds, isinstance(task.exception(), NotAuthorisedError)

    assert in_virtual_time(scenario) == (["read_failed"], True)


def test_positions_are_not_taken_for_none_without_a_sign_of_a_living_token():
    """Fault 29, V5."""

    async def scenario():
        setting = Setting()
        tag, _ = setting.driver.enter()
        broker = FakeBroker(reports=(setting.driver.report(tag, OrderStatus.FILLED, filled_quantity=35),))
        broker.is_token_dead = True
        task = asyncio.create_task(
            PositionWorker(setting.engine, broker, setting.clock, SETTINGS).run(no_beat)
        )
        await asyncio.sleep(1)
        task.exception()
        return setting.log.kinds

    assert in_virtual_time(scenario) == ["books_read", "read_failed"]


@pytest.mark.parametrize("worker_type", [OrderPollingWorker, PositionWorker])
def test_a_failed_read_is_told_and_never_taken_for_nothing(worker_type):
    async def scenario():
        setting, broker = Setting(), FakeBroker(failing_reads=True)
        await setting.run(worker_type(setting.engine, broker, setting.clock, SETTINGS), 1)
        return setting.log.kinds

    assert in_virtual_time(scenario) == ["read_failed"]


def test_a_failed_read_of_the_books_is_tried_again_soon_and_then_less_often():
    """Faults 57 and 106: sooner than the next beat, and without a tight loop."""

    async def scenario():
        setting, broker = Setting(), FakeBroker(failing_reads=True)
        await setting.run(OrderPollingWorker(setting.engine, broker, setting.clock, SETTINGS), 35)
        return [round(at) for at in broker.called_at_s]

    assert in_virtual_time(scenario) == [0, 2, 6, 15, 25, 35]


def test_positions_are_read_between_two_reads_of_the_books():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        await setting.run(PositionWorker(setting.engine, broker, setting.clock, SETTINGS), 31)
        return [call for call, _ in broker.calls], setting.log.kinds

    calls, kinds = in_virtual_time(scenario)

    assert calls == ["orders", "fills", "positions", "orders", "fills"] * 2
    assert kinds == ["books_read", "books_read", "positions_read"] * 2


def test_positions_are_read_at_once_when_they_are_asked_for():
    async def scenario():
        setting, broker = Setting(), FakeBroker()
        worker = PositionWorker(setting.engine, broker, setting.clock, SETTINGS)
        task = asyncio.create_task(worker.run(no_beat))
        await asyncio.sleep(5)
        setting.engine.outbox.positions_wanted.set()
        await asyncio.sleep(1)
        task.cancel()
        return setting.log.kinds

    assert in_virtual_time(scenario).count("positions_read") == 2


# --- the stream, the feed, the clock ------------------------------------------------------------------------


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


# --- history, account, alerts -------------------------------------------------------------------------------


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
            setting.engine.outbox.put_alert(Alert(level="info", text=text))
        await setting.run(AlertWorker(setting.engine, notifier), 1)
        return notifier.told, setting.engine.outbox.next_alert()

    assert in_virtual_time(scenario) == (told, None)


def test_a_channel_that_hangs_over_one_alert_does_not_keep_the_next_ones():
    """Fault 125, V16: the log has each of them before the channel is tried."""

    async def scenario():
        setting, notifier = Setting(), FakeNotifier(hangs_over="one")
        for text in ("one", "two"):
            setting.engine.outbox.put_alert(Alert(level="critical", text=text))
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
