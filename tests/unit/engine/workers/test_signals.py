import asyncio

from tests.fakes.engine_driver import PRICE, EngineDriver
from tests.fakes.engine_ports import FakeJournal
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.workers.signals import SignalWorker
from trading_bot.simulator.virtual_time import run_virtually

CANDLES = 60
"""More than the worker takes at once."""


class CountingLog:
    """Counts what is recorded."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def record(self, kind: str, payload: str) -> None:
        self.kinds.append(kind)


def run_worker(scenario):
    """Queue candles, the first with a signal, let the worker run for a second, and ask the scenario."""

    async def play():
        driver, journal, log = EngineDriver(), FakeJournal(is_held=True), CountingLog()
        driver.strategy.scripted.next_direction = Direction.LONG
        traces = []
        engine = Engine(
            driver.core,
            LoopClock(driver.now_ms),
            journal,
            input_log=log,
            market_sink=lambda _candles, found: traces.extend(found),
        )
        for number in range(CANDLES):
            engine.outbox.put_evaluation(
                EvaluationDue(
                    at_ms=0,
                    instrument_key=driver.instrument.key,
                    timeframe_s=900,
                    candle=Candle(number * 900_000, PRICE, PRICE, PRICE, PRICE, 10),
                )
            )
        working = asyncio.create_task(SignalWorker(engine).run(lambda: None))
        await asyncio.sleep(1)
        found = await scenario(engine, journal, traces, log)
        working.cancel()
        return found

    return run_virtually(play())


def test_a_signal_on_its_way_to_the_disk_does_not_hold_up_other_candles():
    async def scenario(engine, _journal, traces, _log):
        return len(traces), engine.outbox.orders_queued

    assert run_worker(scenario) == (CANDLES, 0)


def test_the_order_of_a_signal_leaves_once_its_rows_are_durable():
    async def scenario(engine, journal, _traces, _log):
        journal.released.set()
        await asyncio.sleep(1)
        return engine.outbox.orders_queued

    assert run_worker(scenario) == 1


def test_each_candle_is_recorded_as_an_input_of_its_own():
    async def scenario(engine, _journal, _traces, log):
        return engine.inputs_taken, log.kinds

    assert run_worker(scenario) == (CANDLES, ["evaluation_due"] * CANDLES)


def test_candles_that_come_later_are_evaluated_too():
    async def scenario(engine, journal, traces, _log):
        journal.released.set()
        await asyncio.sleep(1)
        before = len(traces)
        candle = Candle(CANDLES * 900_000, PRICE, PRICE, PRICE, PRICE, 10)
        key = next(iter(engine.state.market)).instrument.key
        engine.outbox.put_evaluation(
            EvaluationDue(at_ms=0, instrument_key=key, timeframe_s=900, candle=candle)
        )
        await asyncio.sleep(1)
        return len(traces) - before

    assert run_worker(scenario) == 1
