"""Every fault kind, as a client meets it."""

import asyncio
import json

import aiohttp
import pytest
from google.protobuf.message import DecodeError
from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as schema

from tests.fakes.scripted_market import RELIANCE, SBIN
from trading_bot.domain.ist import datetime_of

PLACE = "/v3/order/place"
LIMIT_BUY = {
    "instrument_token": RELIANCE.key, "quantity": 10, "product": "I", "validity": "DAY",
    "order_type": "LIMIT", "transaction_type": "BUY", "price": 1390.0, "trigger_price": 0,
    "disclosed_quantity": 0, "is_amo": False, "tag": "tb1",
}  # fmt: skip


async def schedule(client, *rules: dict) -> None:
    status, body = await client.call("POST", "/simulator/faults", json=list(rules))
    assert status == 200, body


async def orders(client) -> int:
    return len(await client.get("/v2/order/retrieve-all"))


@pytest.mark.parametrize(("kind", "known"), [("drop_before", 0), ("drop_after", 1), ("reset", 1)])
async def test_a_dropped_place_was_carried_out_or_not(start, connect, kind, known):
    client = connect(await start())
    await schedule(client, {"kind": kind, "path": PLACE, "count": 1})

    with pytest.raises(aiohttp.ClientError):
        await client.call("POST", PLACE, json=LIMIT_BUY)

    assert await orders(client) == known


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize(
    ("body", "starts"), [("html", "<html"), ("empty", ""), ("json", '{"status":"error"')]
)
async def test_an_http_error_says_nothing_about_the_order(start, connect, processed, body, starts):
    client = connect(await start())
    await schedule(
        client, {"kind": "http_error", "path": PLACE, "status": 502, "body": body, "processed": processed}
    )

    async with client.session.post(client.address + PLACE, json=LIMIT_BUY) as answer:
        text = await answer.text()

    assert answer.status == 502
    assert text.startswith(starts)
    assert await orders(client) == (1 if processed else 0)


@pytest.mark.parametrize(("kind", "start_of_body"), [("empty_body", ""), ("html_body", "<html")])
async def test_a_spoiled_body_comes_with_200_after_the_order_was_taken(start, connect, kind, start_of_body):
    client = connect(await start())
    await schedule(client, {"kind": kind, "path": PLACE})

    async with client.session.post(client.address + PLACE, json=LIMIT_BUY) as answer:
        assert (await answer.text()).startswith(start_of_body)

    assert answer.status == 200
    assert await orders(client) == 1


@pytest.mark.parametrize("kind", ["delay", "slow_body"])
async def test_a_late_answer_is_a_true_one(start, connect, kind):
    client = connect(await start())
    await schedule(client, {"kind": kind, "path": PLACE, "seconds": 0.01})

    status, body = await client.call("POST", PLACE, json=LIMIT_BUY)

    assert (status, len(body["data"]["order_ids"])) == (200, 1)


async def test_a_stale_book_shows_orders_later(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "stale_book_s", "seconds": 60})
    await client.call("POST", PLACE, json=LIMIT_BUY)

    assert await orders(client) == 0
    assert (await client.call("GET", "/v2/order/history?tag=tb1"))[0] == 404

    await client.call("DELETE", "/simulator/faults")
    assert await orders(client) == 1


async def test_rules_count_their_strikes(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "http_error", "path": "/v2/user/*", "method": "GET", "count": 2})

    answers = [(await client.call("GET", "/v2/user/profile"))[0] for _ in range(3)]

    assert answers == [500, 500, 200]
    assert (await client.call("GET", "/simulator/faults"))[1][0]["strikes"] == 2


async def test_a_mistake_in_a_schedule_is_refused_by_name(start, connect):
    status, body = await connect(await start()).call(
        "POST", "/simulator/faults", json=[{"kind": "delay", "x": 1}]
    )

    assert status == 400
    assert "x" in body["errors"][0]["message"]


async def test_a_handshake_can_be_refused(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "handshake_403", "count": 1})

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await client.socket()
    await client.socket()

    assert caught.value.status == 403


async def subscribed(client, *keys: str):
    socket = await client.socket()
    await socket.receive()
    request = {"method": "sub", "data": {"mode": "ltpc", "instrumentKeys": keys}}
    await socket.send_bytes(json.dumps(request).encode())
    async with asyncio.timeout(5):
        return socket, await socket.receive()


async def test_a_muted_key_is_missing_from_the_feed(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "mute_feed", "keys": [SBIN.key]})

    _, message = await subscribed(client, SBIN.key, RELIANCE.key)

    assert set(schema.FeedResponse.FromString(message.data).feeds) == {RELIANCE.key}


async def test_a_malformed_frame_cannot_be_decoded(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "malformed_frame", "count": 1})

    _, message = await subscribed(client, RELIANCE.key)

    with pytest.raises(DecodeError):
        schema.FeedResponse.FromString(message.data)


async def test_a_socket_can_be_reset(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "reset", "path": "/v3/feed/market-data-feed"})

    _, message = await subscribed(client, RELIANCE.key)

    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


async def test_the_order_stream_can_be_reset(start, connect):
    client = connect(await start())
    socket = await client.socket("/v2/feed/portfolio-stream-feed")
    await schedule(client, {"kind": "reset", "path": "/v2/feed/portfolio-stream-feed", "count": 1})

    await client.call("POST", PLACE, json=LIMIT_BUY)
    async with asyncio.timeout(5):
        message = await socket.receive()

    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


@pytest.mark.parametrize(
    ("kind", "order_of_states"),
    [("mute_orders", [1]), ("duplicate_orders", [0, 0]), ("reorder_orders", [1, 0])],
)
async def test_the_order_stream_loses_repeats_and_swaps_messages(start, connect, kind, order_of_states):
    client = connect(await start())
    socket = await client.socket("/v2/feed/portfolio-stream-feed")
    await schedule(client, {"kind": kind, "count": 1})

    await client.call("POST", PLACE, json=LIMIT_BUY)
    async with asyncio.timeout(5):
        seen = [json.loads(await socket.receive_str())["status"] for _ in order_of_states]

    states = [row["status"] for row in await client.get("/v2/order/history", tag="tb1")]
    assert seen == [states[index] for index in order_of_states]


@pytest.mark.parametrize("name", ["/v3/feed/market-data-feed", "/v2/feed/portfolio-stream-feed"])
async def test_nothing_passes_through_a_half_open_socket_until_it_is_healed(start, connect, name):
    client = connect(await start(idle_ping_s=0.01))
    await schedule(client, {"kind": "half_open", "path": name})
    data = await client.get(f"{name}/authorize")
    socket = await client.open(data["authorized_redirect_uri"], autoping=False)
    if name.startswith("/v3"):
        await socket.receive()  # the market's state, sent with the handshake

    await socket.ping(b"hello")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await socket.receive()
    await client.call("DELETE", "/simulator/faults")

    async with asyncio.timeout(5):
        assert (await socket.receive()).type is aiohttp.WSMsgType.PING


async def test_a_skewed_clock_is_in_the_frames_and_not_in_the_session(start, connect):
    client = connect(await start())
    await schedule(client, {"kind": "clock_skew", "seconds": 3600})

    _, message = await subscribed(client, RELIANCE.key)

    told_ms = schema.FeedResponse.FromString(message.data).currentTs
    assert datetime_of(told_ms).hour == 10
    assert (await client.call("GET", "/simulator/clock"))[1]["now"].find("T09:1") > 0
