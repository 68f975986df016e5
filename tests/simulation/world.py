"""Everything that outlives a process of the daemon: venue, market, network, store, actors, and the oracle."""

import asyncio
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from tests.simulation.actor import ForeignActor
from tests.simulation.catalogue import KINDS
from tests.simulation.desk import Desk
from tests.simulation.exchange import ExchangeDriver
from tests.simulation.faults import ActiveFaults
from tests.simulation.feed import FaultyFeed
from tests.simulation.market import SeededMarket
from tests.simulation.oracle import Oracle
from tests.simulation.process import Process
from tests.simulation.sections import sections_of
from tests.simulation.storage import Store
from tests.simulation.strategy import SeededStrategy
from tests.simulation.streams import PushStream
from tests.simulation.truth import Truth
from tests.simulation.venue_faults import VenueFaults
from tests.simulation.view import View
from tests.simulation.wire import Network
from trading_bot.adapters.clocks import LoopClock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.day.day_plans import day_plan
from trading_bot.bootstrap.replaying.simulator_program import new_venue
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.simulator.market.halted import interrupted
from trading_bot.simulator.venue.settings import VenueSettings

_PROJECT = Path(__file__).resolve().parents[2]
_WISHES = {
    "operator_pause": OperatorWish.PAUSE,
    "operator_flatten": OperatorWish.FLATTEN,
    "operator_panic": OperatorWish.PANIC,
}
_PANIC_LASTS_MS = 150_000
_BY_OTHERS = frozenset(
    {"square_off", "user_opens", "user_closes", "user_overcloses", "user_cancels", "trade_annulled"}
)


@cache
def market_rules():
    return load_market_rules(_PROJECT / "config" / "market")


class World:
    """One run's surroundings; made inside the running loop."""

    def __init__(self, schedule):
        self.schedule = schedule
        self.loop = asyncio.get_running_loop()
        self.main = asyncio.current_task()
        self.clock = LoopClock(schedule.start_ms)
        self.rules = market_rules()
        self.source = interrupted(SeededMarket(schedule), schedule.halt)
        self.faults = ActiveFaults(schedule, self.clock.now_ms)
        self.strategy = SeededStrategy(schedule, self)
        self.sections = sections_of(schedule.world)
        self.plan = day_plan(self.rules.calendar, self.source.on, self.source.instruments, (self.strategy,))
        self.trace = sha256()
        self.log = []
        self._make_broker()
        self.store = Store(on_disk=schedule.world.on_disk)
        self.processes = []
        self.is_over = False

    def _make_broker(self):
        schedule = self.schedule
        settings = VenueSettings(opening_balance=schedule.world.capital)
        self.venue = new_venue(self.source, self.rules, settings, schedule.seed, halt=schedule.halt)
        self.venue.advance(schedule.start_ms)
        self.truth = Truth(self.venue, self.clock.now_ms)
        self.driver = ExchangeDriver(self.venue, self.source, self.clock)
        self.oracle = Oracle(self)
        self.view = View(self.venue, self.faults, schedule)
        self.desk = Desk(self.view, self.source, self.clock)
        self.network = Network(self.desk, self.faults, schedule)
        self.stream = PushStream(self.venue, self.desk, self.faults, self.view)
        self.feed = FaultyFeed(self.source, self.faults, self.clock, is_batched=schedule.world.batched)
        self.driver.listeners.append(self.feed.on_moment)
        self.feed.tell_of_halt(schedule)
        self.venue_faults = VenueFaults(self.venue, self.truth, self.faults, schedule)
        self.actor = ForeignActor(self.venue, self.truth, schedule, self.faults, self._has_taken)
        self.venue.subscribe(self._on_row)

    # --- time -------------------------------------------------------------------------------------------

    def schedule_instants(self):
        """Set timers for everything that happens at one instant, and for the operator's round."""
        keys = {one.symbol: one.key for one in self.source.instruments}
        for fault in self.schedule.faults:
            if KINDS[fault.kind].is_instant and not KINDS[fault.kind].is_market:
                self.loop.call_later(fault.at_s, self._strike, fault, keys[fault.symbol])
        every_s = self.schedule.world.resume_every_s
        if every_s:
            self.loop.call_later(every_s, self._resume_round, every_s)
        self._second()

    def _strike(self, fault, key):
        if fault.kind in _BY_OTHERS:
            self.actor.act(fault, key)
            return
        process = self.process
        if process is None or not process.is_alive:
            return
        self.faults.injected[fault.kind] += 1
        self.note(f"{fault.kind} {fault.value:g}")
        if fault.kind in ("kill", "kill_again"):
            process.kill_after(fault.value)
        elif fault.kind == "push_cut":
            self.stream.cut()
        elif fault.kind == "journal_fails":
            process.journal.fails_next = True
        elif fault.kind == "journal_falls_back":
            process.journal.falls_back_after_s = fault.value
        else:
            self.ask(_WISHES[fault.kind])

    def _has_taken(self, trade):
        """Whether the daemon that lives has applied a trade of the venue as a whole."""
        process = self.process
        if process is None or not process.is_alive or process.day is None:
            return False
        fill = process.engine.state.book.fills.get(f"{trade.order_id}/{trade.trade_id}")
        return fill is not None and fill.quantity == trade.quantity

    def ask(self, *wishes):
        """Have the operator ask for something, of the process that lives."""
        process = self.process
        if process is not None and process.is_alive and process.day is not None:
            self.loop.create_task(self._asked(process, wishes), name=f"ask {wishes}")

    async def _asked(self, process, wishes):
        try:
            for wish in wishes:
                self.oracle.on_wish(wish)
                await process.engine.handle(OperatorAsked(at_ms=0, wish=wish, asked_by="simulation"))
        except Exception as error:  # noqa: BLE001  # the caller of a socket gets it; the breaker has it too
            self.note(f"asking failed: {error}")

    def _resume_round(self, every_s):
        if self.clock.now_ms() >= self.schedule.heal_ms:
            return
        if not self._is_panic_fresh():
            self.ask(OperatorWish.RESUME)
        self.loop.call_later(every_s, self._resume_round, every_s)

    def _is_panic_fresh(self):
        """Whether the operator would leave a panic latched yet: for a few minutes, restarts included."""
        asked_ms = self.oracle.entries.panic_asked_ms
        return 0 <= self.clock.now_ms() - asked_ms < _PANIC_LASTS_MS

    def _second(self):
        if self.is_over:
            return
        self.oracle.on_second()
        self.loop.call_later(1.0, self._second)

    # --- processes --------------------------------------------------------------------------------------

    @property
    def process(self):
        return self.processes[-1] if self.processes else None

    async def start(self):
        process = Process(self, len(self.processes))
        self.processes.append(process)
        try:
            await process.start()
        except Exception as error:  # noqa: BLE001  # a start that fails is found by the oracle
            process.broke(f"start failed: {type(error).__name__}: {error}")

    def start_later(self, delay_s):
        """Have the system start the daemon again, as systemd does."""
        if not self.is_over:
            self.loop.call_later(delay_s, partial(self.loop.create_task, self._start_again(), name="start"))

    async def _start_again(self):
        if not self.is_over:
            await self.start()

    def give_up(self):
        """End the run where it is; once, since what is cleared away then must not be cancelled, too."""
        if not self.is_over:
            self.is_over = True
            self.main.cancel()

    # --- the record -------------------------------------------------------------------------------------

    def note(self, text):
        """Add a line to the trace."""
        line = f"{self.clock.now_ms()} {text}"
        self.trace.update(line.encode())
        self.log.append(line)

    def _on_row(self, row):
        self.note(
            f"venue {row.order_id} {row.tag} {row.side} {row.quantity}/{row.filled_quantity} @{row.price}"
            f"/{row.trigger_price} {row.status} {row.status_message}"
        )
        self.oracle.on_row(row)

    @property
    def stands_still(self):
        """Whether the exchange does, market-wide."""
        halt = self.schedule.halt
        return halt is not None and halt.covers(self.clock.now_ms())

    def second_of(self, at_ms):
        return (at_ms - self.schedule.start_ms) / MS_PER_SECOND

    def last_disturbed_ms(self, kinds):
        """When a fault of these kinds was last active; 0 when none was yet."""
        return self.faults.last_active_ms(kinds)
