"""The bare wire: verified, and patient for a bounded time only (faults 34, 103)."""

import asyncio

import pytest

from trading_bot.adapters.upstox.rest.answers import NoAnswerError, NotSentError
from trading_bot.adapters.upstox.rest.wire import Wire


async def test_server_with_an_unknown_certificate_is_sent_nothing(self_signed):
    received = []

    async def serve_one(reader, writer):
        received.append(await reader.read(10))
        writer.close()

    server = await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=self_signed)
    wire = Wire(connect_timeout_s=1, read_timeout_s=1, answer_timeout_s=1)
    port = server.sockets[0].getsockname()[1]

    with pytest.raises(NotSentError, match="certificate"):
        await asyncio.to_thread(wire.exchange, "GET", f"https://127.0.0.1:{port}/", {"Authorization": "x"})

    wire.close()
    server.close()
    assert received == []


async def test_silent_server_is_waited_for_no_longer_than_told(broker):
    broker.hangs("PUT", "/x")
    wire = Wire(connect_timeout_s=1, read_timeout_s=0.2, answer_timeout_s=1)

    with pytest.raises(NoAnswerError, match="ReadTimeoutError"):
        await asyncio.wait_for(asyncio.to_thread(wire.exchange, "PUT", broker.url + "/x", {}), timeout=3)

    wire.close()


async def test_errors_name_the_path_without_its_query(broker):
    broker.drops("GET", "/x")
    wire = Wire(connect_timeout_s=1, read_timeout_s=0.2, answer_timeout_s=1)

    with pytest.raises(NoAnswerError) as caught:
        await asyncio.to_thread(wire.exchange, "GET", broker.url + "/x?code=9Xk2", {})

    wire.close()
    assert "GET /x" in str(caught.value)
    assert "9Xk2" not in str(caught.value)
