"""What stands behind the engine on the real market: the account, a pretend one, or none.

Each function makes the world of one day. They differ in the broker; clock, feed and history are the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from trading_bot.adapters.no_account import NoAccount
from trading_bot.adapters.upstox.adapter import UpstoxAdapter
from trading_bot.bootstrap.daemon import World
from trading_bot.bootstrap.market.stored_warm_up import StoredWarmUp
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.book import Book
from trading_bot.engine.day import DayPlan, OrderWorkers, advising_workers, sending_workers
from trading_bot.engine.engine import Engine
from trading_bot.engine.ports import Broker, Clock, Feed, History
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings
from trading_bot.simulator.in_process.broker import SimulatedBroker
from trading_bot.simulator.in_process.frame_market import VenueFeed, VenueWorker
from trading_bot.simulator.in_process.restore import restore_venue
from trading_bot.simulator.venue.exchange.day_rules import contract_note_charges, session_plans
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDay:
    """All that a world is made from."""

    settings: Settings
    rules: MarketRules
    plan: DayPlan
    book: Book
    """The book as an earlier process left it."""
    adapter: UpstoxAdapter
    feed: Feed
    """The adapter's, setting the clock where that is not the computer's."""
    clock: Clock
    workers: Sequence[Worker]
    on_engine: Callable[[Engine], None] = lambda _engine: None
    """Told of the day's engine."""
    previous_closes: Mapping[str, int]
    """Paise by instrument; an instrument may be missing."""


@dataclass(frozen=True, slots=True)
class DayWorld:
    """The world of a day, and what a simulated broker's own ledger says at its end."""

    world: World
    ledger_net_pnl: Callable[[], Decimal | None]


def account_world(day: MarketDay) -> DayWorld:
    """Orders go to the broker."""
    return DayWorld(_world(day, day.adapter.broker, day.feed, day.workers), _no_ledger)


def paper_world(day: MarketDay) -> DayWorld:
    """Orders go to a venue in this process, which matches them against the real feed."""
    clock, venue = day.clock, paper_venue(day)
    broker = SimulatedBroker(venue, clock.now_ms)
    workers = (*day.workers, VenueWorker(venue, clock))
    world = _world(day, broker, VenueFeed(day.feed, venue, clock), workers)
    return DayWorld(world, lambda: Decimal(str(venue.ledger()["net_pnl"])))


def advice_world(day: MarketDay) -> DayWorld:
    """Orders go to a person, as advice."""
    broker = NoAccount(day.settings.risk.sizing.base_capital, day.adapter.broker)
    world = _world(day, broker, day.feed, day.workers, advising_workers)
    return DayWorld(world, _no_ledger)


def paper_venue(day: MarketDay) -> Venue:
    """A venue at the present, with what the book holds."""
    settings = paper_settings(day.settings)
    on, calendar = day.plan.on, day.rules.calendar
    listed = [one for one in day.plan.instruments if day.plan.sessions.get(one.key)]
    venue = Venue(
        on=on,
        instruments=listed,
        previous_closes=day.previous_closes,
        plans=session_plans(calendar, on, settings, Random(on.toordinal())),  # noqa: S311  # a simulation
        settings=settings,
        random=Random(on.toordinal()),  # noqa: S311  # a simulation
        charges=contract_note_charges(day.rules.charges),
    )
    venue.advance(day.clock.now_ms())
    restore_venue(venue, day.book, on)
    return venue


def paper_settings(settings: Settings) -> VenueSettings:
    """The simulator's, with the slippage of the run and the capital that sizes refer to."""
    return settings.simulator.model_copy(
        update={
            "slippage_bps": settings.run.slippage_bps,
            "opening_balance": settings.risk.sizing.base_capital,
        }
    )


def _world(
    day: MarketDay,
    broker: Broker,
    feed: Feed,
    workers: Sequence[Worker],
    order_workers: OrderWorkers = sending_workers,
) -> World:
    return World(
        clock=day.clock,
        broker=broker,
        feed=feed,
        history=_history(day),
        quotes=day.adapter.market,
        workers=workers,
        order_workers=order_workers,
        on_engine=day.on_engine,
    )


def _history(day: MarketDay) -> History:
    """The broker's, begun with what is stored of it where the settings want that."""
    if not day.settings.run.warm_up_from_store:
        return day.adapter.history
    return StoredWarmUp(
        broker=day.adapter.history,
        store=day.settings.run.history_store,
        symbols={one.key: one.symbol for one in day.plan.instruments},
        previous_closes=day.previous_closes,
        on=day.plan.on,
    )


def _no_ledger() -> None:
    return None
