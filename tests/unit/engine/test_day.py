import asyncio
from datetime import time
from decimal import Decimal

import pytest

from tests.fakes.engine_driver import DAY, KEY, PRICE, SESSION, SHARE, EngineDriver
from tests.fakes.engine_ports import FakeBroker, FakeFeed, FakeHistory, FakeJournal, FakeNotifier
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.core import Core
from trading_bot.engine.day import DayPlan, Ports, TradingDay
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.rate_gate import RateGate, RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.state import State
from trading_bot.engine.supervisor import LagWorker, Supervisor, SupervisorSettings
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.risk.settings import RiskSettings
from trading_bot.simulator.virtual_time import run_virtually

CLOSED_SHARE_KEY = "NSE_EQ|CLOSED"


def new_day(
    broker: FakeBroker, journal: FakeJournal, core: Core | None = None, start_at: time = time(10, 0)
) -> TradingDay:
    clock = LoopClock(ms_at(DAY, start_at))
    state = State(
        settings=EngineSettings(), risk=RiskSettings(), strategies=(), charges_so_far=lambda _book: Decimal(3)
    )
    history = FakeHistory(candles={KEY: ()})
    return TradingDay(
        plan=DayPlan(
            on=DAY,
            instruments=(SHARE,),
            sessions={KEY: SESSION, CLOSED_SHARE_KEY: ()},
            warm_up=WarmUpPlan(DAY, DAY, {}),
        ),
        engine=Engine(core or Core(state), clock, journal),
        ports=Ports(clock=clock, broker=broker, feed=FakeFeed(), history=history, notifier=FakeNotifier()),
        supervisor=Supervisor(SupervisorSettings(), lambda _reason: None),
        gate=RateGate(RateSettings()),
        settings=EngineSettings(),
        lag=LagWorker(),
    )


def test_within_five_seconds_of_the_start_the_books_are_reconciled():
    async def scenario():
        day = new_day(FakeBroker(read_delay_s=0.3), FakeJournal())
        await day.open("1", "hash")
        await asyncio.sleep(5)
        await day.supervisor.stop()
        return day.engine.state

    state = run_virtually(scenario())

    assert state.is_recovered
    assert state.book.epoch == 1
    assert state.book.on == DAY


def test_the_plan_knows_its_close_and_what_can_be_ordered():
    async def scenario():
        return new_day(FakeBroker(), FakeJournal()).plan

    plan = run_virtually(scenario())

    assert plan.close_ms == SESSION[0][1]
    assert plan.orderable_keys == (KEY,)


def test_a_flat_day_closes_after_one_read_with_its_charges():
    async def scenario():
        journal = FakeJournal()
        day = new_day(FakeBroker(), journal)
        await day.open("1", "hash")
        await asyncio.sleep(1)
        await day.supervisor.stop()
        await day.close()
        return journal.rows, asyncio.get_running_loop().time()

    rows, at_s = run_virtually(scenario())

    assert rows[-1].kind == "day_closed"
    assert '"charges":"3"' in rows[-1].payload
    assert at_s < 5


@pytest.mark.parametrize("failing_reads", [True, False])
def test_a_day_that_is_not_flat_is_read_for_a_minute_and_then_closed_and_said(failing_reads):
    async def scenario():
        driver = EngineDriver()
        driver.enter()
        journal = FakeJournal()
        day = new_day(FakeBroker(failing_reads=failing_reads), journal, driver.core)
        await day.close()
        return driver.book, asyncio.get_running_loop().time(), day.engine.outbox

    book, at_s, outbox = run_virtually(scenario())

    assert book.is_day_closed
    assert at_s == 60
    assert outbox.next_alert() is not None


@pytest.mark.parametrize(("trades_at_s", "ends_at_s"), [(1_080, 1_080), (None, 1_260)])
def test_what_rests_in_the_closing_auction_is_booked_before_the_day_ends(trades_at_s, ends_at_s):
    """Fault 25, V6, V17: the day of a share of the auction would end at 15:16, and its trades are today's."""

    async def scenario():
        driver = EngineDriver()
        entry, stop = driver.enter()
        driver.ask(OperatorWish.FLATTEN)
        driver.confirm_modify(stop)
        rows = (driver.report(entry, OrderStatus.FILLED), driver.report(stop, OrderStatus.OPEN))
        broker = FakeBroker(reports=rows, trades=tuple(driver.fills), held=(driver.position_row(35),))
        day = new_day(broker, FakeJournal(), driver.core, time(15, 15))
        closing = asyncio.create_task(day.close())
        if trades_at_s is not None:
            await asyncio.sleep(trades_at_s - 2)
            driver._add_fill(stop, 35, PRICE)
            filled = driver.report(stop, OrderStatus.FILLED, filled_quantity=35)
            broker.reports, broker.trades = (rows[0], filled), tuple(driver.fills)
            broker.held = (driver.position_row(0),)
        await closing
        return driver.book, asyncio.get_running_loop().time()

    book, at_s = run_virtually(scenario())

    assert (book.is_day_closed, at_s) == (True, ends_at_s)
    assert len(book.closed_trades) == (trades_at_s is not None)


def test_what_was_to_be_told_when_the_workers_stopped_is_told_all_the_same():
    """V16."""

    async def scenario():
        day = new_day(FakeBroker(), FakeJournal())
        for text in ("one", "two"):
            day.engine.outbox.put_alert(Alert(kind=AlertKind.NOTICE, level="critical", text=text))
        await day.tell_rest()
        return day.ports.notifier.told

    assert run_virtually(scenario()) == ["one", "two"]
