"""The daemon as a process: started on what the store holds, killed at any crossing, started again."""

import asyncio
from random import Random

from tests.simulation.storage import SimulatedJournal
from tests.simulation.wire import SETTINGS, transport_through
from trading_bot.adapters.clocks import LoopClock
from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker
from trading_bot.bootstrap.engine_parts import Records, new_core, new_day
from trading_bot.engine.core import Core
from trading_bot.engine.day import Ports
from trading_bot.simulator.in_process.market import SourceHistory

_LAG_INTERVAL_S = 60.0


class _WatchedCore(Core):
    """Shows each step to the oracle before it is journaled."""

    def __init__(self, state, process):
        super().__init__(state)
        self._process = process

    def _step_of(self, turn):
        step = super()._step_of(turn)
        if self._process.is_alive and (step.rows or step.commands):
            self._process.world.oracle.on_step(self._process, step)
        return step


class _Notifier:
    def __init__(self, process):
        self._process = process

    async def notify(self, alert):
        if self._process.is_alive:
            self._process.world.oracle.on_alert(alert.level, alert.text)


class Process:
    """One life of the daemon."""

    def __init__(self, world, number):
        self.world = world
        self.number = number
        self.is_alive = True
        self.day = None
        self._kill_after = None
        self._random = Random(f"process {world.schedule.seed} {number}")
        self._tasks_before = set(asyncio.all_tasks())

    @property
    def engine(self):
        return self.day.engine

    @property
    def last_sequence(self):
        """Number of the newest row that was decided."""
        return self._core.last_sequence

    async def start(self):
        """Open the journal, rebuild the book, take it over, and let every worker run."""
        world = self.world
        rows = world.store.open()
        self.started_ms = world.clock.now_ms()
        strategies = (world.strategy,)
        self._core = core = _WatchedCore(
            new_core(world.plan, strategies, world.sections, world.rules.charges).state, self
        )
        self.journal = SimulatedJournal(
            world.store, rows[-1].sequence if rows else 0, world=world, process=self
        )
        clock = LoopClock(world.clock.now_ms())
        self.day = new_day(
            plan=world.plan,
            core=core,
            ports=Ports(
                clock=clock,
                broker=self._broker(),
                feed=world.feed.port(),
                history=SourceHistory(world.source, clock.now_ms),
                notifier=_Notifier(self),
            ),
            records=Records(journal=self.journal, earlier_rows=rows),
            sections=world.sections,
            on_breaker=self.broke,
        )
        self.day.lag.interval_s = _LAG_INTERVAL_S
        world.oracle.on_start(self)
        await self.day.open(program_version="simulation", settings_hash="")

    def _broker(self):
        world = self.world
        transport = transport_through(self._send)
        reads = BrokerReads(transport, SETTINGS, jitter=self._random.random, sleep=asyncio.sleep)
        return UpstoxBroker(SETTINGS, transport, reads, world.stream.port(), Oddities())

    async def _send(self, request):
        """Let a request leave, unless the process has died; an answer reaches the living only."""
        if not self.passes("send"):
            await asyncio.Future()
        self.world.oracle.on_departure(self, request)
        answer = await self.world.network.exchange(request)
        if not self.passes("answer"):
            await asyncio.Future()
        return answer

    def passes(self, _crossing):
        """Cross a point where the process may be killed; False when it is dead."""
        if self._kill_after is not None and self.is_alive:
            self._kill_after -= 1
            if self._kill_after < 0:
                self.kill("killed")
        return self.is_alive

    def kill_after(self, crossings):
        """Have it killed at a crossing to come."""
        if crossings <= 0:
            self.kill("killed")
        else:
            self._kill_after = int(crossings)

    def broke(self, reason):
        """The circuit breaker: the process ends, and the system starts it anew."""
        if self.is_alive:
            self.world.oracle.on_breaker(self, reason)
            self.kill(reason)

    def kill(self, reason):
        """Nothing of it runs on: its ports are dead and its tasks are dropped."""
        if not self.is_alive:
            return
        self.is_alive = False
        self.world.store.close()
        self.world.note(f"killed: {reason}")
        asyncio.get_running_loop().call_soon(self.drop)
        self.world.start_later(self._random.uniform(1.5, 12))

    def drop(self):
        """Let go of every task of the process."""
        mine = [task for task in asyncio.all_tasks() if task not in self._tasks_before]
        for task in sorted(mine, key=lambda task: (len(task.get_name()), task.get_name())):
            if task is not self.world.main:
                task.cancel()
