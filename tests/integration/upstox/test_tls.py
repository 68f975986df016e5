"""Only the right host behind the right certificate is talked to (fault 103, V18)."""

import asyncio
import random
import ssl

import pytest
from websockets.asyncio.server import serve

from trading_bot.adapters.upstox.rest import calls, wire
from trading_bot.adapters.upstox.rest.answers import NotSentError
from trading_bot.adapters.upstox.rest.wire import Wire
from trading_bot.adapters.upstox.streams.sockets import KeptStream

ADDRESSES = {
    "/v3/feed/market-data-feed/authorize": calls.market_feed_address,
    "/v2/feed/portfolio-stream-feed/authorize": calls.order_stream_address,
}
RIGHT, WRONG = "127.0.0.1", "localhost"
"""The certificate is for the first; the same server answers to the second as well."""


@pytest.fixture
async def https(self_signed):
    """A server that answers whatever it is asked: its port, and what it received."""
    received = []

    async def serve_one(reader, writer):
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve_one, "127.0.0.1", 0, ssl=self_signed) as server:
        yield server.sockets[0].getsockname()[1], received


def asked(host, port):
    client = Wire(connect_timeout_s=2, read_timeout_s=2, answer_timeout_s=2)
    try:
        return client.exchange("GET", f"https://{host}:{port}/", {"Authorization": "Bearer x"})
    finally:
        client.close()


async def test_wire_talks_to_the_right_host(https, certificate, monkeypatch):
    monkeypatch.setattr(wire.certifi, "where", lambda: str(certificate / "cert.pem"))
    port, received = https

    answer = await asyncio.to_thread(asked, RIGHT, port)

    assert answer.body == b"{}"
    assert len(received) == 1


async def test_wire_sends_nothing_to_a_host_that_the_certificate_does_not_name(
    https, certificate, monkeypatch
):
    monkeypatch.setattr(wire.certifi, "where", lambda: str(certificate / "cert.pem"))
    port, received = https

    with pytest.raises(NotSentError, match="certificate"):
        await asyncio.to_thread(asked, WRONG, port)

    assert received == []


@pytest.fixture
def kept(settings, reads, sleep):
    def make(call, trust=None):
        jitter = random.Random(7).random
        return KeptStream("test", call, settings, reads, jitter=jitter, sleep=sleep, tls=trust)

    return make


@pytest.fixture
async def wss(self_signed, certificate):
    """A socket server behind the certificate: port, handshakes seen, and a context that trusts it."""
    handshakes = []

    async def served(connection):
        handshakes.append(connection.request.path)
        await connection.wait_closed()

    trusting = ssl.create_default_context(cafile=certificate / "cert.pem")
    async with serve(served, "127.0.0.1", 0, ssl=self_signed) as server:
        yield server.sockets[0].getsockname()[1], handshakes, trusting


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("case", [(RIGHT, True, True), (WRONG, True, False), (RIGHT, False, False)], ids=str)
async def test_streams_connect_to_the_right_host_alone(broker, kept, wss, path, case):
    host, is_trusted, is_connected = case
    port, handshakes, trusting = wss
    broker.on_success("GET", path, {"authorized_redirect_uri": f"wss://{host}:{port}/x?code=1"})
    stream = kept(ADDRESSES[path](), trusting if is_trusted else None)

    async with stream._attempt() as connection:
        assert (connection is not None) is is_connected

    assert bool(handshakes) is is_connected
    assert stream.counts == ({"connected": 1} if is_connected else {"not_connected": 1})


async def test_streams_take_no_old_tls(kept):
    stream = kept(calls.market_feed_address())

    assert stream._tls.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert stream._tls.verify_mode is ssl.CERT_REQUIRED
    assert stream._tls.check_hostname
