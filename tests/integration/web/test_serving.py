"""The app behind a real server on a real socket, as one worker beside others."""

import asyncio
import json
import signal
import socket
from contextlib import asynccontextmanager

import aiohttp
import pytest

from tests.fakes.dashboard import OPERATOR, READER
from tests.integration.web.conftest import Served
from trading_bot.web.impatience import ImpatientProtocol
from trading_bot.web.server import Listener, WebWorker
from trading_bot.web.settings import WebSettings

BEARER = {"Authorization": f"Bearer {OPERATOR}"}


@asynccontextmanager
async def reading(served: Served, token: str = READER):
    """The stream of events, one after the other."""
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession() as client,
        client.get(f"{served.address}/api/v1/events", headers=headers) as answer,
    ):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        yield answer.content


async def next_event(stream) -> tuple[str, dict]:
    """Read up to the end of the next event."""
    kind = ""
    while True:
        line = (await stream.readline()).decode()
        assert line, "the stream ended"
        if line.startswith("event: "):
            kind = line[7:].strip()
        if line.startswith("data: "):
            return kind, json.loads(line[6:])


async def test_the_stream_starts_with_a_snapshot_and_tells_changes(served):
    async with asyncio.timeout(10), reading(served) as stream:
        kind, first = await next_event(stream)
        served.bench.daemon.halts.append("a change")
        second = first
        while "a change" not in second["status"]["halts"]:
            kind, second = await next_event(stream)

    assert kind == "snapshot"
    assert first["status"]["run"]["mode"] == "replay"
    assert second["sequence"] > first["sequence"]


async def test_listeners_are_let_go_when_they_leave(served):
    async with asyncio.timeout(10):
        async with reading(served) as stream:
            await next_event(stream)
            assert served.bench.parts.hub.listeners == 1
        while served.bench.parts.hub.listeners:  # noqa: ASYNC110  # the server notices by itself
            await asyncio.sleep(0)


async def test_so_many_may_listen_and_no_more(served):
    served.bench.parts.hub.listeners = 16
    async with (
        aiohttp.ClientSession(headers=BEARER) as client,
        client.get(f"{served.address}/api/v1/events") as answer,
    ):
        assert answer.status == 503
    served.bench.parts.hub.listeners = 0


async def test_it_stops_at_once_though_somebody_listens(served):
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(10), reading(served) as stream:
        await next_event(stream)
        started_s = loop.time()
        await served.stop()

        assert loop.time() - started_s < 3
        assert await stream.read() is not None


async def test_after_a_restart_of_the_worker_it_has_the_same_address_and_the_same_sessions(served):
    address = served.address
    async with aiohttp.ClientSession(
        headers={"Origin": address}, cookie_jar=aiohttp.CookieJar(unsafe=True)
    ) as client:
        await client.post(f"{address}/login", data={"token": OPERATOR})
        await served.stop()
        await served.start()
        answer = await client.get(f"{address}/api/v1/session")

        assert served.address == address
        assert (answer.status, (await answer.json())["role"]) == (200, "operator")


async def test_it_leaves_the_signals_of_the_system_to_the_daemon(served):
    before = signal.getsignal(signal.SIGINT)
    async with aiohttp.ClientSession(headers=BEARER) as client:
        await client.get(f"{served.address}/api/v1/session")

    assert signal.getsignal(signal.SIGINT) is before
    assert "uvicorn" not in repr(before)


async def test_answers_do_not_say_what_serves_them(served):
    async with aiohttp.ClientSession() as client:
        answer = await client.get(f"{served.address}/login")

    assert "server" not in {name.lower() for name in answer.headers}


async def test_an_address_that_is_taken_is_told_once_and_so_is_its_end():
    """The workers of the next rest and of the next day find what those before them have told."""
    told: list[str] = []
    tries = 0
    served = Served(WebSettings(enabled=True, port=0))
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = WebSettings(enabled=True, port=other.getsockname()[1])
        listener = Listener(settings)
        listening = asyncio.Event()

        async def after_a_while(_seconds: float) -> None:
            nonlocal tries
            tries += 1
            if tries == 5:
                other.close()
            if tries == 3:
                raise asyncio.CancelledError

        def new_worker() -> WebWorker:
            return WebWorker(
                served.bench.app,
                served.bench.parts.hub,
                listener,
                on_listening=lambda _address: listening.set(),
                tell=told.append,
                sleep=after_a_while,
            )

        with pytest.raises(asyncio.CancelledError):
            await new_worker().run(lambda: None)
        serving = asyncio.ensure_future(new_worker().run(lambda: None))
        async with asyncio.timeout(10):
            await listening.wait()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        listener.close()

    where = f"127.0.0.1:{settings.port}"
    assert tries == 5
    assert told[0].startswith(f"the dashboard cannot listen on {where}: Address already in use. ")
    assert "web.port" in told[0]
    assert told[1:] == [f"the dashboard listens now: http://{where}/"]


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 50, b"POST /login HTTP/1.1\r\n"]
)
async def test_garbage_on_the_socket_disturbs_nobody(served, garbage):
    host, port = served.address.removeprefix("http://").split(":")
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write(garbage)
    await writer.drain()
    writer.close()

    async with aiohttp.ClientSession(headers=BEARER) as client:
        assert (await client.get(f"{served.address}/api/v1/session")).status == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50\r\n\r\ntoken=",
        b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nGET",
    ],
    ids=["nothing", "half a head", "half a body", "half of a second request"],
)
async def test_whoever_does_not_finish_a_request_is_let_go(served, monkeypatch, sent):
    """Faults 117 and 119: connections that only wait must not keep the operator from the panic button."""
    monkeypatch.setattr(ImpatientProtocol, "limit_s", 0.1)
    port = int(served.address.rpartition(":")[2])
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        await reader.read()  # up to the end: the other side has closed
        writer.close()


async def test_whoever_listens_is_not_let_go_for_being_quiet(served, monkeypatch):
    monkeypatch.setattr(ImpatientProtocol, "limit_s", 0.1)
    async with asyncio.timeout(10), reading(served) as stream:
        await next_event(stream)
        await asyncio.sleep(0.5)
        served.bench.daemon.halts.append("a change")
        status = {"halts": []}
        while "a change" not in status["halts"]:
            status = (await next_event(stream))[1].get("status", status)
