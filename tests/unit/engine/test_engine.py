import ast
import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from tests.fakes.engine_ports import FakeJournal
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain.errors import DecisionFailedError, StorageError
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderStatus
from trading_bot.domain.signal import Direction
from trading_bot.engine import engine as engine_module
from trading_bot.engine import inputs
from trading_bot.engine.commands import Alert
from trading_bot.engine.engine import Engine
from trading_bot.engine.outbox import Outbox
from trading_bot.engine.ports import Unknown
from trading_bot.engine.supervisor import _HOPELESS
from trading_bot.simulator.virtual_time import run_virtually

NOON_MS = midnight_ms(DAY) + 12 * 3_600_000


class RecordingLog:
    """An input log in memory."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def record(self, kind: str, payload: str) -> None:
        self.kinds.append(kind)


def new_engine(journal: FakeJournal, driver: EngineDriver | None = None, **options) -> Engine:
    driver = driver or EngineDriver()
    return Engine(driver.core, LoopClock(NOON_MS), journal, **options)


def pause() -> inputs.OperatorAsked:
    return inputs.OperatorAsked(at_ms=0, wish=inputs.OperatorWish.PAUSE, asked_by="test")


def test_commands_leave_only_after_their_rows_are_durable():
    async def scenario():
        journal = FakeJournal(is_held=True)
        engine = new_engine(journal)
        asking = asyncio.create_task(engine.handle(pause()))
        await asyncio.sleep(1)
        before = (len(journal.rows), engine.outbox.next_alert(), asking.done())
        journal.released.set()
        await asking
        return before, engine.outbox.next_alert()

    before, after = run_virtually(scenario())

    assert before == (1, None, False)
    assert isinstance(after, Alert)


def test_a_failed_commit_releases_nothing_and_is_remembered():
    async def scenario():
        engine = new_engine(FakeJournal(fails=True))
        with pytest.raises(StorageError):
            await engine.handle(pause())
        return engine

    engine = run_virtually(scenario())

    assert engine.outbox.next_alert() is None
    assert engine.storage_failure is not None


def test_a_slow_disk_does_not_hold_up_the_next_decision():
    async def scenario():
        journal = FakeJournal(is_held=True)
        engine = new_engine(journal)
        slow = asyncio.create_task(engine.handle(pause()))
        await asyncio.sleep(0)
        await engine.handle(inputs.ReadFailed(at_ms=0, what="x", detail="y"))
        told = engine.outbox.next_alert()
        slow.cancel()
        return told

    assert run_virtually(scenario()).level == "warning"


def test_inputs_carry_session_time_and_are_recorded_in_order():
    async def scenario():
        log = RecordingLog()
        engine = new_engine(FakeJournal(), input_log=log)
        await engine.handle(inputs.ClockTicked(at_ms=0))
        await asyncio.sleep(2)
        await engine.handle(inputs.FeedLost(at_ms=0))
        return engine.state.now_ms, engine.inputs_taken, log.kinds

    now_ms, taken, kinds = run_virtually(scenario())

    assert now_ms == NOON_MS + 2_000
    assert taken == 2
    assert kinds == ["clock_ticked", "feed_lost"]


def test_traces_go_to_the_sink_and_failures_do_not_escape():
    class Broken:
        def evaluate(self, candle, quote):
            raise ValueError("no")

    async def scenario():
        traces = []
        driver = EngineDriver()
        engine = new_engine(FakeJournal(), driver, market_sink=lambda _candles, told: traces.extend(told))
        due = inputs.EvaluationDue(
            at_ms=0,
            instrument_key=driver.instrument.key,
            timeframe_s=900,
            candle=Candle(0, 1, 1, 1, 1, 1),
        )
        await engine.handle(due)
        series = engine.state.market.series[driver.instrument.key]
        series.evaluators = ((driver.strategy, Broken()),)
        await engine.handle(due)
        return traces, engine.state.switched_off

    traces, switched_off = run_virtually(scenario())

    assert len(traces) == 1
    assert switched_off == {"scripted": "ValueError: no"}


def test_without_a_sink_traces_are_let_go():
    async def scenario():
        driver = EngineDriver()
        engine = new_engine(FakeJournal(), driver)
        await engine.handle(
            inputs.EvaluationDue(
                at_ms=0,
                instrument_key=driver.instrument.key,
                timeframe_s=900,
                candle=Candle(0, 1, 1, 1, 1, 1),
            )
        )
        return engine.outbox

    assert isinstance(run_virtually(scenario()), Outbox)


def test_each_kind_of_command_finds_its_queue():
    async def scenario():
        driver = EngineDriver()
        engine = new_engine(FakeJournal(), driver)
        engine.state.market.series[driver.instrument.key].seen_at_ms = NOON_MS
        driver.strategy.scripted.next_direction = Direction.LONG
        candle = Candle(0, 1, 1, 1, 1, 1)
        await engine.handle(
            inputs.EvaluationDue(
                at_ms=0, instrument_key=driver.instrument.key, timeframe_s=900, candle=candle
            )
        )
        command = engine.outbox.peek_order()
        tag = command.request.tag
        await engine.handle(inputs.SendStarted(at_ms=0, tag=tag))
        await engine.handle(inputs.PlaceAnswered(at_ms=0, tag=tag, outcome=Unknown("lost")))
        wanted_before = engine.outbox.books_wanted.is_set()
        searches = engine.outbox.take_searches()
        engine.outbox.books_wanted.clear()
        await engine.handle(inputs.OperatorAsked(at_ms=0, wish=inputs.OperatorWish.PANIC, asked_by="t"))
        return tag, wanted_before, searches, engine.outbox.books_wanted.is_set()

    tag, wanted_before, searches, wanted = run_virtually(scenario())

    assert wanted_before
    assert searches == (tag,)
    assert wanted


def test_candles_that_close_are_queued_for_their_strategies():
    async def scenario():
        driver = EngineDriver()
        driver.price(140_000)
        engine = new_engine(FakeJournal(), driver)
        await engine.handle(inputs.ClockTicked(at_ms=0))
        return engine.outbox.next_evaluation()

    assert run_virtually(scenario()).timeframe_s == 900


def test_inputs_that_came_together_are_taken_without_waiting_for_the_disk():
    async def scenario():
        journal = FakeJournal(is_held=True)
        engine = new_engine(journal)
        finishing = await engine.handle_all([inputs.FeedLost(at_ms=0), pause()])
        await asyncio.sleep(1)
        before = len(journal.rows), finishing.done(), engine.outbox.next_alert()
        journal.released.set()
        await finishing
        return before, engine.outbox.next_alert()

    before, after = run_virtually(scenario())

    assert before == (1, False, None)
    assert after is not None


def test_inputs_that_change_nothing_have_nothing_to_wait_for():
    async def scenario():
        return await new_engine(FakeJournal()).handle_all([inputs.FeedLost(at_ms=0)])

    assert run_virtually(scenario()) is None


def test_a_failed_commit_of_a_run_releases_nothing():
    async def scenario():
        engine = new_engine(FakeJournal(fails=True))
        finishing = await engine.handle_all([pause()])
        with pytest.raises(StorageError):
            await finishing
        return engine.outbox.next_alert()

    assert run_virtually(scenario()) is None


def test_after_a_decision_that_raised_nothing_is_taken_any_more():
    async def scenario():
        journal = FakeJournal()
        engine = new_engine(journal)
        candle = Candle(NOON_MS, 1, 1, 1, 1, 1)
        unlisted = inputs.EvaluationDue(at_ms=0, instrument_key="unlisted", timeframe_s=900, candle=candle)
        with pytest.raises(DecisionFailedError, match="KeyError"):
            await engine.handle(unlisted)
        with pytest.raises(DecisionFailedError, match="KeyError"):
            await engine.handle(pause())
        return journal

    assert run_virtually(scenario()).rows == []


def test_an_engine_is_at_rest_only_when_the_disk_has_everything():
    async def scenario():
        journal = FakeJournal(is_held=True)
        engine = new_engine(journal)
        before = engine.is_at_rest
        one = asyncio.create_task(engine.handle(pause()))
        await asyncio.sleep(1)
        while_writing = engine.is_at_rest
        journal.released.set()
        await one
        return before, while_writing, engine.is_at_rest

    assert run_virtually(scenario()) == (True, False, True)


def test_fills_are_unread_from_their_report_until_their_trades_are_known():
    async def scenario():
        driver = EngineDriver()
        engine = new_engine(FakeJournal(), driver)
        driver.signal()
        (entry,) = driver.places()
        tag, quantity = entry.request.tag, entry.request.terms.quantity
        driver.answer(tag)
        before = engine.has_unread_fills

        filled = driver.report(tag, OrderStatus.FILLED, filled_quantity=quantity)
        driver.take(inputs.OrderPushed(at_ms=0, report=filled))
        reported = engine.has_unread_fills
        driver.fill(tag, quantity, PRICE)
        return before, reported, engine.has_unread_fills

    assert run_virtually(scenario()) == (False, True, False)


def test_an_engine_that_took_several_inputs_is_not_at_rest_at_once():
    async def scenario():
        engine = new_engine(FakeJournal())
        finishing = await engine.handle_all([pause()])
        at_once = engine.is_at_rest
        await finishing
        return at_once, engine.is_at_rest

    assert run_virtually(scenario()) == (False, True)


def test_nothing_is_awaited_under_the_lock():
    """Fault 96, V16: so no reader or writer of the network or the disk can hold it, whatever it waits for."""
    held = [
        node
        for node in ast.walk(ast.parse(Path(engine_module.__file__).read_text()))
        if isinstance(node, ast.AsyncWith) and any("_lock" in ast.dump(item) for item in node.items)
    ]

    assert len(held) == 3
    for block in held:
        inner = [node for statement in block.body for node in ast.walk(statement)]
        assert not [node for node in inner if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith)]


def test_a_lock_that_is_never_released_ends_the_process_and_shows_who_waits():
    """Fault 96, V16, V22: after seconds, in a way that no restart of a worker can hide."""

    async def scenario():
        engine = new_engine(FakeJournal())
        await engine._lock.acquire()
        started = asyncio.get_running_loop().time()
        with capture_logs() as logs, pytest.raises(DecisionFailedError, match="not free"):
            await engine.handle(pause())
        return asyncio.get_running_loop().time() - started, logs

    waited_s, logs = run_virtually(scenario())

    assert waited_s == 10
    (line,) = logs
    assert line["event"] == "engine_is_stuck"
    assert any("scenario" in task for task in line["tasks"])
    assert DecisionFailedError in _HOPELESS
