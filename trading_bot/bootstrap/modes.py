"""Which world stands behind the engine in each mode: the one place that asks.

What only one mode needs is imported when it is the one.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trading_bot.adapters.alerts.addresses import secrets_of
from trading_bot.adapters.logs import start_logs
from trading_bot.bootstrap.answers.daemon.panic_wish import panic_database
from trading_bot.bootstrap.places import (
    database_path,
    inputs_folder,
    lock_paths,
    reports_folder,
    web_token_path,
)
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import date_of, datetime_of
from trading_bot.settings.folders import make_folder
from trading_bot.settings.options import RunOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings
from trading_bot.terminal.settings import View, chosen_view

if TYPE_CHECKING:
    from trading_bot.bootstrap.daemon import DayFiles
    from trading_bot.bootstrap.market.market_daemon import Account, MarketDaemon, Surroundings
    from trading_bot.bootstrap.replaying.replay import Replay
    from trading_bot.bootstrap.vitals.service_link import ServiceLink
    from trading_bot.bootstrap.web.dashboard import Dashboard
    from trading_bot.web.tokens import Tokens


def run_daemon(settings: Settings, options: RunOptions) -> int:
    """Run the daemon in the mode in effect and return the exit code.

    Raises SettingsError when a folder of the settings cannot be one, or a strategy cannot be loaded: later
    that would end a day at its open.
    """
    from trading_bot.adapters.service_socket import own_service_socket
    from trading_bot.bootstrap.answers.why import why_text
    from trading_bot.bootstrap.strategies import chosen_strategies
    from trading_bot.bootstrap.vitals.service_link import ServiceLink

    _require_folder("run.data_dir", settings.run.data_dir)
    chosen_strategies(settings)
    tokens = _dashboard_tokens(settings)
    secrets = () if tokens is None else tokens.texts
    with (
        started_logs(settings, secrets=secrets),
        ServiceLink(own_service_socket()).open() as service,
    ):
        daemon: MarketDaemon | Replay = (
            _replay(settings, options, service)
            if settings.mode is Mode.REPLAY
            else market_daemon(settings, _computer_time(), service)
        )
        daemon.reception.explain = why_text(settings, daemon.files.database)
        with _dashboard(settings, tokens) as dashboard:
            daemon.dashboard = dashboard
            return _run(daemon.run())


def _dashboard_tokens(settings: Settings) -> "Tokens | None":
    """What opens the dashboard; None where it is off. Says where they are.

    Raises SettingsError when they cannot be kept, or others may read them.
    """
    if not settings.web.enabled:
        return None
    from trading_bot.web.tokens import is_complete, tokens_of

    file = web_token_path(settings)
    tokens = tokens_of(settings.web, file)
    if not is_complete(settings.web):
        _print(f"dashboard: its tokens are in {file} (mode 600)")
    return tokens


def _dashboard(settings: Settings, tokens: "Tokens | None") -> "AbstractContextManager[Dashboard | None]":
    if tokens is None:
        return nullcontext()
    from trading_bot.bootstrap.answers.why import why_document
    from trading_bot.bootstrap.web.dashboard import open_dashboard

    return open_dashboard(settings, tokens, _print, partial(why_document, settings))


def _run(daemon: Coroutine[Any, Any, int]) -> int:
    from trading_bot.bootstrap.loops import event_loop

    with asyncio.Runner(loop_factory=event_loop) as runner:
        return runner.run(daemon)


def run_panic(settings: Settings, options: RunOptions, write: Callable[[str], None]) -> int:
    """Cancel everything, flatten and latch, where no daemon answers; the exit code."""
    attached = options.simulator_url is not None
    database = panic_database(settings, attached=attached, now_ms=_now_ms())
    if settings.mode is Mode.ALERTS:
        write("no daemon answers, and mode alerts never sends an order: nothing can be open")
        return 0
    if settings.mode is not Mode.REPLAY:
        from trading_bot.bootstrap.alerting import telling
        from trading_bot.bootstrap.market.panic import panic_on_market

        assert database is not None
        files, world_of = day_files(settings, database), account_of(settings).world
        with started_logs(settings, is_quiet=True):
            return asyncio.run(
                telling(settings, write, lambda tell: panic_on_market(settings, files, world_of, tell))
            )
    if not attached:
        from trading_bot.bootstrap.replaying.left_behind import panic_without_simulator

        return panic_without_simulator(settings, write)
    from trading_bot.bootstrap.replaying.panic import panic_in_replay

    assert database is not None
    with started_logs(settings, is_quiet=True):
        return asyncio.run(panic_in_replay(settings, options, day_files(settings, database), write))


def _replay(settings: Settings, options: RunOptions, service: "ServiceLink") -> "Replay":
    from trading_bot.bootstrap.replaying.replay import Replay

    now_ms, attached = _now_ms(), options.simulator_url is not None
    database = database_path(settings, attached=attached, now_ms=now_ms)
    return Replay(
        settings=settings,
        options=options,
        files=replace(day_files(settings, database), has_emergency=attached),
        run_id=f"replay-{datetime_of(now_ms):%Y%m%d-%H%M%S}",
        reports=reports_folder(settings),
        write=_print,
        service=service,
    )


def _computer_time() -> "Surroundings":
    from trading_bot.adapters.clocks import SystemClock
    from trading_bot.bootstrap.market.market_daemon import Surroundings

    return Surroundings(clock=SystemClock())


def market_daemon(
    settings: Settings, surroundings: "Surroundings", service: "ServiceLink | None" = None
) -> "MarketDaemon":
    """The daemon of a mode of the real market, its time from where the surroundings take it."""
    from trading_bot.adapters.market_rules import load_market_rules
    from trading_bot.bootstrap.answers.broker import token_store
    from trading_bot.bootstrap.market.logins import Logins
    from trading_bot.bootstrap.market.market_daemon import MarketDaemon
    from trading_bot.bootstrap.ramp.enforce import bounded, on_paper, require_ramp, unbounded
    from trading_bot.bootstrap.vitals.service_link import ServiceLink

    now_ms, rules = surroundings.clock.now_ms(), load_market_rules()
    require_ramp(settings, rules.calendar, date_of(now_ms))
    return MarketDaemon(
        settings=settings,
        account=account_of(settings),
        doubts=_promotion_doubts(settings),
        bounds={Mode.LIVE: bounded, Mode.PAPER: on_paper}.get(settings.mode, unbounded),
        rules=rules,
        files=day_files(settings, database_path(settings, attached=False, now_ms=now_ms)),
        surroundings=surroundings,
        logins=Logins(token_store(settings), settings.credentials.access_token, surroundings.clock.now_ms),
        reports=reports_folder(settings),
        write=_print,
        service=service or ServiceLink(None),
    )


def _promotion_doubts(settings: Settings) -> tuple[str, ...]:
    """Why strategies are not fit for money; nobody asks where there is none at stake.

    Raises SettingsError when promotions are demanded and one does not hold.
    """
    if settings.mode is not Mode.LIVE:
        return ()
    from trading_bot.bootstrap.promotions.standing import require_promotion, standing

    found = standing(settings)
    require_promotion(settings, found)
    return found.doubts


def account_of(settings: Settings) -> "Account":
    """What becomes of orders in the modes of the real market."""
    from trading_bot.bootstrap.market.market_daemon import Account
    from trading_bot.bootstrap.market.market_worlds import account_world, advice_world, paper_world

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


def day_files(settings: Settings, database: Path) -> "DayFiles":
    """Where the records of a day are that uses this database."""
    from trading_bot.bootstrap.daemon import DayFiles

    return DayFiles(
        database=database,
        locks=lock_paths(settings, database),
        inputs=inputs_folder(settings) / database.stem,
    )


def started_logs(settings: Settings, *, is_quiet: bool = False, secrets: tuple[str, ...] = ()) -> ExitStack:
    """Start the logs for as long as the stack is open; plain lines where no screen is drawn.

    Raises SettingsError when they cannot be written; what is quiet goes on without them.
    """
    stack = ExitStack()
    shows_lines = chosen_view(settings.terminal, is_terminal=sys.stdout.isatty()) is View.LINES
    console = sys.stderr if shows_lines and not is_quiet else None
    try:
        hidden = (*_secrets(settings), *secrets)
        logs = start_logs(settings.logs, now_ms=_now_ms, secrets=hidden, console=console)
    except OSError as error:
        if is_quiet:  # panic does not depend on its log
            return stack
        raise _no_folder("logs.folder", settings.logs.folder, error) from error
    stack.callback(logs.close)
    return stack


def _require_folder(key: str, folder: Path) -> None:
    try:
        make_folder(folder)
    except OSError as error:
        raise _no_folder(key, folder, error) from error


def _no_folder(key: str, folder: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"{key} = {folder}: cannot be used: {error.strerror}; make it a folder that this user owns"
    )


def _secrets(settings: Settings) -> tuple[str, ...]:
    given = settings.credentials
    values = (given.api_key, given.api_secret, given.access_token)
    addresses = [channel.url for channel in settings.alerts.channels.values() if channel.url is not None]
    parts = [part for address in addresses for part in secrets_of(address.get_secret_value())]
    return (*(value.get_secret_value() for value in values if value is not None), *parts)


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1_000)
