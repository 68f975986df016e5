"""`--panic-exit` without a daemon: cancel everything, flatten everything, latch.

It does the work itself, through the same engine and the same order workers. With a daemon alive,
`answers/panic_wish.py` tells the daemon.
"""

import asyncio
import time
from asyncio import Event
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trading_bot import __version__
from trading_bot.bootstrap.answers.daemon.following import GIVE_UP_S, LOOK_S, UNCONFIRMED, Write, open_text
from trading_bot.bootstrap.answers.daemon.panic_wish import ASKED_BY, FLAT
from trading_bot.bootstrap.daemon import World, settings_hash
from trading_bot.bootstrap.day.day_plans import day_plan
from trading_bot.bootstrap.engine_parts import EngineSections, Records, new_core, new_day
from trading_bot.bootstrap.panicking.panic_records import PanicFiles, PanicRecords
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.money import ZERO
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.book import Book
from trading_bot.engine.commands import Alert
from trading_bot.engine.day import DayPlan, Ports, TradingDay
from trading_bot.engine.decisions.operation.panic import is_finished
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.engine.state import ChargesSoFar, State
from trading_bot.engine.workers.feed import FeedWorker
from trading_bot.engine.workers.warm_up import WarmUpPlan
from trading_bot.settings.tree import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicRun:
    """Panic without a daemon, once it is latched: rebuilds the book, closes what the broker shows."""

    settings: Settings
    rules: MarketRules
    plan: DayPlan
    """Holds every instrument that may have to be closed."""
    world: World
    files: PanicFiles
    opened: PanicRecords
    write: Write

    async def run(self) -> int:
        """Cancel and flatten until the broker shows nothing open; 0 then, 1 after a minute without.

        Raises StorageError when the journal takes no rows any more: nothing is sent before its intent is on
        disk.
        """
        epoch = await self.files.epoch(self.opened, self.world.broker)
        day = self._day()
        await day.take_over(__version__, settings_hash(self.settings), epoch)
        await day.engine.handle(OperatorAsked(at_ms=0, wish=OperatorWish.PANIC, asked_by=ASKED_BY))
        self.write("cancelling and flattening")
        day.supervisor.start((*self.world.workers, *day.protecting_workers(), *self._feeds(day)))
        try:
            return await self._follow(day)
        finally:
            await day.supervisor.stop()

    def _day(self) -> TradingDay:
        settings, world = self.settings, self.world
        sections = EngineSections(
            engine=settings.engine, risk=settings.risk, rate=settings.rate, supervisor=settings.supervisor
        )
        core = new_core(self.plan, (), sections, self.rules.charges)
        core.state.charges_so_far = where_known(core.state.charges_so_far)
        return new_day(
            plan=self.plan,
            core=core,
            ports=Ports(
                clock=world.clock,
                broker=world.broker,
                feed=world.feed,
                history=world.history,
                notifier=_Teller(self.write),
            ),
            records=Records(journal=self.opened.journal, earlier_rows=self.opened.rows),
            sections=sections,
            on_breaker=self.write,
        )

    def _feeds(self, day: TradingDay) -> tuple[FeedWorker, ...]:
        """Fresh prices make marketable limits; without any, exits are protected market orders."""
        keys = self.plan.orderable_keys
        if not keys:
            return ()
        ready = Event()
        ready.set()
        feed = FeedWorker(day.engine, self.world.feed, keys, self.world.clock, ready, self.plan.open_ms)
        return (feed,)

    async def _follow(self, day: TradingDay) -> int:
        state, said = day.engine.state, ""
        give_up_s = time.monotonic() + GIVE_UP_S
        while time.monotonic() < give_up_s:
            if state.is_recovered and is_finished(state):
                self.write(FLAT)
                return 0
            left = open_in(state)
            if left != said:
                self.write(left)
                said = left
            await asyncio.sleep(LOOK_S)
            day.engine.outbox.ask_for_books("panic")
        self.write(f"NOT flat after {GIVE_UP_S:.0f} s: {said}. Close it in the broker's app.")
        return 1


@dataclass(frozen=True, slots=True)
class _Teller:
    write: Write

    async def notify(self, alert: Alert) -> None:
        """Say it on the terminal."""
        self.write(f"{alert.level}: {alert.text}")


def open_in(state: State) -> str:
    """What complete reads still show, as a person reads it."""
    if not state.is_recovered:
        return "reading the broker's books"
    quantities = state.broker_quantity.items()
    held = [f"{state.market.symbol(key)} {quantity:+}" for key, quantity in quantities if quantity]
    live = sum(1 for _ in state.book.live_orders()) + len(state.open_foreign_orders)
    return open_text(held, live) or UNCONFIRMED


def left_open(book: Book | None, instruments: Iterable[Instrument], then: str) -> str:
    """What the journal knows to be open, and what a person does about it; None where no book is known."""
    if book is None:
        return f"the journal cannot be read: what is open is not known; {then}"
    symbols = {one.key: one.symbol for one in instruments}
    held = [
        f"{symbols.get(key, key)} {position.quantity:+}"
        for key, position in book.positions.items()
        if not position.is_flat
    ]
    live = sum(1 for _ in book.live_orders())
    positions = f"{_counted(len(held), 'open position')}{', ' if held else ''}{', '.join(held)}"
    comma = "," if held else ""
    return f"the journal knows {positions}{comma} and {_counted(live, 'live order')}: {then}"


def _counted(count: int, what: str) -> str:
    return f"{count or 'no'} {what}{'s' if count > 1 else ''}"


def where_known(charges: ChargesSoFar) -> ChargesSoFar:
    """None where no rule or list tells them: they count for a day's loss, which panic does not wait for."""

    def known(book: Book) -> Decimal:
        try:
            return charges(book)
        except (UncoveredDateError, KeyError):
            return ZERO

    return known


def panic_plan(rules: MarketRules, on: date, instruments: Iterable[Instrument]) -> DayPlan:
    """The day's sessions; past the calendar the whole day, on a day without any one that is over.

    Orders are cancelled then, and none is sent: a broker would keep it for the next session.
    """
    listed = tuple(instruments)
    try:
        return day_plan(rules.calendar, on, listed, ())
    except SettingsError:
        start_ms = midnight_ms(on) - 2 * MS_PER_DAY
    except UncoveredDateError:
        start_ms = midnight_ms(on)
    session = (start_ms, start_ms + MS_PER_DAY)
    return DayPlan(
        on=on,
        instruments=listed,
        sessions={one.key: (session,) for one in listed},
        warm_up=WarmUpPlan(first=on, last=on, sessions={}),
    )
