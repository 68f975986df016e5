"""The daemon on the real market, day after day: wait for login and session, trade, report, idle."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.bootstrap.daemon import Daemon, DayFiles, Outcome
from trading_bot.bootstrap.day_plans import day_plan
from trading_bot.bootstrap.earlier import earlier_book
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.bootstrap.market.day_header import day_header
from trading_bot.bootstrap.market.logins import Logins, LoginWorker
from trading_bot.bootstrap.market.market_worlds import DayWorld, MarketDay
from trading_bot.bootstrap.market.next_session import NextSession, next_session
from trading_bot.bootstrap.market.preparation import Prepared, Readiness
from trading_bot.bootstrap.market.standby import standing_by
from trading_bot.bootstrap.market.universe import HeldKeys
from trading_bot.bootstrap.places import instruments_folder, lock_paths
from trading_bot.bootstrap.reporting import ReportRequest, report_day
from trading_bot.bootstrap.resource_watch import NightWatch
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.errors import HaltedError, TradingBotError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.market_rules import MarketRules
from trading_bot.engine.book import Book
from trading_bot.engine.engine import Engine
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.ports import Clock, Feed
from trading_bot.engine.workers.worker import Worker
from trading_bot.settings.tree import Settings

if TYPE_CHECKING:
    from trading_bot.bootstrap.web.dashboard import Dashboard

log = structlog.get_logger()

_LATCHED = "panic is latched: python main.py resume allows entries again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How orders are carried out, and what that is called."""

    mode: str
    data: str
    """Where prices come from and orders go, in a few words."""
    banner: str
    """What is said at the start."""
    world: Callable[[MarketDay], DayWorld]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Time, and what follows from where it comes from."""

    clock: Clock
    timed: Callable[[Feed], Feed] = lambda feed: feed
    """Wraps a feed that sets the clock."""
    workers: Sequence[Worker] = ()
    on_engine: Callable[[Engine], None] = lambda _engine: None
    """Told of each day's engine."""
    look_s: float = 3.0
    """Wall seconds between two looks at clock and token while nothing is traded."""


@dataclass(slots=True, kw_only=True)
class MarketDaemon:
    """One account, or the pretence of one, on the real market."""

    settings: Settings
    account: Account
    rules: MarketRules
    files: DayFiles
    surroundings: Surroundings
    logins: Logins
    reports: Path
    write: Callable[[str], None]
    doubts: Sequence[str] = ()
    """What a person should know of the strategies before they trade."""
    board: NoticeBoard = field(default_factory=NoticeBoard)
    stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    dashboard: "Dashboard | None" = None
    _locked: set[Path] = field(default_factory=set)
    _held: HeldKeys = field(default_factory=HeldKeys)

    async def run(self) -> int:
        """Trade session after session until stopped, or one with `exit_after_close`; the exit code.

        Raises AlreadyRunningError, HaltedError when panic is latched and everything is flat,
        UncoveredDateError before the network is touched, StorageError.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop_asked.set)
        with ExitStack() as owned:
            self._own(owned, self.files.locks)
            bring_home(self.files.database, self.settings.storage, self.surroundings.clock.now_ms)
            self._first_look()
            self.write(self.account.banner)
            log.warning("daemon_started", mode=self.account.mode, says=self.account.banner)
            self._tell_doubts()
            adapter = self._adapter()
            owned.callback(adapter.close)
            nights = NightWatch(self._warn)
            while True:
                outcome = await self._next_day(adapter, owned)
                if outcome is None or not outcome.is_over:
                    return 0
                if self.settings.run.exit_after_close:
                    return 0
                nights.note()

    def _warn(self, text: str) -> None:
        self.board.add(self.surroundings.clock.now_ms(), "warning", text)

    def _tell_doubts(self) -> None:
        for doubt in self.doubts:
            self.write(f"warning: {doubt}")
            self.board.add(self.surroundings.clock.now_ms(), "warning", doubt)
            log.warning("strategy_not_promoted", says=doubt)

    def _own(self, owned: ExitStack, locks: Sequence[Path]) -> None:
        missing = tuple(path for path in locks if path not in self._locked)
        DayFiles(database=self.files.database, locks=missing, inputs=self.files.inputs).own(owned)
        self._locked.update(missing)

    def _first_look(self) -> tuple[Book, NextSession]:
        """What the journal holds and which session comes; whatever forbids to go on is raised here."""
        book = earlier_book(self.files.database)
        is_flat = all(position.is_flat for position in book.positions.values()) and not book.trades
        if book.is_panicking and is_flat:
            raise HaltedError(_LATCHED)
        return book, next_session(self.rules.calendar, self.surroundings.clock.now_ms(), book)

    def _adapter(self) -> UpstoxAdapter:
        return upstox_adapter(
            self.settings.upstox,
            self.logins.secret,
            cache_folder=instruments_folder(self.settings),
            clock_ms=self.surroundings.clock.now_ms,
            priority_keys=self._held,
        )

    def _on_engine(self, engine: Engine) -> None:
        self._held.follow(engine)
        self.surroundings.on_engine(engine)

    async def _next_day(self, adapter: UpstoxAdapter, owned: ExitStack) -> Outcome | None:
        """Wait for the next session and trade it; None when it was stopped before."""
        book, session = self._first_look()
        readiness = Readiness(
            settings=self.settings,
            account=self.account.mode,
            data=self.account.data,
            session=session,
            book=book,
            clock=self.surroundings.clock,
            logins=self.logins,
            adapter=adapter,
            board=self.board,
            stop_asked=self.stop_asked,
            look_s=self.surroundings.look_s,
        )
        async with standing_by(
            settings=self.settings,
            rules=self.rules,
            files=self.files,
            clock=readiness.clock,
            header=readiness.header,
            board=self.board,
            dashboard=self.dashboard,
        ):
            prepared = await readiness.reached()
        if prepared is None:
            return None
        self._own(owned, lock_paths(self.settings, self.files.database, account=prepared.account))
        return await self._trade(session, prepared, adapter)

    async def _trade(self, session: NextSession, prepared: Prepared, adapter: UpstoxAdapter) -> Outcome:
        strategies = chosen_strategies(self.settings)
        plan = day_plan(self.rules.calendar, session.on, prepared.universe.instruments, strategies)
        plan = plan.with_exit_only(prepared.universe.exit_only)
        around = self.surroundings
        day_world = self.account.world(
            MarketDay(
                settings=self.settings,
                rules=self.rules,
                plan=plan,
                book=earlier_book(self.files.database),
                adapter=adapter,
                feed=around.timed(adapter.feed),
                clock=around.clock,
                workers=(*around.workers, LoginWorker(self.logins, around.look_s)),
                on_engine=self._on_engine,
                previous_closes=prepared.previous_closes,
            )
        )
        daemon = Daemon(
            settings=self.settings,
            rules=self.rules,
            plan=plan,
            world=day_world.world,
            files=DayFiles(database=self.files.database, locks=(), inputs=self.files.inputs),
            strategies=strategies,
            header=lambda day: day_header(day, session, mode=self.account.mode, data=self.account.data),
            board=self.board,
            stop_asked=self.stop_asked,
            shown=None if self.dashboard is None else self.dashboard.day(self.files.database),
        )
        outcome = await daemon.run()
        self._finish(outcome, day_world)
        return outcome

    def _finish(self, outcome: Outcome, day_world: DayWorld) -> None:
        if outcome.broke:
            raise TradingBotError(f"the circuit breaker opened: {outcome.broke}")
        if not outcome.is_over:
            self.write("stopped before the close; positions keep their resting stops")
            return
        day, mode = outcome.day, self.account.mode
        stamp = f"{datetime_of(self.surroundings.clock.now_ms()):%Y%m%d-%H%M%S}"
        request = ReportRequest(
            run_id=f"{mode}-{stamp}",
            mode=mode,
            data=self.account.data,
            reports=self.reports,
            ledger_net_pnl=day_world.ledger_net_pnl(),
        )
        self.write(report_day(day, self.files.database, self.rules, request).text)
        if day.engine.state.book.is_panicking:
            raise HaltedError(_LATCHED)
