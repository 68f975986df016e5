import asyncio

import pytest
from structlog.testing import capture_logs

from tests.fakes.engine_driver import DAY, PRICE, EngineDriver
from tests.fakes.engine_ports import FakeBroker, FakeJournal, no_beat
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain import events as ev
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.order import OrderReport, OrderStatus, OrderTerms, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine import inputs
from trading_bot.engine.commands import CancelOrder, PlaceOrder
from trading_bot.engine.engine import Engine
from trading_bot.engine.ports import Refused
from trading_bot.engine.rate_gate import RateGate, RateSettings
from trading_bot.engine.workers.orders import OrderWorker
from trading_bot.simulator.virtual_time import run_virtually

START_MS = midnight_ms(DAY) + 10 * 3_600_000


class Setting:
    """An engine whose outbox two workers empty."""

    def __init__(self, driver: EngineDriver, broker: FakeBroker, journal: FakeJournal | None = None) -> None:
        self.driver, self.broker = driver, broker
        self.clock = LoopClock(START_MS)
        self.gate = RateGate(RateSettings())
        self.engine = Engine(driver.core, self.clock, journal or FakeJournal())
        self.tasks: list[asyncio.Task] = []
        for command in driver.drain():
            if isinstance(command, PlaceOrder | CancelOrder) or hasattr(command, "terms"):
                self.engine.outbox.put_order(command)

    def start(self, *, exits: bool = False) -> None:
        workers = [OrderWorker(self.engine, self.broker, self.clock, self.gate)]
        if exits:
            workers.append(
                OrderWorker(self.engine, self.broker, self.clock, self.gate, name="exits", exits_only=True)
            )
        self.tasks = [asyncio.create_task(worker.run(no_beat)) for worker in workers]

    def stop(self) -> None:
        for task in self.tasks:
            task.cancel()


def driver_with_entry() -> EngineDriver:
    driver = EngineDriver()
    driver.drain()
    driver.signal()
    return driver


def test_a_wait_for_the_rate_gate_is_logged_with_its_windows():
    async def scenario():
        setting = Setting(driver_with_entry(), FakeBroker())
        for _ in range(5):
            setting.gate.take(START_MS, is_exit=False)
        with capture_logs() as lines:
            setting.start()
            await asyncio.sleep(3)
            setting.stop()
        return setting.broker.calls, [line for line in lines if line["event"] == "rate_window_full"]

    calls, (line,) = run_virtually(scenario())

    assert len(calls) == 1
    assert line["waits_s"] == 1.001
    assert line["windows"] == "5/8 in 1 s, 5/450 in 60 s, 5/1900 in 1800 s"
    assert not line["is_exit"]


def test_an_intent_is_journaled_as_sent_before_it_is_sent():
    async def scenario():
        driver = driver_with_entry()
        journal = FakeJournal(is_held=True)
        setting = Setting(driver, FakeBroker(), journal)
        setting.start()
        await asyncio.sleep(1)
        before = list(setting.broker.calls), [row.kind for row in journal.rows]
        journal.released.set()
        await asyncio.sleep(1)
        setting.stop()
        return before, setting.broker.calls, driver.book.orders

    (before, kinds), after, orders = run_virtually(scenario())

    assert (before, kinds) == ([], ["order_advanced"])
    assert [call for call, _ in after] == ["place"]
    assert [order.status for order in orders.values()] == [OrderStatus.ACKNOWLEDGED]


def test_an_entry_that_panic_overtook_in_the_queue_is_not_sent():
    async def scenario():
        driver = driver_with_entry()
        setting = Setting(driver, FakeBroker())
        await setting.engine.handle(
            inputs.OperatorAsked(at_ms=0, wish=inputs.OperatorWish.PANIC, asked_by="t")
        )
        setting.start()
        await asyncio.sleep(1)
        setting.stop()
        return setting.broker.calls

    assert run_virtually(scenario()) == []


@pytest.mark.parametrize("panics", [True, False])
def test_an_entry_that_panic_overtook_while_its_row_was_written_is_not_sent(panics):
    """Faults 86 and 89, V15: a commit may take seconds."""

    async def scenario():
        driver = driver_with_entry()
        journal = FakeJournal(is_held=True)
        setting = Setting(driver, FakeBroker(), journal)
        setting.start()
        await asyncio.sleep(1)
        wish = inputs.OperatorWish.PANIC if panics else inputs.OperatorWish.PAUSE
        asked = asyncio.ensure_future(
            setting.engine.handle(inputs.OperatorAsked(at_ms=0, wish=wish, asked_by="t"))
        )
        await asyncio.sleep(1)
        journal.released.set()
        await asyncio.sleep(1)
        setting.stop()
        await asked
        return setting.broker.calls, [order.status for order in driver.book.orders.values()]

    calls, statuses = run_virtually(scenario())

    assert len(calls) == (0 if panics else 1)
    assert statuses == [OrderStatus.REFUSED if panics else OrderStatus.ACKNOWLEDGED]


def test_an_entry_that_waited_too_long_is_let_go():
    async def scenario():
        driver = driver_with_entry()
        setting = Setting(driver, FakeBroker())
        for _ in range(5):
            setting.gate.take(START_MS, is_exit=False)
        for second in range(1, 7):
            for _ in range(8):
                setting.gate.take(START_MS + second * 1_000, is_exit=True)
        setting.start()
        await asyncio.sleep(10)
        setting.stop()
        return setting.broker.calls, driver.book

    calls, book = run_virtually(scenario())

    assert calls == []
    assert [order.status for order in book.orders.values()] == [OrderStatus.DROPPED]
    assert book.trades == {}


def test_a_full_window_delays_the_call_and_no_more():
    async def scenario():
        driver = driver_with_entry()
        setting = Setting(driver, FakeBroker())
        for _ in range(5):
            setting.gate.take(START_MS, is_exit=False)
        setting.start()
        await asyncio.sleep(3)
        setting.stop()
        return setting.broker.called_at_s

    assert run_virtually(scenario()) == [pytest.approx(1.001)]


def test_a_slow_answer_to_an_entry_does_not_hold_up_an_exit():
    async def scenario():
        driver = driver_with_entry()
        broker = FakeBroker(place_delay_s=lambda request: 60.0 if request.purpose is Purpose.ENTRY else 0.0)
        setting = Setting(driver, broker)
        setting.start(exits=True)
        await asyncio.sleep(1)
        driver.book.apply(ev.ForeignCancelIntended(at_ms=START_MS, order_id="theirs", cause="test"))
        setting.engine.outbox.put_order(CancelOrder(tag=None, order_id="theirs"))
        await asyncio.sleep(1)
        setting.stop()
        return broker.calls, broker.called_at_s

    calls, at_s = run_virtually(scenario())

    assert calls[1] == ("cancel", "theirs")
    assert at_s[1] == 1


def test_an_order_of_others_is_cancelled_once_and_its_outcome_is_journaled():
    """V19."""

    async def scenario():
        driver = EngineDriver()
        driver.ask(inputs.OperatorWish.PANIC)
        theirs = OrderReport(
            order_id="theirs",
            tag=None,
            instrument_key=driver.instrument.key,
            side=Side.BUY,
            product=Product.INTRADAY,
            status=OrderStatus.OPEN,
            terms=OrderTerms(order_type=OrderType.LIMIT, quantity=5, price=PRICE),
            filled_quantity=0,
            average_price=None,
        )
        driver.drain()
        journal = FakeJournal()
        setting = Setting(driver, FakeBroker(outcome=Refused("UDAPI1", "no")), journal)
        setting.start()
        for _ in range(3):
            read = inputs.BooksRead(at_ms=0, asked_at_ms=driver.now_ms, orders=(theirs,), fills=())
            await setting.engine.handle(read)
            await asyncio.sleep(1)
        setting.stop()
        return setting.broker.calls, [row.kind for row in journal.rows]

    calls, kinds = run_virtually(scenario())

    assert calls == [("cancel", "theirs")]
    assert kinds[-2:] == ["foreign_cancel_intended", "foreign_cancel_resolved"]


def test_changes_are_sent_and_their_answers_taken():
    async def scenario():
        driver = EngineDriver()
        _, stop = driver.enter(Direction.LONG)
        driver.drain()
        driver.price(driver.book.trade_of(driver.instrument.key).plan.target_price)
        setting = Setting(driver, FakeBroker(outcome=Refused("UDAPI100041", "no")))
        setting.start()
        await asyncio.sleep(1)
        driver.book.apply(ev.CancelIntended(at_ms=START_MS, tag=stop))
        setting.engine.outbox.put_order(CancelOrder(tag=stop, order_id=f"id-{stop}"))
        await asyncio.sleep(1)
        setting.stop()
        return setting.broker.calls, driver.order(stop), stop

    calls, order, stop = run_virtually(scenario())

    assert calls == [("modify", f"id-{stop}"), ("cancel", f"id-{stop}")]
    assert order.refused_changes == 2


def test_an_order_is_sent_once_though_its_command_is_queued_twice():
    async def scenario():
        driver = driver_with_entry()
        (command,) = (command for command in driver.commands if isinstance(command, PlaceOrder))
        setting = Setting(driver, FakeBroker())
        setting.engine.outbox.put_order(command)
        setting.start(exits=True)
        await asyncio.sleep(1)
        setting.stop()
        return setting.broker.calls

    assert len(run_virtually(scenario())) == 1


def test_exits_pass_entries_that_wait_for_their_share_of_the_rate():
    async def scenario():
        driver = EngineDriver()
        driver.signal()
        (entry,) = driver.places()
        driver.answer(entry.request.tag)
        driver.fill(entry.request.tag, 35, PRICE)
        setting = Setting(driver, FakeBroker())
        for _ in range(5):
            setting.gate.take(START_MS, is_exit=False)
        setting.start(exits=True)
        await asyncio.sleep(0.5)
        setting.stop()
        return setting.broker.called_at_s

    assert run_virtually(scenario()) == [0]


@pytest.mark.parametrize("lost", [True, False])
def test_a_change_that_waited_while_nothing_ran_is_not_sent(lost):
    """Fault 18, V3: what it was decided on may be over; the trade is driven anew once the books are read."""

    async def scenario():
        driver = EngineDriver()
        _, stop = driver.enter()
        driver.rest(stop)
        driver.drain()
        driver.ask(inputs.OperatorWish.FLATTEN)
        setting = Setting(driver, FakeBroker())
        if lost:
            driver.later(1)
            driver.take(inputs.TimeLost(at_ms=0, lost_s=60.0))
        setting.start()
        await asyncio.sleep(0.5)
        setting.stop()
        return setting.broker.calls, driver.order(stop)

    calls, stop = run_virtually(scenario())

    assert [call for call, _ in calls] == ([] if lost else ["modify"])
    assert (stop.is_change_pending, stop.refused_changes) == (not lost, 0)


def test_a_change_that_was_given_up_while_it_waited_is_not_sent():
    """Fault 47, V3: a growth that no read showed, and that is not wanted any more, stays here."""

    async def scenario():
        driver = EngineDriver()
        entry, stop = driver.enter_in_parts(20, 15)
        driver.now_ms += 6_000
        rows = [driver.report(tag, driver.order(tag).status) for tag in (entry, stop)]
        driver.foreign_fill(Side.SELL, 15, PRICE, beside=rows)
        given_up = driver.order(stop)
        setting = Setting(driver, FakeBroker())
        setting.start()
        await asyncio.sleep(0.5)
        setting.stop()
        return given_up, driver.book.position_of(driver.instrument.key).quantity, setting.broker.calls

    given_up, held, calls = run_virtually(scenario())

    assert (given_up.terms.quantity, given_up.requested_terms, held) == (20, None, 20)
    assert calls == []
