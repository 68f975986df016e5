"""Which world stands behind the engine in each mode: the one place that asks."""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from trading_bot.adapters.logs import start_logs
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.replay import Replay
from trading_bot.domain.errors import UserFacingError
from trading_bot.domain.ist import IST
from trading_bot.settings.options import RunOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings
from trading_bot.terminal.settings import View
from trading_bot.terminal.view import chosen_view


def run_daemon(settings: Settings, options: RunOptions) -> int:
    """Run the daemon in the mode in effect and return the exit code."""
    stamp = datetime.now(UTC).astimezone(IST).strftime("%Y%m%d-%H%M%S")
    console = None
    if chosen_view(settings.terminal, is_terminal=sys.stdout.isatty()) is View.LINES:
        console = sys.stderr
    logs = start_logs(settings.logs, now_ms=_now_ms, console=console)
    try:
        if settings.mode is Mode.REPLAY or options.simulator_url is not None:
            return asyncio.run(_replay(settings, options, stamp).run())
        raise UserFacingError(f"mode {settings.mode} is not available in this version")
    finally:
        logs.close()


def _replay(settings: Settings, options: RunOptions, stamp: str) -> Replay:
    folder = settings.run.data_dir
    attached = options.simulator_url is not None
    database = folder / ("replay.db" if attached else f"replay-{stamp}.db")
    return Replay(
        settings=settings,
        options=options,
        files=_files(database),
        run_id=f"replay-{stamp}",
        reports=folder / "reports",
        write=_print,
    )


def _files(database: Path) -> DayFiles:
    return DayFiles(
        database=database,
        lock=database.with_suffix(".lock"),
        inputs=database.with_suffix(".inputs"),
    )


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000)
