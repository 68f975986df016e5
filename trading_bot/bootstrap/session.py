"""Runs one trading day of a daemon: screen, local socket, signals of the system, and stopping in stages."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import structlog

from trading_bot.adapters.process_resources import resource_use
from trading_bot.bootstrap.day.market_recorder import MarketRecorder
from trading_bot.bootstrap.loops import keep_collections_short
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.vitals.loop_watch import LoopWatch, log_blocked
from trading_bot.bootstrap.vitals.resource_watch import ResourceWorker
from trading_bot.bootstrap.vitals.service_link import SERVICE, ServiceLink, service_workers
from trading_bot.control.server import ControlWorker
from trading_bot.domain.errors import DecisionFailedError, StorageError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.alert_kinds import AlertKind
from trading_bot.engine.commands import Alert
from trading_bot.engine.day import TradingDay
from trading_bot.engine.inputs import OperatorAsked, OperatorWish, StopBegan
from trading_bot.engine.observe import NoticeBoard, snapshot_of
from trading_bot.engine.snapshot import RunHeader, Snapshot
from trading_bot.engine.workers.feed import FEED
from trading_bot.engine.workers.worker import Worker
from trading_bot.terminal.view import AnyView

log = structlog.get_logger()

_AFTER_CLOSE_S = 5
_DRAIN_S = 3.0
_FLATTEN_S = 4.0
_LOOK_S = 0.05
_VIEW_INTERVAL_S = 0.25


@dataclass(frozen=True, slots=True)
class BoardNotifier:
    """Pins alerts to the notice board that the surfaces show."""

    board: NoticeBoard
    now_ms: Callable[[], int]

    async def notify(self, alert: Alert) -> None:
        """Pin it."""
        self.board.add(self.now_ms(), alert.level, alert.text, alert.kind)


def measured(snapshot: Snapshot) -> Snapshot:
    """The same with what the process takes of the machine."""
    return replace(snapshot, resources=resource_use())


def _of_resources(text: str) -> Alert:
    return Alert(kind=AlertKind.RESOURCES, level="warning", text=text)


@dataclass(frozen=True, slots=True)
class ViewWorker:
    """Draws the state a few times a second."""

    snapshot: Callable[[], Snapshot]
    view: AnyView
    name: str = "view"

    async def run(self, beat: Callable[[], None]) -> None:
        """Draw until cancelled."""
        with self.view:
            while True:
                beat()
                self.view.show(self.snapshot())
                await asyncio.sleep(_VIEW_INTERVAL_S)


@dataclass(frozen=True, slots=True)
class CollectorWorker:
    """Once warm-up is done, takes what it made out of the garbage collector's sight."""

    warmed_up: asyncio.Event
    name: str = "collector"

    async def run(self, beat: Callable[[], None]) -> None:
        """Wait, do it once, and be done."""
        await self.warmed_up.wait()
        beat()
        keep_collections_short()


@dataclass(slots=True, kw_only=True)
class Session:
    """One day under way."""

    day: TradingDay
    header: Callable[[], RunHeader]
    board: NoticeBoard
    socket: Path
    view: AnyView
    status: Callable[[Snapshot], dict[str, Any]]
    recorder: MarketRecorder
    breaker: asyncio.Event
    flatten_on_breaker: bool
    reception: Reception
    surfaces: Sequence[Worker] = ()
    """Workers that show the day to others; trading goes on without them."""
    stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    health: Callable[[float], Sequence[str]] = lambda _now_s: ()
    """What is not well, asked with the loop's time."""
    service: ServiceLink = field(default_factory=lambda: ServiceLink(None))

    def snapshot(self) -> Snapshot:
        """Everything that surfaces show, now."""
        return snapshot_of(self.day, self.header(), self.board, asyncio.get_running_loop().time())

    async def run(self, program_version: str, settings_hash: str, extra: Sequence[Worker] = ()) -> bool:
        """Trade until the close, a signal of the system, or the circuit breaker.

        Returns whether the day was closed; otherwise the process stops in the middle of it, with every
        position protected by its resting stop.
        """
        with self.reception.on_duty(self.day.engine, lambda: measured(self.snapshot()), is_trading=True):
            return await self._run(program_version, settings_hash, extra)

    async def _run(self, program_version: str, settings_hash: str, extra: Sequence[Worker]) -> bool:
        day = self.day
        self._listen_to_signals()
        day.supervisor.on_failure = self._tell_failure
        self.recorder.ticks_seen = lambda: day.engine.state.market.ticks
        self.recorder.unprotected_seen = lambda: (day.plan.on, day.engine.state.longest_bare_s)
        day.supervisor.start(
            (
                *extra,
                self.recorder,
                ControlWorker(day.engine, self.socket, lambda: self.status(measured(self.snapshot()))),
                ViewWorker(self.snapshot, self.view),
                CollectorWorker(day.warmed_up),
                ResourceWorker(lambda text: day.engine.outbox.put_alert(_of_resources(text))),
            )
        )
        day.supervisor.start(self.surfaces, are_vital=False)
        await day.open(program_version, settings_hash)
        await self.recorder.keep_listing(day.plan.instruments, day.plan.on)
        day.supervisor.start(service_workers(self.service, self.health, self.snapshot))
        with LoopWatch(self._tell_blocked):
            is_over = await self._wait_for_the_end()
        try:
            if is_over:
                is_over = await self._closed_unless_stopped()
            elif self.breaker.is_set() and self.flatten_on_breaker:
                wish = OperatorAsked(at_ms=0, wish=OperatorWish.FLATTEN, asked_by="circuit breaker")
                await day.engine.handle(wish)
                await self._until_flat()
        except StorageError:
            log.exception("journal_failed_at_the_end")
        if not is_over:
            self.service.stopping()
        await self._stop_in_stages()
        return is_over

    def _tell_failure(self, worker: str, error: str) -> None:
        text = f"worker {worker} failed and is started again: {error}"
        self.day.engine.outbox.put_alert(Alert(kind=AlertKind.WORKER_FAILED, level="warning", text=text))

    def _tell_blocked(self, stuck_s: float, stack: str) -> None:
        """Called by another thread: the loop does not run."""
        log_blocked(stuck_s, stack)
        text = f"the daemon has not moved for {stuck_s:.0f} s: stops rest at the exchange"
        self.board.shout(AlertKind.LOOP_BLOCKED, text)

    async def _closed_unless_stopped(self) -> bool:
        """Close the day; asked to stop meanwhile, leave it for the next start, which closes it as well."""
        closing = asyncio.ensure_future(self.day.close())
        stopping = asyncio.ensure_future(self.stop_asked.wait())
        try:
            await asyncio.wait((closing, stopping), return_when=asyncio.FIRST_COMPLETED)
            if closing.done():
                closing.result()
            return closing.done()
        finally:
            closing.cancel()
            stopping.cancel()

    async def _until_flat(self) -> None:
        """Give exits a few seconds: they were the resting stops, so nothing protects what they leave."""
        book, loop = self.day.engine.state.book, asyncio.get_running_loop()
        give_up_s = loop.time() + _FLATTEN_S
        while book.trades and loop.time() < give_up_s:  # noqa: ASYNC110  # the last seconds of the process
            await asyncio.sleep(_LOOK_S)
        if book.trades:
            log.critical("not_flat_at_the_end", trades=len(book.trades))

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop_asked.set)

    async def _wait_for_the_end(self) -> bool:
        closing_ms = self.day.plan.close_ms + _AFTER_CLOSE_S * MS_PER_SECOND
        over = asyncio.ensure_future(self.day.ports.clock.sleep_until(closing_ms))
        others = [asyncio.ensure_future(event.wait()) for event in (self.stop_asked, self.breaker)]
        try:
            await asyncio.wait((over, *others), return_when=asyncio.FIRST_COMPLETED)
            return over.done() and not self.breaker.is_set()
        finally:
            for waiting in (over, *others):
                waiting.cancel()

    async def _stop_in_stages(self) -> None:
        """Entries first, then what is on its way, then the rest; ten seconds at most."""
        supervisor = self.day.supervisor
        await supervisor.stop(["signals", "warm-up", FEED, SERVICE])
        try:
            await self.day.engine.handle(StopBegan(at_ms=0))
            async with asyncio.timeout(_DRAIN_S):
                await self.day.engine.outbox.drained()
        except TimeoutError:
            log.warning("orders_left_unsent", count=self.day.engine.outbox.orders_queued)
        except (StorageError, DecisionFailedError):
            log.exception("entries_not_withdrawn")
        await supervisor.stop()
        await self.day.tell_rest()
        try:
            await self.recorder.write()
        except StorageError:
            log.exception("candles_not_kept")
