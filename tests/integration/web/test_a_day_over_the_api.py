"""A whole session of the daemon, followed and steered over its dashboard's API."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.upstox_day import generated_upstox, summary
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.places import web_token_path
from trading_bot.bootstrap.web.dashboard import open_dashboard
from trading_bot.domain.errors import HaltedError
from trading_bot.settings.run import Mode
from trading_bot.web.tokens import tokens_of

SPEED = 8_000.0
"""A day in three seconds: at full speed it would be over before a page has seen much of it."""


@dataclass
class Follower:
    """Reads the stream as a page does, and asks between its events."""

    said: list[str]
    token: str
    documents: list[dict] = field(default_factory=list)
    answers: dict[str, dict] = field(default_factory=dict)

    async def follow(self, act) -> None:
        """Listen until the daemon is gone; connect again when it lets go, as a browser does."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession(headers=headers) as client:
            while True:
                where = [text for text in self.said if text.startswith("dashboard: http")]
                if not where:
                    await asyncio.sleep(0.01)
                    continue
                base = where[0].removeprefix("dashboard: ") + "api/v1/"
                try:
                    async with client.get(f"{base}events") as answer:
                        async for line in answer.content:
                            await self._take(line, client, base, act)
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    async def _take(self, line: bytes, client, base: str, act) -> None:
        if line.startswith(b"data: ") and b'"status"' in line:
            self.documents.append(json.loads(line[6:])["status"])
            await act(self, client, base)

    async def ask(self, client, base: str, path: str) -> dict:
        async with client.get(base + path) as answer:
            assert answer.status == 200, await answer.text()
            self.answers[path] = await answer.json()
        return self.answers[path]

    async def post(self, client, base: str, path: str, **body) -> dict:
        async with client.post(base + path, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@dataclass
class Played:
    """What a day left behind that was followed, and ended by panic, over the API."""

    folder: Path
    documents: list[dict]
    answers: dict[str, dict]
    report: dict
    is_latched: bool


async def _look(follower: Follower, client, base: str) -> None:
    for path in ("trades", "orders", "positions", "strategies", "signals?raised=true", "performance"):
        await follower.ask(client, base, path)
    await follower.ask(client, base, "candles?symbol=INFY")
    tag = follower.answers["orders"]["orders"][-1]["tag"]
    follower.answers["life"] = await follower.ask(client, base, f"orders/{tag}")
    async with client.get(base.replace("api/v1/", "metrics")) as answer:
        follower.answers["metrics"] = {"text": await answer.text()}


async def _act(follower: Follower, client, base: str) -> None:
    """Panic as soon as something is held, and stop the strategy; look around once that is closed."""
    newest, answers = follower.documents[-1], follower.answers
    if newest["day"]["trades"] and "trades" not in answers:
        await _look(follower, client, base)
    elif "panic" not in answers and any(row["quantity"] for row in newest["symbols"]):
        code = (await follower.post(client, base, "panic/prepare"))["code"]
        answers["panic"] = await follower.post(client, base, "panic", code=code)
        answers["stop"] = await follower.post(client, base, "strategies/confluence/stop")


async def _play(folder: Path) -> Played:
    async with generated_upstox(folder, SPEED) as upstox:
        settings = upstox.settings(Mode.PAPER, web={"enabled": True, "port": 0, "update_ms": 100})
        tokens = tokens_of(settings.web, web_token_path(settings))
        follower = Follower(upstox.said, tokens.operator.get_secret_value())
        with open_dashboard(settings, tokens, upstox.said.append) as dashboard:
            async with upstox.daemon(settings) as daemon:
                daemon.dashboard = dashboard
                following = asyncio.ensure_future(follower.follow(_act))
                is_latched = False
                try:
                    await daemon.run()
                except HaltedError:
                    is_latched = True
                following.cancel()
                problems = await asyncio.gather(following, return_exceptions=True)
        assert isinstance(problems[0], asyncio.CancelledError), problems
        return Played(folder, follower.documents, follower.answers, summary(upstox), is_latched)


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> Played:
    """One day for all claims of this file: it takes some seconds."""
    return asyncio.run(_play(tmp_path_factory.mktemp("day")))


def test_the_page_sees_the_day_go_by(played):
    assert {document["run"]["mode"] for document in played.documents} == {"paper"}
    assert len({document["run"]["now"] for document in played.documents}) > 10
    assert played.documents[-1]["day"]["trades"] == played.report["trades"]


def test_trades_orders_and_signals_are_those_of_the_journal(played):
    told = played.answers

    assert told["trades"]["trades"][-1]["trade_id"] == 1
    assert told["life"]["life"][0]["text"].startswith("intended")
    assert told["life"]["life"][-1]["text"]
    assert told["strategies"]["strategies"][0]["name"] == "confluence"
    assert {row["outcome"] for row in told["signals?raised=true"]["signals"]} & {"traded", "denied"}
    assert all(row["gates"] for row in told["signals?raised=true"]["signals"])
    assert told["performance"]["equity"]


def test_a_chart_has_the_history_that_indicators_need(played):
    chart = played.answers["candles?symbol=INFY"]

    assert len(chart["candles"]) > 200
    assert chart["indicators"]["EMA 200"]
    starts = [candle["time_ms"] for candle in chart["candles"]]
    assert starts == sorted(set(starts))


def test_durations_of_the_way_of_an_order_are_measured(played):
    text = played.answers["metrics"]["text"]

    assert 'trading_bot_signal_to_ack_seconds_count{strategy="confluence"}' in text
    assert 'trading_bot_api_latency_seconds_count{call="place"}' in text
    assert "trading_bot_tick_to_decision_seconds_count 0.0" not in text
    assert "trading_bot_candle_to_evaluation_seconds_count 0.0" not in text


def test_panic_is_latched_in_the_journal_and_the_day_ends_flat(played):
    """V15."""
    with JournalReader(played.folder / "paper.db") as reader:
        latched = list(reader.rows(kind="panic_latched"))

    assert played.answers["panic"]["halts"][0] == "panic is latched until resume"
    assert len(latched) == 1
    assert "dashboard, 127.0.0.1" in latched[0].payload
    assert played.is_latched
    assert played.report["open_positions"] == 0
    assert any(document["is_confirmed_flat"] for document in played.documents)


def test_a_stopped_strategy_is_in_the_journal(played):
    with JournalReader(played.folder / "paper.db") as reader:
        halts = [row.payload for row in reader.rows(kind="halt_raised")]

    assert "strategy confluence: stopped_by_operator" in played.answers["stop"]["halts"]
    assert any('"stopped_by_operator"' in payload for payload in halts)
