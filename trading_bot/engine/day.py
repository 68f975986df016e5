"""One trading day of the daemon: take the book over, recover, trade, and end flat and reconciled.

Starting, restarting and starting with unknown positions are the same path: the workers' first reads are the
recovery, and nothing may be entered before they are in.
"""

from asyncio import Event
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import structlog

from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.outlook import DayOutlook
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import DayEnded, DayOpened, OwnershipClaimed
from trading_bot.engine.ports import Broker, Clock, Feed, History, Notifier, Quotes
from trading_bot.engine.rate_gate import RateGate
from trading_bot.engine.settings import EngineSettings
from trading_bot.engine.supervisor import LagWorker, Supervisor
from trading_bot.engine.workers.account import AccountWorker
from trading_bot.engine.workers.advice import AdviceWorker
from trading_bot.engine.workers.alerts import AlertWorker
from trading_bot.engine.workers.books import (
    OrderPollingWorker,
    PositionWorker,
    TagSearchWorker,
    read_positions,
)
from trading_bot.engine.workers.clock import ClockWorker
from trading_bot.engine.workers.feed import FEED, FeedWorker, ReconnectWorker
from trading_bot.engine.workers.order_stream import OrderStreamWorker
from trading_bot.engine.workers.orders import OrderWorker
from trading_bot.engine.workers.quotes import QuoteWorker
from trading_bot.engine.workers.signals import SignalWorker
from trading_bot.engine.workers.volatility import VolatilityWorker
from trading_bot.engine.workers.warm_up import WarmUpPlan, WarmUpWorker
from trading_bot.engine.workers.worker import Worker

log = structlog.get_logger()

_FINAL_READS = 12
_FINAL_READ_APART_S = 5
_AUCTION_MS = 21 * MS_PER_MINUTE
"""From the end of continuous trading until the trades of the closing auction are surely listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The adapters that a day runs on."""

    clock: Clock
    broker: Broker
    feed: Feed
    history: History
    notifier: Notifier
    quotes: Quotes | None = None
    """Where prices can be asked for, what is held is watched with these while the feed is down."""


OrderWorkers = Callable[[Engine, Ports, RateGate], tuple[Worker, ...]]
"""Makes the workers that take order commands from the outbox."""


def sending_workers(engine: Engine, ports: Ports, gate: RateGate) -> tuple[Worker, ...]:
    """Workers that send orders to the broker."""
    return (
        OrderWorker(engine, ports.broker, ports.clock, gate),
        OrderWorker(engine, ports.broker, ports.clock, gate, name="exits", exits_only=True),
    )


def advising_workers(engine: Engine, _ports: Ports, _gate: RateGate) -> tuple[Worker, ...]:
    """Workers that tell a person what they would order, and send nothing."""
    return (AdviceWorker(engine),)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPlan:
    """What is traded or watched today, and when."""

    on: date
    instruments: Sequence[Instrument]
    sessions: Mapping[str, tuple[tuple[int, int], ...]]
    """Continuous sessions by instrument, epoch ms; an instrument without one is closed today."""
    warm_up: WarmUpPlan
    outlook: DayOutlook | None = None
    """What overlays know of the day beforehand; None where there are none."""
    exit_only: frozenset[str] = frozenset()
    """Keys that are never entered: what is held of them is only managed and closed."""

    @property
    def open_ms(self) -> int:
        """When the first continuous session of the day starts."""
        return min(sessions[0][0] for sessions in self.sessions.values() if sessions)

    @property
    def close_ms(self) -> int:
        """When the last continuous session of the day ends."""
        return max(sessions[-1][1] for sessions in self.sessions.values() if sessions)

    @property
    def orderable_keys(self) -> tuple[str, ...]:
        """Keys of the instruments that can be ordered today."""
        return tuple(
            instrument.key
            for instrument in self.instruments
            if instrument.is_tradable and self.sessions.get(instrument.key)
        )

    def with_exit_only(self, keys: frozenset[str]) -> "DayPlan":
        """The same plan with these instruments closed to entries."""
        return replace(self, exit_only=keys)

    def with_outlook(self, outlook: DayOutlook) -> "DayPlan":
        """The same plan with what is known of the day beforehand."""
        return replace(self, outlook=outlook)

    @property
    def enterable_keys(self) -> tuple[str, ...]:
        """Keys of the instruments that strategies may enter."""
        return tuple(key for key in self.orderable_keys if key not in self.exit_only)


@dataclass(slots=True, kw_only=True)
class TradingDay:
    """Runs one day from its opening to its end."""

    plan: DayPlan
    engine: Engine
    ports: Ports
    supervisor: Supervisor
    gate: RateGate
    settings: EngineSettings
    lag: LagWorker
    warmed_up: Event = field(default_factory=Event)
    """Set when every instrument's history was tried."""
    order_workers: OrderWorkers = sending_workers

    async def open(self, program_version: str, settings_hash: str) -> None:
        """Take the book over, set the day up, and start every worker."""
        await self.take_over(program_version, settings_hash)
        self.supervisor.start(self._workers())

    async def take_over(self, program_version: str, settings_hash: str, epoch: int | None = None) -> None:
        """Set the day up and become the owner of the book; nothing is sent yet.

        `epoch` is given where no journal could be read to tell it.
        """
        engine = self.engine
        await engine.handle(
            DayOpened(
                at_ms=0,
                on=self.plan.on,
                instruments=tuple(self.plan.instruments),
                sessions=dict(self.plan.sessions),
                outlook=self.plan.outlook,
            )
        )
        await engine.handle(
            OwnershipClaimed(
                at_ms=0, program_version=program_version, settings_hash=settings_hash, epoch=epoch
            )
        )

    def _workers(self) -> tuple[Worker, ...]:
        engine, ports, plan = self.engine, self.ports, self.plan
        quoting = () if ports.quotes is None else (QuoteWorker(engine, ports.quotes, ports.clock),)
        keys = [instrument.key for instrument in plan.instruments if plan.sessions.get(instrument.key)]
        return (
            *self.protecting_workers(),
            FeedWorker(engine, ports.feed, keys, ports.clock, self.warmed_up, plan.open_ms),
            ReconnectWorker(engine, ports.feed),
            *quoting,
            WarmUpWorker(engine, ports.history, plan.enterable_keys, plan.warm_up, self.warmed_up),
            SignalWorker(engine),
            AccountWorker(engine, ports.broker, ports.clock, self.settings, plan.orderable_keys),
            *self._volatility_workers(),
        )

    def _volatility_workers(self) -> tuple[Worker, ...]:
        """Who asks for the closes of the volatility index, where one is watched and no folder gave them."""
        outlook, ports = self.plan.outlook, self.ports
        if outlook is None or not outlook.volatility_key or outlook.volatility_closes:
            return ()
        key, on = outlook.volatility_key, self.plan.on
        return (VolatilityWorker(self.engine, ports.history, ports.clock, key, on),)

    def protecting_workers(self) -> tuple[Worker, ...]:
        """The workers that carry out and confirm orders: panic needs these and no others."""
        engine, broker, clock = self.engine, self.ports.broker, self.ports.clock
        return (
            *self.order_workers(engine, self.ports, self.gate),
            OrderStreamWorker(engine, broker),
            OrderPollingWorker(engine, broker, clock, self.settings),
            TagSearchWorker(engine, broker, clock),
            PositionWorker(engine, broker, clock, self.settings),
            ClockWorker(engine, clock),
            AlertWorker(engine, self.ports.notifier),
            self.lag,
        )

    @property
    def vital_workers(self) -> frozenset[str]:
        """Names of the workers without which positions are not looked after, or prices do not come."""
        return frozenset(worker.name for worker in self.protecting_workers()) | {FEED}

    async def close(self) -> None:
        """After the close: read until flat and reconciled, or say that it is not; then end the day.

        What rests goes through the closing auction: its trades are seen today or never.
        """
        clock, state, reads = self.ports.clock, self.engine.state, 0
        while not (await self._read_once() and not state.book.trades and not state.book.differences):
            if reads >= _FINAL_READS and not self._may_trade_in_auction():
                break
            reads += 1
            await clock.sleep_until(clock.now_ms() + _FINAL_READ_APART_S * MS_PER_SECOND)
        await self.engine.handle(DayEnded(at_ms=0, charges=state.charges()))

    def _may_trade_in_auction(self) -> bool:
        """Whether a share is held whose closing auction is not over."""
        state, now_ms = self.engine.state, self.ports.clock.now_ms()
        held = (state.market.series.get(trade.instrument_key) for trade in state.book.trades.values())
        return any(
            series is not None
            and series.instrument.closing_auction_eligible
            and 0 <= now_ms - series.hours.close_ms < _AUCTION_MS
            for series in held
        )

    async def tell_rest(self) -> None:
        """Hand on what the alert worker left when it was stopped."""
        while (alert := self.engine.outbox.next_alert()) is not None:
            await self.ports.notifier.notify(alert)

    async def _read_once(self) -> bool:
        try:
            await read_positions(self.engine, self.ports.broker, self.ports.clock)
        except ReadFailedError as error:
            log.warning("final_read_failed", detail=str(error))
            return False
        return True
