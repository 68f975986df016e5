"""`--panic-exit`: cancel everything, flatten everything, latch.

With a daemon alive it tells the daemon; with
none it does the work itself, through the same engine and the same order workers.
"""

import asyncio
import time
from asyncio import Event
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trading_bot import __version__
from trading_bot.bootstrap.daemon import World
from trading_bot.bootstrap.engine_parts import EngineSections, Records, new_core, new_day
from trading_bot.bootstrap.panic_records import PanicFiles
from trading_bot.control.client import NoDaemonError, ask
from trading_bot.control.protocol import STATUS, socket_path
from trading_bot.domain.market_rules import MarketRules
from trading_bot.engine.day import DayPlan, Ports, TradingDay
from trading_bot.engine.decisions.panic import is_finished
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.engine.state import State
from trading_bot.engine.workers.feed import FeedWorker
from trading_bot.settings.tree import Settings

_ASKED_BY = "--panic-exit"
_ASK_TIMEOUT_S = 1.0
_GIVE_UP_S = 60.0
_LOOK_S = 0.25
_FLAT = "flat: no position and no live order is left; entries stay off until resume"
_UNCONFIRMED = "waiting for a read that confirms it"
_LIVE = frozenset({"intended", "sent", "in_doubt", "acknowledged", "open", "trigger_pending"})

Write = Callable[[str], None]


def panic_through_daemon(
    database: Path, write: Write, pause: Callable[[float], None] = time.sleep
) -> int | None:
    """Tell the running daemon and follow it until it is flat; None when none does: then it is up to us.

    The exit code is 0 once the broker shows nothing open, 1 when it does not within a minute, or when the
    daemon does not ask it.
    """
    path = socket_path(database)
    try:
        answer = ask(path, OperatorWish.PANIC, asked_by=_ASKED_BY, timeout_s=_ASK_TIMEOUT_S)
    except NoDaemonError:
        return None
    if not answer["ok"]:
        write(f"the daemon could not do it: {answer['error']}")
        return None
    write("panic is latched in the running daemon; following it until everything is flat")
    give_up_s = time.monotonic() + _GIVE_UP_S
    said = ""
    while time.monotonic() < give_up_s:
        status = answer["status"]
        if status["is_confirmed_flat"]:
            write(_FLAT)
            return 0
        if status["is_confirmed_flat"] is None:
            write("the daemon does not ask the broker now: look into the broker's app for open positions")
            return 1
        left = _left_of(status)
        if left != said:
            write(left)
            said = left
        pause(_LOOK_S)
        try:
            answer = ask(path, STATUS, asked_by=_ASKED_BY, timeout_s=_ASK_TIMEOUT_S)
        except NoDaemonError:
            return None
    write(f"NOT flat after {_GIVE_UP_S:.0f} s: {said}. Close it in the broker's app.")
    return 1


def _left_of(status: Mapping[str, Any]) -> str:
    held = [f"{row['symbol']} {row['quantity']:+}" for row in status["symbols"] if row["quantity"]]
    live = sum(1 for row in status["orders"] if row["status"] in _LIVE)
    return _in_words(held, live) or _UNCONFIRMED


def _in_words(held: Sequence[str], live_orders: int) -> str:
    if not held and not live_orders:
        return ""
    return f"open: {', '.join(held) or 'no position'}; {live_orders} live orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanicRun:
    """Panic without a daemon, as the owner of its locks: rebuilds the book, closes what the broker shows."""

    settings: Settings
    rules: MarketRules
    plan: DayPlan
    """Holds every instrument that may have to be closed."""
    world: World
    database: Path
    write: Write

    async def run(self) -> int:
        """Cancel and flatten until the broker shows nothing open; 0 then, 1 after a minute without.

        Raises StorageError when neither the database nor the emergency journal can be written: nothing is
        sent before its intent is on disk.
        """
        files = PanicFiles(
            database=self.database,
            settings=self.settings.storage,
            clock=self.world.clock,
            broker=self.world.broker,
            write=self.write,
        )
        with ExitStack() as owned:
            opened = await files.open(owned)
            day = self._day(opened.records)
            await day.take_over(__version__, "panic", opened.epoch)
            await day.engine.handle(OperatorAsked(at_ms=0, wish=OperatorWish.PANIC, asked_by=_ASKED_BY))
            self.write("panic is latched on disk; cancelling and flattening")
            day.supervisor.start((*self.world.workers, *day.protecting_workers(), *self._feeds(day)))
            try:
                return await self._follow(day)
            finally:
                await day.supervisor.stop()

    def _day(self, records: Records) -> TradingDay:
        settings, world = self.settings, self.world
        sections = EngineSections(
            engine=settings.engine, risk=settings.risk, rate=settings.rate, supervisor=settings.supervisor
        )
        return new_day(
            plan=self.plan,
            core=new_core(self.plan, (), sections, self.rules.charges),
            ports=Ports(
                clock=world.clock,
                broker=world.broker,
                feed=world.feed,
                history=world.history,
                notifier=_Teller(self.write),
            ),
            records=records,
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
        give_up_s = time.monotonic() + _GIVE_UP_S
        while time.monotonic() < give_up_s:
            if state.is_recovered and is_finished(state):
                self.write(_FLAT)
                return 0
            left = _open_in(state)
            if left != said:
                self.write(left)
                said = left
            await asyncio.sleep(_LOOK_S)
            day.engine.outbox.ask_for_books("panic")
        self.write(f"NOT flat after {_GIVE_UP_S:.0f} s: {said}. Close it in the broker's app.")
        return 1


@dataclass(frozen=True, slots=True)
class _Teller:
    write: Write

    async def notify(self, level: str, text: str) -> None:
        """Say it on the terminal."""
        self.write(f"{level}: {text}")


def _open_in(state: State) -> str:
    if not state.is_recovered:
        return "reading the broker's books"
    held = [f"{key} {quantity:+}" for key, quantity in state.broker_quantity.items() if quantity]
    live = sum(1 for _ in state.book.live_orders()) + len(state.open_foreign_orders)
    return _in_words(held, live) or _UNCONFIRMED
