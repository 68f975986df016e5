"""Which world stands behind the engine in each mode: the one place that asks."""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trading_bot.adapters.clocks import SystemClock
from trading_bot.adapters.logs import start_logs
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.answers.one_shot import token_store
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.loops import event_loop
from trading_bot.bootstrap.market.logins import Logins
from trading_bot.bootstrap.market.market_daemon import Account, MarketDaemon, Surroundings
from trading_bot.bootstrap.market.market_worlds import account_world, advice_world, paper_world
from trading_bot.bootstrap.panic import panic_through_daemon
from trading_bot.bootstrap.panic_worlds import panic_in_replay, panic_on_market
from trading_bot.bootstrap.places import (
    database_path,
    inputs_folder,
    known_databases,
    lock_paths,
    reports_folder,
)
from trading_bot.bootstrap.replaying.replay import Replay
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.options import RunOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings
from trading_bot.terminal.settings import View
from trading_bot.terminal.view import chosen_view


def run_daemon(settings: Settings, options: RunOptions) -> int:
    """Run the daemon in the mode in effect and return the exit code."""
    with _logs(settings):
        if settings.mode is Mode.REPLAY:
            return _run(_replay(settings, options).run())
        return _run(_market_daemon(settings).run())


def _run(daemon: Coroutine[Any, Any, int]) -> int:
    with asyncio.Runner(loop_factory=event_loop) as runner:
        return runner.run(daemon)


def run_panic(settings: Settings, options: RunOptions, write: Callable[[str], None]) -> int:
    """Cancel everything, flatten and latch, through the daemon where one answers; the exit code."""
    attached = options.simulator_url is not None
    database = _panic_database(settings, attached=attached)
    if database is not None:
        code = panic_through_daemon(database, write)
        if code is not None:
            return code
    if settings.mode is Mode.ALERTS:
        write("no daemon runs, and mode alerts never sends an order: nothing can be open")
        return 0
    if settings.mode is not Mode.REPLAY:
        assert database is not None
        world_of = account_of(settings).world
        with _logs(settings, is_quiet=True):
            return asyncio.run(panic_on_market(settings, day_files(settings, database), world_of, write))
    if not attached:
        write("no daemon runs, and a replay's own simulator ends with it: nothing can be open")
        return 0
    assert database is not None
    with _logs(settings, is_quiet=True):
        return asyncio.run(panic_in_replay(settings, options, day_files(settings, database), write))


def _panic_database(settings: Settings, *, attached: bool) -> Path | None:
    if settings.mode is not Mode.REPLAY or attached:
        return database_path(settings, attached=attached, now_ms=_now_ms())
    known = known_databases(settings)
    return known[0] if known else None


def _replay(settings: Settings, options: RunOptions) -> Replay:
    now_ms, attached = _now_ms(), options.simulator_url is not None
    database = database_path(settings, attached=attached, now_ms=now_ms)
    return Replay(
        settings=settings,
        options=options,
        files=replace(day_files(settings, database), has_emergency=attached),
        run_id=f"replay-{datetime_of(now_ms):%Y%m%d-%H%M%S}",
        reports=reports_folder(settings),
        write=_print,
    )


def _market_daemon(settings: Settings) -> MarketDaemon:
    now_ms = _now_ms()
    clock = SystemClock()
    return MarketDaemon(
        settings=settings,
        account=account_of(settings),
        rules=load_market_rules(),
        files=day_files(settings, database_path(settings, attached=False, now_ms=now_ms)),
        surroundings=Surroundings(clock=clock),
        logins=Logins(token_store(settings), settings.credentials.access_token, clock.now_ms),
        reports=reports_folder(settings),
        write=_print,
    )


def account_of(settings: Settings) -> Account:
    """What becomes of orders in the modes of the real market."""
    bps = settings.run.slippage_bps
    return {
        Mode.LIVE: Account(
            mode="live",
            data="Upstox, REAL ORDERS",
            banner="mode live: orders are real and cost real money",
            world=account_world,
        ),
        Mode.PAPER: Account(
            mode="paper",
            data="Upstox, simulated orders",
            banner=f"mode paper: real prices, simulated orders, fills {bps} basis points worse",
            world=paper_world,
        ),
        Mode.ALERTS: Account(
            mode="alerts",
            data="Upstox, no orders",
            banner="mode alerts: signals are told, nothing is ordered",
            world=advice_world,
        ),
    }[settings.mode]


def day_files(settings: Settings, database: Path) -> DayFiles:
    """Where the records of a day are that uses this database."""
    return DayFiles(
        database=database,
        locks=lock_paths(settings, database),
        inputs=inputs_folder(settings) / database.stem,
    )


def _logs(settings: Settings, *, is_quiet: bool = False) -> ExitStack:
    """Start the logs for as long as the stack is open; plain lines where no screen is drawn."""
    stack = ExitStack()
    shows_lines = chosen_view(settings.terminal, is_terminal=sys.stdout.isatty()) is View.LINES
    console = sys.stderr if shows_lines and not is_quiet else None
    logs = start_logs(settings.logs, now_ms=_now_ms, secrets=_secrets(settings), console=console)
    stack.callback(logs.close)
    return stack


def _secrets(settings: Settings) -> tuple[str, ...]:
    given = settings.credentials
    values = (given.api_key, given.api_secret, given.access_token)
    return tuple(value.get_secret_value() for value in values if value is not None)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000)
