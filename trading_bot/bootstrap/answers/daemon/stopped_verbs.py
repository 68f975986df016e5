"""`status` and `resume` while no daemon runs: in its journal."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.bootstrap.answers.daemon.stopped_book import read_book, told_to_user
from trading_bot.bootstrap.answers.daemon.stopped_status import document_of
from trading_bot.bootstrap.answers.one_shot import ASKED_BY, silence
from trading_bot.bootstrap.emergency import bring_home
from trading_bot.bootstrap.places import lock_paths
from trading_bot.domain.errors import StorageError
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings


def stopped_status(settings: Settings, database: Path, note: str) -> Mapping[str, Any]:
    """The status document of a journal. Raises UserFacingError when it cannot be read."""
    with told_to_user():
        stopped = read_book(settings, database, load_market_rules().charges)
        return document_of(settings, database, stopped, note)


def release_in_journal(
    settings: Settings, database: Path, now_ms: int
) -> tuple[Sequence[str], Sequence[str]]:
    """The halts before and after a release, which counts once it is on disk.

    The wish is taken through the same core as the daemon's. Raises AlreadyRunningError, and UserFacingError
    when the journal cannot be read or written.
    """
    with silence(), told_to_user(), ExitStack() as owned:
        for path in lock_paths(settings, database):
            owned.enter_context(acquire_instance_lock(path, started_at_ms=now_ms, subject="the daemon"))
        bring_home(database, settings.storage, lambda: now_ms)
        journal = open_inline_journal(
            database, clock_ms=lambda: now_ms, on_failure=_ignore, settings=settings.storage
        )
        owned.callback(journal.close)
        stopped = read_book(settings, database, load_market_rules().charges)
        before = stopped.halts
        at_ms = stopped.last_ms if settings.mode is Mode.REPLAY else max(now_ms, stopped.last_ms)
        step = stopped.core.step(OperatorAsked(at_ms=at_ms, wish=OperatorWish.RESUME, asked_by=ASKED_BY))
        if step.rows:
            journal.append(step.rows)
            asyncio.run(journal.durable(step.rows[-1].sequence))
        return before, stopped.halts


def _ignore(error: StorageError) -> None:
    """Waiting for the row tells the same."""
    del error
