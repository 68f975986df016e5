"""A whole day in virtual time: the real engine and workers, the simulator's core, no wire and no waiting."""

from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.adapters.clocks import LoopClock
from trading_bot.bootstrap.day.day_closes import DaysFolder, with_days
from trading_bot.bootstrap.day.day_plans import day_plan
from trading_bot.bootstrap.day.outlooks import Outlooks
from trading_bot.bootstrap.engine_parts import EngineSections, Records, new_core, new_day
from trading_bot.bootstrap.replaying.simulator_program import new_venue
from trading_bot.domain.ist import MS_PER_MINUTE, MS_PER_SECOND
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.commands import Alert
from trading_bot.engine.core import Core
from trading_bot.engine.day import Ports, TradingDay
from trading_bot.engine.ports import Broker, Clock, Feed, History, Notifier
from trading_bot.simulator.in_process.broker import SimulatedBroker
from trading_bot.simulator.in_process.market import MarketFeed, SourceHistory
from trading_bot.simulator.venue.contracts import MarketSource
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue
from trading_bot.strategies.strategy import Strategy

_LEAD_MS = 5 * MS_PER_MINUTE
"""How long before the open the day begins."""
_LAG_INTERVAL_S = 60.0
"""Virtual time is never late: to look ten times a second would be half of all that the loop does."""


class SilentNotifier:
    """Tells nobody; alerts are in the log."""

    async def notify(self, alert: Alert) -> None:
        """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VirtualDay:
    """What a day in virtual time consists of."""

    source: MarketSource
    rules: MarketRules
    strategies: tuple[Strategy, ...]
    sections: EngineSections
    records: Records
    venue_settings: VenueSettings
    seed: int = 1
    start_ms: int | None = None
    """Session time at which it begins; five minutes before the open unless told otherwise."""
    notifier: Notifier
    feed: Callable[[Venue, Clock], Feed] | None = None
    """Where prices come from; None for the source's own moments."""
    history: Callable[[Clock], History] | None = None
    """Where warm-up comes from; None for the source's own."""
    days: DaysFolder | None = None
    """What completes the days of the history."""
    wired: Callable[[Broker, Clock], Broker] = lambda broker, _clock: broker
    """Puts something between the engine and the broker, such as a fault."""
    watched: Callable[[Core], Core] = lambda core: core
    """Puts something around the core that looks on, such as a check of invariants."""

    async def run(self) -> tuple[TradingDay, Venue]:
        """Trade the day from its start to its end; run it in a virtual-time loop.

        Returns the day with its final state, and the venue with its ledger.
        """
        outlook = Outlooks.load(self.sections.risk.overlays, self.rules).of(self.source.on)
        plan = day_plan(self.rules.calendar, self.source.on, self.source.instruments, self.strategies)
        plan = plan.with_outlook(outlook)
        venue = new_venue(self.source, self.rules, self.venue_settings, self.seed)
        clock = LoopClock(plan.open_ms - _LEAD_MS if self.start_ms is None else self.start_ms)
        history = self.history(clock) if self.history else SourceHistory(self.source, clock.now_ms)
        ports = Ports(
            clock=clock,
            broker=self.wired(SimulatedBroker(venue, clock.now_ms), clock),
            feed=self.feed(venue, clock) if self.feed else MarketFeed(self.source, venue, clock),
            history=with_days(history, self.days, self.source.instruments),
            notifier=self.notifier,
        )
        breaker: list[str] = []
        core = self.watched(new_core(plan, self.strategies, self.sections, self.rules.charges))
        day = new_day(
            plan=plan,
            core=core,
            ports=ports,
            records=self.records,
            sections=self.sections,
            on_breaker=breaker.append,
        )
        day.lag.interval_s = _LAG_INTERVAL_S
        await day.open(program_version="virtual", settings_hash="")
        await clock.sleep_until(plan.close_ms + 5 * MS_PER_SECOND)
        await day.close()
        await day.supervisor.stop()
        if breaker:
            raise RuntimeError(breaker[0])
        return day, venue
