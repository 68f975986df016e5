"""Days that do not go smoothly: no login, a dead token, a restart with an open position, a second process."""

import asyncio
import socket
from dataclasses import replace
from datetime import date, time

import aiohttp
import pytest
from pydantic import SecretStr

from tests.fakes.alert_table import is_in_table
from tests.fakes.notify_socket import FakeSocket
from tests.fakes.upstox_day import TOKEN, money, summary
from trading_bot.adapters.clocks import SimulatorClock
from trading_bot.adapters.upstox.login.token_store import AccessToken, expiry_ms
from trading_bot.bootstrap.answers.broker import token_store
from trading_bot.bootstrap.earlier import earlier_book
from trading_bot.bootstrap.vitals.service_link import ServiceLink
from trading_bot.control.client import ask
from trading_bot.control.protocol import socket_path
from trading_bot.domain.errors import AlreadyRunningError, HaltedError, UnknownInstrumentError
from trading_bot.domain.ist import ms_at
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings

PATIENCE_S = 60
LONGER_THAN_A_DAY_S = 99_999.0


async def until(claim) -> None:
    """Wait for something to come true."""
    async with asyncio.timeout(PATIENCE_S):
        while not await claim():  # noqa: ASYNC110  # what is waited for happens in the daemon, without an event
            await asyncio.sleep(0.01)


def kept_token(settings, now_ms: int, secret: str = TOKEN) -> None:
    """What `login` leaves behind."""
    token = AccessToken(
        secret=SecretStr(secret), account="SIM001", issued_at_ms=now_ms, expires_at_ms=expiry_ms(now_ms)
    )
    token_store(settings).save(token)


def watched(daemon) -> list:
    """The worlds of the days that the daemon makes."""
    made = []
    inner = daemon.account.world

    def world(day):
        made.append(inner(day))
        return made[-1]

    daemon.account = replace(daemon.account, world=world)
    return made


async def holds_something(worlds: list) -> bool:
    return bool(worlds) and any(row.quantity for row in await worlds[-1].world.broker.positions())


async def status(daemon) -> dict:
    listens_at = socket_path(daemon.files.database)
    return (await asyncio.to_thread(ask, listens_at, "status", asked_by="test"))["status"]


async def test_it_waits_for_its_login_in_a_named_state_and_asks_the_broker_nothing(upstox):
    """Faults 27 and 31."""
    settings = upstox.settings(Mode.PAPER, credentials={"access_token": None, "api_key": SecretStr("key")})
    manager = FakeSocket()
    async with upstox.daemon(settings) as daemon:
        daemon.service = ServiceLink(manager)
        running = asyncio.create_task(daemon.run())
        listens_at = socket_path(daemon.files.database)

        async def is_waiting() -> bool:
            return listens_at.exists() and len(daemon.board.notices) > 1 and "ready" in manager.told

        await until(is_waiting)
        document = await status(daemon)
        daemon.stop_asked.set()

        assert await running == 0
    started, waiting, stopped = daemon.board.notices
    assert is_in_table("started", started.level, started.text)
    assert waiting.text.startswith("waiting for login: ")
    assert is_in_table("stopped", stopped.level, stopped.text)
    assert document["run"]["state"] == "waiting for login"
    assert "opens on Thu 2026-11-19 09:15 IST" in document["run"]["reason"]
    assert document["resources"]["tasks"] > 2
    assert manager.told[-1] == "alive"
    assert (await upstox.ledger())["orders"] == []


async def test_a_start_on_a_day_without_a_session_says_so_before_it_idles(upstox):
    async with upstox.daemon(upstox.settings(Mode.PAPER)) as daemon:
        saturday = SimulatorClock(ms_at(date(2026, 11, 21), time(10)))
        daemon.surroundings = replace(daemon.surroundings, clock=saturday)
        daemon.stop_asked.set()
        assert await daemon.run() == 0

    said = "\n".join(upstox.said)
    assert "2026-11-21 is not a trading day (a weekend); the next session" in said
    assert "the keys of your app" not in said


async def test_it_goes_on_as_soon_as_a_login_is_on_disk(upstox):
    settings = upstox.settings(Mode.PAPER, credentials={"access_token": None, "api_key": SecretStr("key")})
    async with upstox.daemon(settings) as daemon:
        worlds = watched(daemon)
        running = asyncio.create_task(daemon.run())

        async def is_waiting() -> bool:
            return len(daemon.board.notices) > 1

        await until(is_waiting)
        kept_token(settings, daemon.surroundings.clock.now_ms())
        await until(lambda: holds_something(worlds))
        daemon.stop_asked.set()

        assert await running == 0


async def test_a_token_that_the_broker_refuses_is_not_tried_twice(upstox):
    settings = upstox.settings(Mode.LIVE, credentials={"access_token": SecretStr("wrong")})
    async with upstox.daemon(settings) as daemon:
        running = asyncio.create_task(daemon.run())

        async def is_refused() -> bool:
            return any("does not accept" in notice.text for notice in daemon.board.notices)

        async def has_looked_again() -> bool:
            return "log in again" in (await status(daemon))["run"]["reason"]

        await until(is_refused)
        await until(has_looked_again)
        daemon.stop_asked.set()
        assert await running == 0

    refused = [notice for notice in daemon.board.notices if notice.text.startswith("preparing")]
    assert len(refused) == 1


async def test_paper_goes_on_with_its_position_after_a_restart(upstox):
    """Fault 99, V17: asked to stop with a position open; its stop rests, and the next process has both.

    What the first has seen of the day without protection is the day's, not the process's.
    """
    settings = upstox.settings(Mode.PAPER)
    async with upstox.daemon(settings) as daemon:
        worlds = watched(daemon)
        running = asyncio.create_task(daemon.run())
        await until(lambda: holds_something(worlds))
        daemon.reception._engine.state.longest_bare_s = LONGER_THAN_A_DAY_S
        daemon.stop_asked.set()
        assert await running == 0
        held = earlier_book(daemon.files.database).positions
    last = daemon.board.notices[-1]
    assert last.text.startswith("stopped in the session with ")
    assert any(position.quantity for position in held.values())

    async with upstox.daemon(settings) as daemon:
        seen = []
        daemon.surroundings = replace(daemon.surroundings, on_engine=seen.append)
        assert await daemon.run() == 0

    report = summary(upstox)
    assert report["open_positions"] == 0
    assert money(report["net_pnl"]) == money(report["ledger_net_pnl"])
    assert seen[-1].state.longest_bare_s == LONGER_THAN_A_DAY_S


async def test_a_token_that_dies_in_the_day_stops_entries_until_the_next_login(upstox):
    settings = upstox.settings(Mode.LIVE, supervisor={"login_delay_s": 0.3})
    async with upstox.daemon(settings) as daemon, aiohttp.ClientSession() as control:
        address = f"{upstox.server.address}/simulator/token"
        worlds = watched(daemon)
        running = asyncio.create_task(daemon.run())
        await until(lambda: holds_something(worlds))
        await control.post(address, json={"action": "expire"})

        async def is_halted() -> bool:
            return any("needs_login" in notice.text for notice in daemon.board.notices)

        await until(is_halted)
        document = await status(daemon)
        assert document["run"]["state"] == "needs login"
        assert document["resources"]["tasks"] >= len(document["workers"])
        await control.post(address, json={"action": "replace", "token": "the second"})
        kept_token(settings, daemon.surroundings.clock.now_ms(), "the second")

        assert await running == 0
    report, ledger = summary(upstox), await upstox.ledger()
    assert report["open_positions"] == 0
    assert money(report["net_pnl"]) == money(ledger["net_pnl"])


def by_phone(upstox, mode) -> Settings:
    """Settings of a daemon that asks on the phone, at a simulator that posts to where it listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    simulation = upstox.server.simulation
    url = f"http://127.0.0.1:{port}/upstox/token"
    simulation.settings = simulation.settings.model_copy(update={"notifier_url": url})
    return upstox.settings(
        mode,
        upstox={"account": "SIM001"},
        login={"notifier_port": port, "request_approval_at": "08:00"},
        credentials={"access_token": None, "api_key": SecretStr("key"), "api_secret": SecretStr("secret")},
        supervisor={"login_delay_s": 0.3},
    )


async def approved(upstox, control) -> bool:
    """Whether a request was on the phone, which is approved with this."""
    async with control.post(
        f"{upstox.server.address}/simulator/approval", json={"action": "approve"}
    ) as answer:
        return answer.status == 200


async def test_it_asks_on_the_phone_in_the_morning_and_starts_by_itself_when_that_is_approved(upstox):
    """Faults 27 and 31."""
    settings = by_phone(upstox, Mode.PAPER)
    async with upstox.daemon(settings) as daemon, aiohttp.ClientSession() as control:
        worlds = watched(daemon)
        running = asyncio.create_task(daemon.run())
        await until(lambda: approved(upstox, control))

        async def has_begun() -> bool:
            return bool(worlds)

        await until(has_begun)
        daemon.stop_asked.set()

        assert await running == 0
    said = [notice.text for notice in daemon.board.notices]
    assert any(text.startswith("approve the login on your phone") for text in said)
    assert "a login of account SIM001 is here: it goes on by itself" in said
    assert token_store(settings).load(daemon.surroundings.clock.now_ms()).account == "SIM001"


async def test_a_token_that_dies_in_the_day_is_replaced_by_an_approval_on_the_phone(upstox):
    """Fault 28, V4, V16: it asks by itself, and goes on with its reads."""
    settings = by_phone(upstox, Mode.LIVE)
    async with upstox.daemon(settings) as daemon, aiohttp.ClientSession() as control:
        kept_token(settings, daemon.surroundings.clock.now_ms())
        worlds = watched(daemon)
        running = asyncio.create_task(daemon.run())
        await until(lambda: holds_something(worlds))
        await control.post(f"{upstox.server.address}/simulator/token", json={"action": "expire"})
        await until(lambda: approved(upstox, control))

        async def goes_on() -> bool:
            return (await status(daemon))["run"]["state"] != "needs login"

        await until(goes_on)
        daemon.stop_asked.set()

        assert await running == 0
    said = [notice.text for notice in daemon.board.notices]
    assert any(text.startswith("a new login of account SIM001 is here") for text in said)


async def test_a_second_process_of_the_account_is_refused_whatever_its_folder(upstox, tmp_path):
    first = upstox.settings(Mode.LIVE)
    second = upstox.settings(Mode.LIVE, run={"data_dir": tmp_path / "other"})
    async with upstox.daemon(first) as daemon, upstox.daemon(second) as rival:
        worlds = watched(daemon)
        running = asyncio.create_task(daemon.run())

        async def has_begun() -> bool:
            return bool(worlds)

        await until(has_begun)
        with pytest.raises(AlreadyRunningError):
            await rival.run()
        daemon.stop_asked.set()
        await running


async def test_an_unknown_symbol_ends_it_with_suggestions(upstox):
    async with upstox.daemon(upstox.settings(Mode.PAPER, run={"symbols": ("RELIANCES",)})) as daemon:
        with pytest.raises(UnknownInstrumentError, match="RELIANCE"):
            await daemon.run()


async def test_latched_panic_with_nothing_open_refuses_to_start(upstox):
    settings = upstox.settings(Mode.PAPER)
    async with upstox.daemon(settings) as daemon:
        running = asyncio.create_task(daemon.run())
        listens_at = socket_path(daemon.files.database)

        async def listens() -> bool:
            return listens_at.exists()

        await until(listens)
        await asyncio.to_thread(ask, listens_at, "panic", asked_by="test")
        daemon.stop_asked.set()
        await running

    async with upstox.daemon(settings) as daemon:
        with pytest.raises(HaltedError):
            await daemon.run()
