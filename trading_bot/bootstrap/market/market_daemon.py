"""The daemon on the real market, day after day: wait for login and session, trade, report, idle."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from trading_bot import __version__
from trading_bot.adapters.upstox.adapter import UpstoxAdapter, upstox_adapter
from trading_bot.bootstrap.alerting import Alerting
from trading_bot.bootstrap.daemon import Daemon, DayFiles, Outcome
from trading_bot.bootstrap.day.day_plans import day_plan
from trading_bot.bootstrap.day.outlooks import Outlooks
from trading_bot.bootstrap.day.reporting import ReportRequest, report_day
from trading_bot.bootstrap.earlier import earlier_book
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.bootstrap.market.day_header import day_header
from trading_bot.bootstrap.market.last_word import of_open_trades
from trading_bot.bootstrap.market.login_desk import LoginDesk
from trading_bot.bootstrap.market.logins import Logins
from trading_bot.bootstrap.market.market_worlds import DayWorld, MarketDay
from trading_bot.bootstrap.market.next_session import NextSession, next_session, waiting_text
from trading_bot.bootstrap.market.preparation import Prepared, Readiness
from trading_bot.bootstrap.market.standby import standing_by
from trading_bot.bootstrap.market.universe import HeldKeys
from trading_bot.bootstrap.places import instruments_folder, lock_paths
from trading_bot.bootstrap.ramp.enforce import Bounded, unbounded
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.bootstrap.vitals.resource_watch import NightWatch
from trading_bot.bootstrap.vitals.service_link import ServiceLink
from trading_bot.domain.errors import HaltedError, TradingBotError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.outlook import DayOutlook
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.alert_kinds import AlertKind
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


def _last_word(outcome: Outcome | None) -> tuple[AlertKind, str, str]:
    if outcome is None or outcome.is_over:
        return AlertKind.STOPPED, "stopped between sessions: nothing is traded until it is started", "info"
    return AlertKind.STOPPED, *of_open_trades(outcome.day.engine.state)


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
    bounds: Callable[[Settings, Calendar, date], Bounded] = unbounded
    """What a day may run with."""
    board: NoticeBoard = field(default_factory=NoticeBoard)
    reception: Reception = field(default_factory=Reception)
    """Who answers at the moment: the day, or what stands by; its `explain` answers why."""
    stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    service: ServiceLink = field(default_factory=lambda: ServiceLink(None))
    _desk: LoginDesk = field(init=False)
    dashboard: "Dashboard | None" = None
    _locked: set[Path] = field(default_factory=set)
    _held: HeldKeys = field(default_factory=HeldKeys)

    def __post_init__(self) -> None:
        self._desk = LoginDesk(
            settings=self.settings,
            logins=self.logins,
            now_ms=self.surroundings.clock.now_ms,
            board=self.board,
        )

    async def run(self) -> int:
        """Trade session after session until stopped, or one with `exit_after_close`; the exit code.

        Raises AlreadyRunningError, HaltedError when panic is latched and everything is flat,
        UncoveredDateError before the network is touched, StorageError.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self.stop_asked.set)
        alerting = Alerting(
            settings=self.settings, board=self.board, mode=self.account.mode, reception=self.reception
        )
        with ExitStack() as owned:
            self._own(owned, self.files.locks)
            async with alerting.under_way():
                return await self._run(owned)

    async def _run(self, owned: ExitStack) -> int:
        bring_home(self.files.database, self.settings.storage, self.surroundings.clock.now_ms)
        self._first_look()
        self.write(self.account.banner)
        log.warning("daemon_started", mode=self.account.mode, says=self.account.banner)
        self._pin(AlertKind.STARTED, f"started, version {__version__}; {self.account.banner}", "info")
        self._tell_doubts()
        adapter = self._adapter()
        owned.callback(adapter.close)
        nights = NightWatch(self._warn)
        while True:
            outcome = await self._next_day(adapter, owned)
            if outcome is None or not outcome.is_over or self.settings.run.exit_after_close:
                self._pin(*_last_word(outcome))
                return 0
            nights.note()

    def _warn(self, text: str) -> None:
        self._pin(AlertKind.RESOURCES, text)

    def _pin(self, kind: AlertKind, text: str, level: str = "warning") -> None:
        self.board.add(self.surroundings.clock.now_ms(), level, text, kind)

    def _tell_doubts(self) -> None:
        for doubt in self.doubts:
            self.write(f"warning: {doubt}")
            self._pin(AlertKind.STRATEGY_DOUBT, doubt)
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
        self._desk.follow(None)
        book, session = self._first_look()
        today = self.bounds(self.settings, self.rules.calendar, session.on)
        if today.text:
            self.write(today.text)
            self.board.add(self.surroundings.clock.now_ms(), "info", today.text)
        self._say_what_is_waited_for(session)
        readiness = Readiness(
            settings=today.settings,
            ramp=today.text,
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
            approvals=self._desk.approvals,
        )
        async with standing_by(
            settings=self.settings,
            rules=self.rules,
            files=self.files,
            clock=readiness.clock,
            header=readiness.header,
            board=self.board,
            service=self.service,
            looks=lambda: readiness.looks,
            workers=self._desk.listening(),
            reception=self.reception,
            dashboard=self.dashboard,
        ):
            prepared = await readiness.reached()
        if prepared is None:
            return None
        self._own(owned, lock_paths(self.settings, self.files.database, account=prepared.account))
        return await self._trade(session, prepared, adapter, today)

    def _say_what_is_waited_for(self, session: NextSession) -> None:
        text = waiting_text(
            session,
            self.surroundings.clock.now_ms(),
            has_keys=self.settings.credentials.is_configured,
            ends_after_it=self.settings.run.exit_after_close,
        )
        if text:
            self.write(text)

    async def _trade(
        self, session: NextSession, prepared: Prepared, adapter: UpstoxAdapter, today: Bounded
    ) -> Outcome:
        strategies = chosen_strategies(self.settings)
        plan = day_plan(self.rules.calendar, session.on, prepared.universe.instruments, strategies)
        plan = plan.with_exit_only(prepared.universe.exit_only)
        plan = plan.with_outlook(self._outlook(session.on))
        around = self.surroundings
        day_world = self.account.world(
            MarketDay(
                settings=today.settings,
                rules=self.rules,
                plan=plan,
                book=earlier_book(self.files.database),
                adapter=adapter,
                feed=around.timed(adapter.feed),
                clock=around.clock,
                workers=(*around.workers, *self._desk.workers(adapter.transport, around.look_s)),
                on_engine=self._on_engine,
                previous_closes=prepared.previous_closes,
            )
        )
        daemon = Daemon(
            settings=today.settings,
            rules=self.rules,
            plan=plan,
            world=day_world.world,
            files=DayFiles(database=self.files.database, locks=(), inputs=self.files.inputs),
            strategies=strategies,
            header=lambda day: day_header(
                day, session, mode=self.account.mode, data=self.account.data, ramp=today.text
            ),
            board=self.board,
            reception=self.reception,
            stop_asked=self.stop_asked,
            service=self.service,
            on_day=self._desk.follow,
            shown=None if self.dashboard is None else self.dashboard.day(self.files.database),
        )
        outcome = await daemon.run()
        self._finish(outcome, day_world)
        return outcome

    def _outlook(self, on: date) -> DayOutlook:
        """What overlays know beforehand; what they should know and do not is told."""
        outlook = Outlooks.load_whatever_there_is(self.settings.risk.overlays, self.rules).of(on)
        if outlook.unknown_events:
            self._warn(outlook.unknown_events)
        return outlook

    def _finish(self, outcome: Outcome, day_world: DayWorld) -> None:
        if outcome.broke:
            raise TradingBotError(f"the circuit breaker opened: {outcome.broke}")
        if not outcome.is_over:
            self.write(of_open_trades(outcome.day.engine.state)[0])
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
        reported = report_day(day, self.files.database, self.rules, request)
        self.write(reported.text)
        self._pin(AlertKind.DAY_SUMMARY, reported.summary, "warning" if reported.problems else "info")
        if day.engine.state.book.is_panicking:
            raise HaltedError(_LATCHED)
