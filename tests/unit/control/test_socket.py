import asyncio
import stat
from contextlib import asynccontextmanager

import pytest

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.engine_ports import FakeJournal
from trading_bot.adapters.clocks import SystemClock
from trading_bot.control.client import NoDaemonError, ask
from trading_bot.control.protocol import socket_path
from trading_bot.control.server import ControlWorker
from trading_bot.engine.engine import Engine


@asynccontextmanager
async def serving(path, journal=None, **changes):
    engine = Engine(EngineDriver().core, SystemClock(), journal or FakeJournal())
    ready = asyncio.Event()
    worker = ControlWorker(engine, path, lambda: {"halts": sorted(engine.state.book.halts)}, **changes)
    task = asyncio.create_task(worker.run(ready.set))
    await ready.wait()
    try:
        yield engine
    finally:
        task.cancel()
        await asyncio.wait([task])


def asking(path, wish):
    return asyncio.to_thread(ask, path, wish, asked_by="test")


@pytest.mark.parametrize("folder", ["short", "a" * 120], ids=["short path", "long path"])
async def test_a_wish_is_carried_out_and_answered(tmp_path, folder):
    (tmp_path / folder).mkdir()
    path = socket_path(tmp_path / folder / "replay.db")

    async with serving(path) as engine:
        answer = await asking(path, "pause")

    assert answer["ok"]
    assert [reason for _, _, reason in engine.state.book.halts] == ["paused"]


async def test_only_the_owner_may_open_the_socket(tmp_path):
    path = socket_path(tmp_path / "replay.db")

    async with serving(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


async def test_an_unknown_wish_is_answered_with_what_there_is(tmp_path):
    path = socket_path(tmp_path / "replay.db")

    async with serving(path):
        answer = await asking(path, "dance")

    assert answer == {
        "ok": False,
        "error": "unknown request 'dance': one of status, flatten, panic, pause, resume, start_strategy, "
        "stop_strategy",
    }


@pytest.mark.parametrize("wish", ["stop_strategy", "start_strategy"])
async def test_a_wish_about_a_strategy_has_to_name_it(tmp_path, wish):
    path = socket_path(tmp_path / "replay.db")

    async with serving(path):
        answer = await asking(path, wish)

    assert answer == {"ok": False, "error": f"{wish} needs the strategy's name as subject"}


async def test_a_wish_that_could_not_be_written_is_not_confirmed(tmp_path):
    path = socket_path(tmp_path / "replay.db")

    async with serving(path, FakeJournal(fails=True)):
        answer = await asking(path, "panic")

    assert not answer["ok"]
    assert "could not be written to disk" in answer["error"]


def test_without_a_daemon_there_is_no_answer(tmp_path):
    with pytest.raises(NoDaemonError):
        ask(socket_path(tmp_path / "replay.db"), "status", asked_by="test")


async def test_a_wish_that_the_disk_holds_up_is_carried_out_when_it_is_through(tmp_path):
    """V15: a panic that is journaled and never handed out would latch, and close nothing."""
    path, journal = socket_path(tmp_path / "replay.db"), FakeJournal(is_held=True)

    async with serving(path, journal, request_s=0.05) as engine:
        with pytest.raises(NoDaemonError):
            await asking(path, "panic")
        assert not engine.outbox.positions_wanted.is_set()
        journal.released.set()
        async with asyncio.timeout(5):
            await engine.outbox.positions_wanted.wait()

    assert engine.state.book.is_panicking
