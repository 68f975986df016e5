"""The notifier address (fault 33, V18): what is posted is checked, confirmed at the broker, then kept."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from types import SimpleNamespace

import aiohttp
import pytest
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.settings import LoginSettings
from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.bootstrap.answers.broker import token_store
from trading_bot.bootstrap.login.notices import NotifierWorker
from trading_bot.domain.errors import LoginNeededError
from trading_bot.settings.tree import Settings

NOW_MS = 1_795_147_200_000
NOTICE = {
    "client_id": "app-key",
    "user_id": "AB1234",
    "access_token": "fresh",
    "message_type": "access_token",
}
PROFILE = "/v2/user/profile"


@pytest.fixture
def node(settings, tmp_path):
    """A notifier of account AB1234 on any free port, with what it `told` a person."""
    tree = Settings(
        run={"data_dir": tmp_path},
        upstox=settings.model_copy(update={"account": "AB1234", "read_attempts": 1}),
        login=LoginSettings(),
        credentials=UpstoxSecrets(api_key=SecretStr("app-key"), api_secret=SecretStr("s")),
    )
    told, slept, ready, stored = [], [], asyncio.Event(), asyncio.Event()

    async def sleep(delay_s):
        slept.append(delay_s)
        await asyncio.sleep(0)

    worker = NotifierWorker(
        settings=tree,
        now_ms=lambda: NOW_MS,
        tell=lambda level, text: told.append(text),
        on_listening=ready.set,
        on_stored=lambda _token: stored.set(),
        sleep=sleep,
    )
    return SimpleNamespace(worker=worker, tree=tree, told=told, slept=slept, ready=ready, stored=stored)


@asynccontextmanager
async def listening(node):
    running = asyncio.create_task(node.worker.run(lambda: None))
    await asyncio.wait_for(node.ready.wait(), 5)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{node.worker.port}") as session:
        yield session
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def posted(session, body, path="/upstox/token"):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with session.post(path, data=data) as answer:
        return answer.status


def kept(node):
    try:
        return token_store(node.tree).load(NOW_MS).secret.get_secret_value()
    except LoginNeededError:
        return None


async def until(claim):
    async with asyncio.timeout(5):
        while not claim():  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.001)


async def test_a_notice_whose_token_opens_the_account_is_stored(broker, node):
    broker.on_success("GET", PROFILE, {"user_id": "AB1234"})

    async with listening(node) as session:
        assert await posted(session, NOTICE) == 200
        await asyncio.wait_for(node.stored.wait(), 5)

    assert kept(node) == "fresh"
    assert broker.asked[0].headers["Authorization"] == "Bearer fresh"


@pytest.mark.parametrize(
    "body",
    [
        b"<html/>",
        b"",
        {**NOTICE, "client_id": "another"},
        {**NOTICE, "user_id": "ZZ9999"},
        {**NOTICE, "message_type": "order"},
        {**NOTICE, "access_token": ["fresh"]},
        [NOTICE],
    ],
)
async def test_a_forged_notice_is_refused_without_a_word_to_the_broker(broker, node, body):
    async with listening(node) as session:
        assert await posted(session, body) == 400

    assert broker.asked == []
    assert kept(node) is None


async def test_a_token_that_the_broker_does_not_know_is_not_believed(broker, node):
    broker.on_error("GET", PROFILE, 401, "UDAPI100050")

    async with listening(node) as session:
        assert await posted(session, NOTICE) == 200
        await until(lambda: node.told)

    assert "does not accept" in node.told[0]
    assert kept(node) is None


async def test_a_token_of_another_account_is_not_believed_whatever_the_notice_says(broker, node):
    """Fault 30: somebody's own good token, posted under our name."""
    broker.on_success("GET", PROFILE, {"user_id": "ZZ9999"})

    async with listening(node) as session:
        await posted(session, NOTICE)
        await until(lambda: node.told)

    assert "belongs to account ZZ9999" in node.told[0]
    assert kept(node) is None


async def test_while_the_broker_does_not_answer_the_token_waits_for_its_confirmation(broker, node):
    broker.on("GET", PROFILE, 503, b"down")
    async with listening(node) as session:
        await posted(session, NOTICE)
        await until(lambda: len(node.slept) >= 2)
        assert kept(node) is None

        broker.on_success("GET", PROFILE, {"user_id": "AB1234"})
        await asyncio.wait_for(node.stored.wait(), 5)

    assert kept(node) == "fresh"


async def test_a_broker_that_never_confirms_it_is_told(broker, node, monkeypatch):
    monkeypatch.setattr("trading_bot.bootstrap.login.notices._READ_TRIES", 2)
    broker.on("GET", PROFILE, 503, b"down")

    async with listening(node) as session:
        await posted(session, NOTICE)
        await until(lambda: node.told)

    assert "did not answer to confirm it" in node.told[0]


async def test_a_flood_is_turned_away(broker, node):
    broker.hangs("GET", PROFILE)

    async with listening(node) as session:
        answers = [await posted(session, NOTICE) for _ in range(8)]

    assert answers.count(429) >= 3


async def test_what_is_no_notice_by_its_form_is_turned_away(node):
    async with listening(node) as session:
        assert await posted(session, b"x" * 20_000) == 413
        assert await posted(session, NOTICE, path="/") == 404
        async with session.get("/upstox/token") as answer:
            assert answer.status == 405


async def test_a_port_that_is_taken_is_told_once_and_tried_again(node):
    """V16: it must not end a day's trading."""
    async with listening(node):
        rival = NotifierWorker(
            settings=node.tree.model_copy(update={"login": LoginSettings(notifier_port=node.worker.port)}),
            now_ms=lambda: NOW_MS,
            tell=lambda level, text: node.told.append(text),
            sleep=node.worker.sleep,
        )
        running = asyncio.create_task(rival.run(lambda: None))
        await until(lambda: len(node.slept) >= 3)
        running.cancel()

    assert len(node.told) == 1
    assert f"127.0.0.1:{node.worker.port}" in node.told[0]
