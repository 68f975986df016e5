"""A day of the daemon around its session: lock, journal, screen, records. The same in every mode."""

import asyncio
import hashlib
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from rich.console import Console

from trading_bot import __version__
from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.input_log import FileInputLog
from trading_bot.adapters.storage.journal.sqlite_journal import Fallback, ThreadedJournal
from trading_bot.adapters.storage.keeping.retention import prune_input_logs
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.takeover import take_over
from trading_bot.bootstrap.day.day_closes import DaysFolder, with_days
from trading_bot.bootstrap.day.market_recorder import MarketRecorder, unprotected_before
from trading_bot.bootstrap.earlier import earlier_rows
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.bootstrap.engine_parts import EngineSections, Records, new_core, new_day
from trading_bot.bootstrap.event_log import EventLog
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.session import BoardNotifier, Session
from trading_bot.bootstrap.vitals.health import INPUTS_S, Health, Pulse, beating_workers
from trading_bot.bootstrap.vitals.service_link import ServiceLink
from trading_bot.control.protocol import socket_path
from trading_bot.control.server import CONTROL
from trading_bot.domain.errors import HistoryError, StorageError
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.day import DayPlan, OrderWorkers, Ports, TradingDay, sending_workers
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import JournalFellBack
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.ports import Broker, Clock, Feed, History, Quotes
from trading_bot.engine.snapshot import RunHeader
from trading_bot.engine.workers.worker import Worker
from trading_bot.report.status import status_document
from trading_bot.settings.tree import Settings
from trading_bot.strategies.strategy import Strategy
from trading_bot.terminal.settings import View, chosen_view
from trading_bot.terminal.view import AnyView, LineView, QuietView, ScreenView

if TYPE_CHECKING:
    from trading_bot.bootstrap.web.shown_day import ShownDay

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a mode chooses: clock, broker, feed and history."""

    clock: Clock
    broker: Broker
    feed: Feed
    history: History
    quotes: Quotes | None = None
    workers: Sequence[Worker] = ()
    """Workers of the mode's own, such as the simulator's clock."""
    on_engine: Callable[[Engine], None] = lambda _engine: None
    """Told of the engine once there is one."""
    order_workers: OrderWorkers = sending_workers
    """Who takes the orders that the engine wants sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFiles:
    """Where a day's records are."""

    database: Path
    locks: tuple[Path, ...]
    """Locks that the owner holds, in the order in which they are taken."""
    inputs: Path
    has_emergency: bool = True
    """Whether exits must go on when the database refuses; not where nothing outlives the process."""

    def own(self, owned: ExitStack) -> None:
        """Become the one process that writes them, until the stack is closed.

        Raises AlreadyRunningError.
        """
        for path in self.locks:
            owned.enter_context(acquire_instance_lock(path, started_at_ms=time.time_ns() // 1_000_000))

    def take_over(self, owned: ExitStack | AsyncExitStack, write: Callable[[str], None]) -> None:
        """Become that process even if another one is: it is killed, as it does not answer.

        Raises AlreadyRunningError when it cannot be ended.
        """
        for path in self.locks:
            owned.enter_context(take_over(path, started_at_ms=time.time_ns() // 1_000_000, write=write))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a day ended, for the report and the exit code."""

    day: TradingDay
    is_over: bool
    """Whether the close was reached; otherwise the process was stopped before."""
    broke: str
    """Why the circuit breaker opened; empty when it did not."""


@dataclass(slots=True, kw_only=True)
class Daemon:
    """One day of one account or database."""

    settings: Settings
    rules: MarketRules
    plan: DayPlan
    world: World
    files: DayFiles
    strategies: Sequence[Strategy]
    header: Callable[[TradingDay], RunHeader]
    board: NoticeBoard = field(default_factory=NoticeBoard)
    reception: Reception = field(default_factory=Reception)
    """Whom surfaces ask that outlive the day."""
    stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    service: ServiceLink = field(default_factory=lambda: ServiceLink(None))
    on_day: Callable[[TradingDay], None] = lambda _day: None
    """Told of the day once there is one."""
    shown: "ShownDay | None" = None
    """How the day is shown on the dashboard; None where that is off."""
    _breaker: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.AbstractEventLoop | None = None
    _engine: Engine | None = None
    _telling: asyncio.Future[None] | None = None
    _reasons: list[str] = field(default_factory=list)

    async def run(self) -> Outcome:
        """Own the database, trade the day, and let go of it.

        Raises AlreadyRunningError when another process owns it, StorageError when it cannot be trusted.
        """
        self._loop = asyncio.get_running_loop()
        clock_ms = self.world.clock.now_ms
        with ExitStack() as owned:
            self.files.own(owned)
            owned.callback(bring_home, self.files.database, self.settings.storage, clock_ms)
            journal = self._journal(owned)
            recorder = MarketRecorder(journal)
            before_s = unprotected_before(self.files.database, self.plan.on)
            self.plan = replace(self.plan, longest_unprotected_s=before_s)
            records = Records(
                journal=journal,
                earlier_rows=earlier_rows(self.files.database),
                input_log=self._input_log(owned),
                market_sink=recorder.take,
                row_sink=EventLog({one.key: one.symbol for one in self.plan.instruments}).take,
            )
            if self.shown is not None:
                records = self.shown.tapped(records)
            session = self._session(records, recorder, journal)
            is_over = await session.run(__version__, settings_hash(self.settings), self.world.workers)
            if is_over and not journal.has_fallen_back:
                await recorder.prune(self.settings.storage, self.plan.on)
                prune_input_logs(self.files.inputs, self.settings.storage, on=self.plan.on)
            return Outcome(day=session.day, is_over=is_over, broke="; ".join(self._reasons[:1]))

    def _journal(self, owned: ExitStack) -> ThreadedJournal:
        """The journal with everything that it lacks, and with a file that takes its place if it fails."""
        database, settings, clock_ms = self.files.database, self.settings.storage, self.world.clock.now_ms
        bring_home(database, settings, clock_ms)
        journal = open_journal(
            database,
            clock_ms=clock_ms,
            on_failure=self._from_writer,
            settings=settings,
            fallback=self._fallback(owned),
        )
        owned.callback(journal.close)
        return journal

    def _fallback(self, owned: ExitStack) -> Fallback | None:
        if not self.files.has_emergency:
            return None
        try:
            emergency = EmergencyJournal(emergency_path(self.files.database))
        except StorageError as error:
            log.exception("no_emergency_journal")
            text = f"no exits without the database: {error}"
            self.board.add(self.world.clock.now_ms(), "warning", text, AlertKind.NO_EMERGENCY_JOURNAL)
            return None
        owned.callback(emergency.close)
        return Fallback(emergency, self._on_fall)

    def _on_fall(self, error: StorageError) -> None:
        """Called on the journal's thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._fall_back, str(error))

    def _fall_back(self, detail: str) -> None:
        log.critical("journal_fell_back", detail=detail)
        if self._engine is not None:
            wish = self._engine.handle(JournalFellBack(at_ms=0, detail=detail))
            self._telling = asyncio.ensure_future(wish)

    def _from_writer(self, error: StorageError) -> None:
        """Called on the journal's thread."""
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._open_breaker, str(error))

    def _open_breaker(self, reason: str) -> None:
        self._reasons.append(reason)
        log.critical("circuit_breaker_opened", reason=reason)
        self._breaker.set()

    def _input_log(self, owned: ExitStack) -> FileInputLog | None:
        if not self.settings.engine.record_inputs:
            return None
        input_log = FileInputLog(self.files.inputs, clock_ms=self.world.clock.now_ms)
        owned.callback(input_log.close)
        return input_log

    def _days_folder(self) -> DaysFolder | None:
        """What completes the days of the history; one that cannot be read must not keep the day from it."""
        try:
            return DaysFolder.of(self.settings)
        except HistoryError as error:
            log.exception("days_folder_not_readable")
            self.board.add(self.world.clock.now_ms(), "warning", f"run.days_folder is not used: {error}")
            return None

    def _session(self, records: Records, recorder: MarketRecorder, journal: ThreadedJournal) -> Session:
        settings, world = self.settings, self.world
        sections = EngineSections(
            engine=settings.engine, risk=settings.risk, rate=settings.rate, supervisor=settings.supervisor
        )
        ports = Ports(
            clock=world.clock,
            broker=world.broker if self.shown is None else self.shown.timed(world.broker),
            feed=world.feed,
            history=with_days(world.history, self._days_folder(), self.plan.instruments),
            quotes=world.quotes,
            notifier=BoardNotifier(self.board, world.clock.now_ms),
        )
        day = new_day(
            plan=self.plan,
            core=new_core(self.plan, self.strategies, sections, self.rules.charges),
            ports=ports,
            records=records,
            sections=sections,
            on_breaker=self._open_breaker,
            order_workers=world.order_workers,
        )
        self._engine = day.engine
        world.on_engine(day.engine)
        self.on_day(day)

        def header() -> RunHeader:
            return self.header(day)

        return Session(
            day=day,
            header=header,
            board=self.board,
            socket=socket_path(self.files.database),
            view=view_of(settings),
            status=status_document,
            recorder=recorder,
            breaker=self._breaker,
            reception=self.reception,
            stop_asked=self.stop_asked,
            flatten_on_breaker=settings.supervisor.flatten_on_breaker,
            health=_health(day, journal).complaints,
            service=self.service,
            surfaces=() if self.shown is None else self.shown.workers(day, header, self.board),
        )


def _health(day: TradingDay, journal: ThreadedJournal) -> Health:
    """What a day must not be without."""
    return Health(
        workers=day.supervisor.health,
        vital=day.vital_workers | {CONTROL},
        journal=journal,
        pulses=(Pulse("the engine", lambda: day.engine.inputs_taken, INPUTS_S),),
        beating=beating_workers(day.settings),
    )


def view_of(settings: Settings) -> AnyView:
    """The screen on a terminal, lines elsewhere, as configured."""
    chosen = chosen_view(settings.terminal, is_terminal=sys.stdout.isatty())
    if chosen is View.SCREEN:
        return ScreenView(Console())
    if chosen is View.LINES:
        return LineView(sys.stdout, every_s=settings.terminal.line_every_s, wall_s=time.monotonic)
    return QuietView()


def settings_hash(settings: Settings) -> str:
    """What identifies the parameters of a run.

    Secrets take no part (their printed form is masked), nor do shadows: they trade nothing.
    """
    return hashlib.sha256(settings.model_dump_json(exclude={"shadow"}).encode()).hexdigest()[:16]
