"""Between sessions and before a login: nothing is traded, and whoever asks is answered."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.bootstrap.answers.daemon.stopped_book import rebuilt_core
from trading_bot.bootstrap.daemon import DayFiles, view_of
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.session import ViewWorker, measured
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.bootstrap.vitals.health import Health, Pulse
from trading_bot.bootstrap.vitals.service_link import ServiceLink, service_workers
from trading_bot.control.protocol import socket_path
from trading_bot.control.server import CONTROL, ControlWorker
from trading_bot.domain.errors import StorageError
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.engine.engine import Engine
from trading_bot.engine.observe import NoticeBoard, resting_snapshot
from trading_bot.engine.ports import Clock
from trading_bot.engine.snapshot import RunHeader, Snapshot
from trading_bot.engine.supervisor import Supervisor
from trading_bot.engine.workers.worker import Worker
from trading_bot.report.status import status_document
from trading_bot.settings.tree import Settings

if TYPE_CHECKING:
    from trading_bot.bootstrap.web.dashboard import Dashboard

log = structlog.get_logger()

_LONGEST_LOOK_S = 600.0
"""The broker's lists of instruments, on a slow line and with every attempt."""


@asynccontextmanager
async def standing_by(
    *,
    settings: Settings,
    rules: MarketRules,
    files: DayFiles,
    clock: Clock,
    header: Callable[[], RunHeader],
    board: NoticeBoard,
    service: ServiceLink,
    looks: Callable[[], int],
    workers: Sequence[Worker] = (),
    reception: Reception,
    dashboard: "Dashboard | None" = None,
) -> AsyncIterator[None]:
    """Show the state and take wishes while the block runs; a wish is journaled and acted upon later.

    `looks` counts how often the block has looked whether it can go on.

    Raises StorageError when the journal cannot be trusted.
    """
    journal = open_journal(
        files.database, clock_ms=clock.now_ms, on_failure=_log_failure, settings=settings.storage
    )
    supervisor = Supervisor(settings.supervisor, _log_breaker)
    try:
        with JournalReader(files.database) as reader:
            rows = reader.book_rows()
            kept = {instrument.key: instrument for instrument in reader.instruments()}
        names = {key: instrument.symbol for key, instrument in kept.items()}

        def symbol_of(key: str) -> str:
            return names.get(key, key)

        core = rebuilt_core(settings, rows, rules.charges, kept)
        engine = Engine(core, clock, journal)

        def snapshot() -> Snapshot:
            now_s = asyncio.get_running_loop().time()
            return resting_snapshot(core.state, supervisor, header(), board, now_s, symbol_of=symbol_of)

        def status() -> dict[str, Any]:
            return status_document(measured(snapshot()))

        health = Health(
            workers=supervisor.health,
            vital=(CONTROL,),
            journal=journal,
            pulses=(Pulse("waiting", looks, _LONGEST_LOOK_S),),
        )
        supervisor.start(
            (
                *workers,
                ControlWorker(engine, socket_path(files.database), status),
                ViewWorker(snapshot, view_of(settings)),
                *service_workers(service, health.complaints, snapshot),
            )
        )
        if dashboard is not None:
            serving = dashboard.rest(
                engine=engine,
                supervisor=supervisor,
                strategies=chosen_strategies(settings),
                snapshot=snapshot,
                board=board,
                database=files.database,
                symbol_of=symbol_of,
            )
            supervisor.start(serving, are_vital=False)
        with reception.on_duty(engine, lambda: measured(snapshot()), is_trading=False):
            yield
    finally:
        await supervisor.stop()
        journal.close()


def _log_failure(error: StorageError) -> None:
    """Called on the journal's thread. Nothing is traded, so the next day's opening will tell."""
    log.critical("journal_failed_in_standby", detail=str(error))


def _log_breaker(reason: str) -> None:
    log.critical("circuit_breaker_opened", reason=reason)
