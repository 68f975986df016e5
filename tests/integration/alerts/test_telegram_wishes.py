"""Questions and orders over Telegram's own HTTP, to an engine: journaled before they are answered."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.fakes.alert_channels import START_MS
from tests.fakes.engine_driver import DAY, EngineDriver
from tests.fakes.engine_ports import FakeJournal
from tests.fakes.receivers import BOT_TOKEN, CANARIES, CHAT
from trading_bot.adapters.alerts.telegram_api import TelegramApi, TelegramError
from trading_bot.adapters.clocks import LoopClock
from trading_bot.bootstrap.alerting import Alerting
from trading_bot.bootstrap.reception import Reception
from trading_bot.domain.errors import UserFacingError
from trading_bot.engine.engine import Engine
from trading_bot.engine.observe import NoticeBoard, resting_snapshot
from trading_bot.engine.snapshot import RunHeader
from trading_bot.engine.supervisor import Supervisor, SupervisorSettings
from trading_bot.settings.run import RunSettings
from trading_bot.settings.tree import Settings

NOW_S = START_MS // 1_000 + 1


@dataclass
class Chat:
    """What is written to the bot and what it says, and the engine behind it."""

    receiver: object
    driver: EngineDriver
    journal: FakeJournal
    reception: Reception
    board: NoticeBoard

    async def ask(self, text: str) -> str:
        self.receiver.write(text, at_s=NOW_S)
        said = len(self.receiver.posted)
        await self.receiver.until(said + 1)
        return self.receiver.texts[said]


@pytest.fixture
def chat_with(settings_for, addresses, receiver, tmp_path):
    @asynccontextmanager
    async def open_chat(*, on_duty=True, is_trading=True):
        driver, journal, board, reception = EngineDriver(), FakeJournal(), NoticeBoard(), Reception()
        driver.enter()
        engine = Engine(driver.core, LoopClock(START_MS), journal)
        alerts = settings_for(
            f"tgram://{BOT_TOKEN}/{CHAT}", telegram_commands=True, channel_2={"url": addresses["json"]}
        )
        settings = Settings(alerts=alerts, run=RunSettings(data_dir=tmp_path))
        header = RunHeader(mode="paper", session_on=DAY, now_ms=START_MS, phase="open", data="test")
        idle = Supervisor(SupervisorSettings(), print)

        def snapshot():
            return resting_snapshot(driver.core.state, idle, header, board, 0)

        alerting = Alerting(
            settings=settings, board=board, mode="paper", reception=reception, clock=LoopClock(START_MS)
        )
        async with alerting.under_way():
            chat = Chat(receiver, driver, journal, reception, board)
            if not on_duty:
                yield chat
                return
            with reception.on_duty(engine, snapshot, is_trading=is_trading):
                yield chat

    return open_chat


async def test_the_chat_may_ask_and_order(chat_with):
    async with chat_with() as chat:
        status, positions = await chat.ask("/status"), await chat.ask("/positions")
        paused = await chat.ask("/pause")
        halts = [reason for _, _, reason in chat.driver.book.halts]
        resumed = await chat.ask("/resume")

    assert status.startswith("paper trading, open")
    assert positions.startswith("positions:\n  RELIANCE +35"), "between sessions too"
    assert (paused[:6], halts, resumed[:7]) == ("paused", ["paused"], "resumed")
    assert chat.driver.book.halts == {}


async def test_panic_takes_two_steps_and_is_on_disk_when_it_is_answered(chat_with):
    """V1, V15."""
    async with chat_with() as chat:
        code = (await chat.ask("/panic")).split()[-1]
        assert not chat.driver.book.is_panicking
        done = await chat.ask(f"/panic {code}")

    assert chat.driver.book.is_panicking
    assert done.startswith("panic is latched")
    assert chat.journal.rows[0].kind == "panic_latched"
    assert '"asked_by":"Telegram"' in chat.journal.rows[0].payload


async def test_an_order_that_could_not_be_written_down_says_so(chat_with):
    async with chat_with() as chat:
        chat.journal.fails = True

        assert "could not be written to disk" in await chat.ask("/pause")


async def test_between_two_states_nothing_is_done(chat_with):
    async with chat_with(on_duty=False) as chat:
        assert (await chat.ask("/panic"))[:5] == "panic"
        assert (await chat.ask("/resume")).startswith("nothing was done: the daemon is between")
        assert "between two states" in await chat.ask("/status")


async def test_an_order_between_sessions_says_that_nothing_is_sent_yet(chat_with):
    async with chat_with(is_trading=False) as chat:
        assert (await chat.ask("/pause")).endswith("what has to be sent for it waits for one)")


async def test_why_is_answered_by_what_the_program_hands_over(chat_with):
    async with chat_with() as chat:
        missing = await chat.ask("/why INFY")
        chat.reception.explain = lambda symbol, at_ms: f"{symbol} at {at_ms}: no trend"
        found = await chat.ask("/why infy")

        def unknown(symbol, _at_ms):
            raise UserFacingError(f"{symbol} is not watched")

        chat.reception.explain = unknown
        refused = await chat.ask("/why XYZ")
        chat.reception.explain = lambda _symbol, _at_ms: 1 / 0
        broken = await chat.ask("/why XYZ")

    assert missing.startswith("sorry, decisions about INFY cannot be explained")
    assert (found, refused) == ("INFY at None: no trend", "XYZ is not watched")
    assert broken == "the explanation failed; the log says why"


async def test_the_page_of_another_chat_is_not_answered_and_told_through_the_channels(chat_with, receiver):
    async with chat_with() as chat:
        receiver.write("/panic", at_s=NOW_S, chat=7)
        await receiver.until(2)

    assert all("chat 7" in text for text in receiver.texts)
    assert not chat.driver.book.is_panicking


async def test_a_token_that_telegram_refuses_comes_out_nowhere(settings_for, receiver):
    api = TelegramApi(settings_for(), "987654321:AAcanary_wrong")
    with pytest.raises(TelegramError) as raised:
        await api.written(None, 0)
    await api.close()

    assert raised.value.is_final
    assert str(raised.value) == "getUpdates: answered 401: Unauthorized"


async def test_no_answer_is_an_error_without_the_address(settings_for):
    api = TelegramApi(settings_for(telegram_url="http://127.0.0.1:9"), BOT_TOKEN)
    with pytest.raises(TelegramError) as raised:
        await api.say(CHAT, "x")
    await api.close()

    assert not any(canary in str(raised.value) for canary in CANARIES)


@pytest.mark.parametrize(
    "answer",
    [b"<html>", b"[]", b'{"ok": true, "result": {}}', b'{"ok": true, "result": [{"update_id": "x"}, 3]}'],
)
async def test_nonsense_is_no_message(settings_for, receiver, answer, monkeypatch):
    from aiohttp import web

    async def nonsense(_path, _asked):
        return web.Response(body=answer)

    monkeypatch.setattr(receiver, "_updates", nonsense)
    api = TelegramApi(settings_for(), BOT_TOKEN)
    try:
        assert await api.written(None, 0) == ()
    except TelegramError as error:
        assert str(error).startswith("getUpdates: ")  # noqa: PT017  # either is right
    finally:
        await api.close()
    await asyncio.sleep(0)
