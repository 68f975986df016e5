"""A project folder of one's own, a simulator in a thread, and the program's commands over both."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from pydantic import SecretStr

from tests.fakes.engine_driver import PRICE, SHARE, EngineDriver
from tests.fakes.scripted_day import rows_of
from tests.fakes.scripted_market import CLOSES, LISTED, ON, PlainRules, ScriptedMarket
from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.adapters.storage.market_records import keep_instruments
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, expiry_ms
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.places import daemon_socket
from trading_bot.cli import main
from trading_bot.control.server import ControlWorker
from trading_bot.engine import inputs
from trading_bot.engine.inputs import OperatorAsked, OperatorWish
from trading_bot.simulator.server.run import RunningSimulator, serve
from trading_bot.simulator.server.settings import ServerSettings
from trading_bot.simulator.venue.exchange.day_rules import contract_note_charges, session_plans
from trading_bot.simulator.venue.settings import VenueSettings
from trading_bot.simulator.venue.venue import Venue

ACCOUNT = "SIM001"
TOKEN = "token-of-the-day"


class LoopThread:
    """An event loop beside the test: commands bring loops of their own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def beside():
    thread = LoopThread()
    yield thread
    thread.close()


@pytest.fixture
def simulator(beside, market_rules):
    """Start a simulator: `simulator(registered_addresses=…)` returns its address."""
    running: list[RunningSimulator] = []

    def start(*, opening_balance=1_000_000, **settings) -> str:
        venue_settings = VenueSettings(opening_balance=opening_balance)
        core = Venue(
            on=ON,
            instruments=LISTED,
            previous_closes=CLOSES,
            plans=session_plans(market_rules.calendar, ON, venue_settings, Random(1)),
            settings=venue_settings,
            random=Random(2),
            charges=contract_note_charges(market_rules.charges),
        )
        standing = {"fixed_token": TOKEN, "start_at": time(9, 15), "hold_at": time(9, 15)}
        server_settings = ServerSettings(**(standing | settings))
        running.append(beside.do(serve(core, ScriptedMarket(()), server_settings, rules=PlainRules())))
        return running[-1].address

    yield start
    for server in running:
        beside.do(server.close())


@dataclass
class Shell:
    """The project's folder and its command line."""

    folder: Path
    read_output: Callable[[], Any]

    def __call__(self, words: str) -> int:
        return main(words.split())

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def output(self) -> str:
        return self.read_output().out

    def error(self) -> str:
        return self.read_output().err

    def json(self) -> Any:
        return json.loads(self.read_output().out)

    def write_settings(self, text: str) -> None:
        (self.folder / "config").mkdir(exist_ok=True)
        (self.folder / "config" / "local.toml").write_text(text, encoding="utf-8")

    def use_broker(self, url: str, *, mode: str = "paper", more: str = "") -> None:
        """Let the settings point to a broker."""
        self.write_settings(
            f'[run]\nmode = "{mode}"\n[upstox]\napi_url = "{url}"\norder_url = "{url}"\n'
            f'instruments_url = "{url}/market-quote/instruments/exchange"\n'
            f"read_attempts = 1\nconnect_timeout_s = 1.0\n{more}"
        )

    def store_token(self, *, secret: str = TOKEN, account: str = ACCOUNT, issued_at_ms: int | None = None):
        issued = wall_now_ms() if issued_at_ms is None else issued_at_ms
        TokenStore(self.data / "upstox_token.json").save(
            AccessToken(
                secret=SecretStr(secret),
                account=account,
                issued_at_ms=issued,
                expires_at_ms=expiry_ms(issued),
            )
        )

    def write_journal(self, driver: EngineDriver, name: str = "paper.db") -> Path:
        """Make a journal of what a driver went through."""
        path = self.data / name
        journal = open_inline_journal(path, clock_ms=lambda: driver.now_ms, on_failure=_raise)

        async def fill() -> None:
            rows = rows_of(driver)
            journal.append(rows)
            await journal.durable(rows[-1].sequence)
            await journal.run(lambda connection: keep_instruments(connection, [SHARE], ON))

        asyncio.run(fill())
        journal.close()
        return path


def _raise(error: Exception) -> None:
    raise error


@pytest.fixture
def shell(tmp_path, monkeypatch, capsys) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("UPSTOX_API_KEY", "UPSTOX_API_SECRET", "UPSTOX_REDIRECT_URI", "UPSTOX_ACCESS_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return Shell(tmp_path, capsys.readouterr)


@pytest.fixture
def holding():
    """A day that broke off with a long position and its stop."""
    driver = EngineDriver()
    driver.enter()
    return driver


@pytest.fixture
def panicking(holding):
    holding.take(OperatorAsked(at_ms=0, wish=OperatorWish.PANIC, asked_by="test"))
    return holding


class CoreBehindSocket:
    """As much of an engine as the socket needs, and a broker that fills exits at once."""

    def __init__(self, driver):
        self.driver = driver
        self.fills_exits = True

    async def handle(self, event: inputs.Input) -> None:
        self.driver.take(event)
        if self.fills_exits and event.wish in (OperatorWish.FLATTEN, OperatorWish.PANIC):
            for order in tuple(self.driver.book.live_orders()):
                if order.requested_terms is not None:
                    self.driver.confirm_modify(order.tag)
                self.driver.fill(order.tag, order.terms.quantity, PRICE)

    def status(self):
        book = self.driver.book
        held = sum(position.quantity for position in book.positions.values())
        return {
            "running": True,
            "halts": [*(["panic"] if book.is_panicking else []), *(reason for _, _, reason in book.halts)],
            "symbols": [{"symbol": "RELIANCE", "quantity": held}],
            "orders": [{"status": order.status} for order in book.orders.values()],
            "is_confirmed_flat": not held,
        }


@pytest.fixture
def alive(shell, holding, beside):
    """A daemon that holds a position and answers on its socket."""
    path = shell.write_journal(holding)
    core = CoreBehindSocket(holding)
    worker = ControlWorker(core, daemon_socket(path), core.status)
    listening = asyncio.Event()

    async def start():
        task = asyncio.create_task(worker.run(listening.set))
        await listening.wait()
        return task

    async def stop(task):
        task.cancel()
        await asyncio.wait({task})

    task = beside.do(start())
    yield core
    beside.do(stop(task))


@pytest.fixture
def hung(shell, panicking):
    """A daemon that owns its journal and does not answer."""
    path = shell.write_journal(panicking)
    with ExitStack() as owned:
        owned.enter_context(acquire_instance_lock(path.with_suffix(".lock"), started_at_ms=1_795_060_800_000))
        yield


@pytest.fixture
def check(shell):
    """Run `check` and return exit code and lines by name."""

    def run(words=""):
        code = shell(f"check --json {words}")
        return code, {line["name"]: line for line in shell.json()["lines"]}

    return run
