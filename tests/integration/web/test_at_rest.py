"""The dashboard while the daemon waits for a login or the next session."""

import asyncio
import json

import aiohttp
import pytest

from tests.fakes.engine_driver import DAY
from trading_bot.adapters.clocks import SystemClock
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.daemon import DayFiles
from trading_bot.bootstrap.market.standby import standing_by
from trading_bot.bootstrap.places import web_token_path
from trading_bot.bootstrap.reception import Reception
from trading_bot.bootstrap.vitals.service_link import ServiceLink
from trading_bot.bootstrap.web.dashboard import open_dashboard
from trading_bot.engine.observe import NoticeBoard
from trading_bot.engine.snapshot import RunHeader
from trading_bot.settings.tree import Settings
from trading_bot.web.tokens import tokens_of


@pytest.fixture
async def resting(tmp_path, market_rules):
    """Its address, a client with the operator's token, and the notices."""
    settings = Settings(
        run={"mode": "paper", "data_dir": tmp_path},
        web={"enabled": True, "port": 0},
        terminal={"view": "quiet"},
        logs={"folder": tmp_path / "logs"},
    )
    tokens, said, board, clock = (
        tokens_of(settings.web, web_token_path(settings)),
        [],
        NoticeBoard(),
        SystemClock(),
    )
    files = DayFiles(database=tmp_path / "paper.db", locks=(), inputs=tmp_path / "inputs")

    def header() -> RunHeader:
        return RunHeader(
            mode="paper",
            session_on=DAY,
            now_ms=clock.now_ms(),
            phase="closed",
            data="none",
            state="waiting for login",
        )

    headers = {"Authorization": f"Bearer {tokens.operator.get_secret_value()}"}
    with open_dashboard(settings, tokens, said.append) as dashboard:
        async with standing_by(
            settings=settings,
            rules=market_rules,
            files=files,
            clock=clock,
            header=header,
            board=board,
            service=ServiceLink(None),
            looks=lambda: 0,
            reception=Reception(),
            dashboard=dashboard,
        ):
            while not said:  # noqa: ASYNC110  # the worker says where it listens
                await asyncio.sleep(0)
            async with aiohttp.ClientSession(headers=headers) as client:
                yield said[0].removeprefix("dashboard: "), client, board


async def asked(client, method: str, url: str, **changes) -> tuple[int, str]:
    """Status and body of an answer."""
    async with client.request(method, url, **changes) as answer:
        return answer.status, await answer.text()


async def test_the_page_says_what_is_awaited(resting):
    address, client, _ = resting

    status = json.loads((await asked(client, "GET", f"{address}api/v1/status"))[1])

    assert status["run"]["state"] == "waiting for login"
    assert (status["symbols"], status["orders"]) == ([], [])
    assert any(row["name"] == "dashboard" and row["is_well"] for row in status["workers"])


async def test_everything_is_answered_though_there_is_no_market(resting):
    address, client, _ = resting
    known = ("strategies", "strategies/confluence", "positions", "trades", "signals", "performance", "logs")
    unknown = ("orders/nothing", "candles?symbol=INFY")

    answers = {
        path: (await asked(client, "GET", f"{address}api/v1/{path}"))[0] for path in (*known, *unknown)
    }

    assert answers == dict.fromkeys(known, 200) | dict.fromkeys(unknown, 404)


async def test_metrics_can_be_scraped(resting):
    address, client, _ = resting

    _, text = await asked(client, "GET", f"{address}metrics")

    assert 'trading_bot_worker_up{worker="dashboard"} 1.0' in text


async def test_a_wish_is_journaled_before_the_day_begins(resting, tmp_path):
    """V1."""
    address, client, _ = resting

    _, text = await asked(client, "POST", f"{address}api/v1/strategies/confluence/stop")

    assert json.loads(text)["halts"] == ["strategy confluence: stopped_by_operator"]
    with JournalReader(tmp_path / "paper.db") as reader:
        assert "stopped_by_operator" in next(reader.rows(kind="halt_raised")).payload


async def test_guessed_tokens_are_told_on_the_board(resting):
    """Fault 119."""
    address, client, board = resting

    for _ in range(6):
        await asked(client, "GET", f"{address}metrics", headers={"Authorization": "Bearer guess"})

    assert [notice.text for notice in board.notices if "too many wrong tokens" in notice.text]
