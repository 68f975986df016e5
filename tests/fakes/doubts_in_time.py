"""How long an order stays in doubt: the real workers in virtual time against a broker that answers badly."""

import asyncio
from dataclasses import dataclass, field
from random import Random

from tests.fakes.engine_driver import KEY, PRICE, EngineDriver
from tests.fakes.engine_ports import FakeJournal, no_beat
from trading_bot.adapters.clocks import LoopClock
from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.market_data import Candle
from trading_bot.domain.order import OrderReport, OrderStatus
from trading_bot.domain.signal import Direction
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import EvaluationDue
from trading_bot.engine.ports import BrokerPosition, Unknown
from trading_bot.engine.rate_gate import RateGate, RateSettings
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.workers.books import OrderPollingWorker, PositionWorker, TagSearchWorker
from trading_bot.engine.workers.clock import ClockWorker
from trading_bot.engine.workers.orders import OrderWorker
from trading_bot.simulator.virtual_time import run_virtually

_READ_TIMEOUT_S = 7.0
_LONGEST_WRITE_S = 25.0
_LONGEST_DELAY_S = 6.0
_GIVEN_UP_S = 240


@dataclass(slots=True, kw_only=True)
class ForgetfulBroker:
    """Loses the answer to every place call; of its reads a part is lost, delayed, or has its rows doubled."""

    clock: LoopClock
    random: Random
    bad_replies: float
    visible_after_s: float | None
    """When the order shows, counted from its sending; None when it never reached the broker."""
    sent_at_ms: list[int] = field(default_factory=list)
    order: OrderReport | None = None

    @property
    def visible_at_ms(self) -> int:
        return self.sent_at_ms[0] + int((self.visible_after_s or 0) * MS_PER_SECOND)

    async def place(self, request):
        self.sent_at_ms.append(self.clock.now_ms())
        if self.visible_after_s is not None:
            self.order = OrderReport(
                order_id="1",
                tag=request.tag,
                instrument_key=request.instrument_key,
                side=request.side,
                product=request.product,
                status=OrderStatus.OPEN,
                terms=request.terms,
                filled_quantity=0,
                average_price=None,
            )
        await asyncio.sleep(self.random.uniform(1, _LONGEST_WRITE_S))
        return Unknown("the answer was lost")

    async def cancel(self, _order_id):
        return Unknown("the answer was lost")

    def _rows(self):
        is_visible = self.order is not None and self.clock.now_ms() >= self.visible_at_ms
        return (self.order,) if is_visible else ()

    async def _read(self, answer):
        await asyncio.sleep(self.random.uniform(0.02, 0.2))
        if self.random.random() >= self.bad_replies:
            return answer()
        kind = self.random.choice(("lost", "delayed", "doubled"))
        if kind == "lost":
            await asyncio.sleep(_READ_TIMEOUT_S)
            raise ReadFailedError("no answer")
        rows = answer()
        if kind == "delayed":
            await asyncio.sleep(self.random.uniform(0.5, _LONGEST_DELAY_S))
        return rows * 2 if kind == "doubled" else rows

    async def orders(self):
        return await self._read(self._rows)

    async def orders_by_tag(self, _tag):
        return await self._read(self._rows)

    async def fills(self):
        return await self._read(tuple)

    async def confirm_token(self):
        await self._read(tuple)

    async def positions(self):
        return await self._read(
            lambda: (
                BrokerPosition(instrument_key=KEY, product="I", quantity=0, buy_quantity=0, sell_quantity=0),
            )
        )


@dataclass(frozen=True)
class Settled:
    """How a doubt ended."""

    status: OrderStatus
    since_sending_s: float
    since_visible_s: float
    times_sent: int


def settled_doubt(seed: int, *, bad_replies: float, visible_after_s: float | None) -> Settled:
    """Send one entry whose answer is lost, and wait until it is adopted or released."""
    return run_virtually(_settle(Random(seed), bad_replies, visible_after_s))


async def _settle(random: Random, bad_replies: float, visible_after_s: float | None) -> Settled:
    driver = EngineDriver()
    clock = LoopClock(driver.now_ms)
    engine = Engine(driver.core, clock, FakeJournal())
    broker = ForgetfulBroker(
        clock=clock, random=random, bad_replies=bad_replies, visible_after_s=visible_after_s
    )
    settings = EngineSettings()
    workers = (
        OrderWorker(engine, broker, clock, RateGate(RateSettings())),
        OrderPollingWorker(engine, broker, clock, settings),
        TagSearchWorker(engine, broker, clock),
        PositionWorker(engine, broker, clock, settings),
        ClockWorker(engine, clock),
    )
    tasks = [asyncio.create_task(worker.run(no_beat)) for worker in workers]
    await asyncio.sleep(random.uniform(0, 10))
    while driver.core.state.failed_reads:  # noqa: ASYNC110  # nothing is entered then; virtual time
        await asyncio.sleep(0.05)
    driver.now_ms = clock.now_ms()
    driver.strategy.scripted.next_direction = Direction.LONG
    driver.price(PRICE)
    candle = Candle(driver.now_ms - 900_000, PRICE, PRICE + 100, PRICE - 100, PRICE, 10_000)
    await engine.handle(EvaluationDue(at_ms=0, instrument_key=KEY, timeframe_s=900, candle=candle))
    status = await _end_of(driver, clock)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    now_ms = clock.now_ms()
    return Settled(
        status=status,
        since_sending_s=(now_ms - broker.sent_at_ms[0]) / MS_PER_SECOND,
        since_visible_s=(now_ms - broker.visible_at_ms) / MS_PER_SECOND,
        times_sent=len(broker.sent_at_ms),
    )


async def _end_of(driver: EngineDriver, clock: LoopClock) -> OrderStatus:
    unsettled = (OrderStatus.INTENDED, OrderStatus.SENT, OrderStatus.IN_DOUBT)
    until_ms = clock.now_ms() + _GIVEN_UP_S * MS_PER_SECOND
    (tag,) = driver.book.orders
    while driver.order(tag).status in unsettled and clock.now_ms() < until_ms:  # noqa: ASYNC110  # virtual time
        await asyncio.sleep(0.05)
    return driver.order(tag).status
