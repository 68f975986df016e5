"""REST over TLS fails closed (fault 103)."""

import asyncio

import pytest

from trading_bot.adapters.upstox.answers import NotSentError
from trading_bot.adapters.upstox.wire import Wire


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
