"""The workers that read orders, trades and positions."""

import asyncio
import json

import pytest

from tests.fakes.engine_ports import (
    FakeBroker,
    no_beat,
)
from tests.fakes.worker_setting import SETTINGS, START_MS, Setting, in_virtual_time
from trading_bot.domain.errors import NotAuthorisedError
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.workers.books import OrderPollingWorker, PositionWorker, TagSearchWorker


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
