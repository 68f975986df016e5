"""The two WebSockets: handshakes, subscriptions, payloads by mode, pacing, order messages."""

import asyncio
import json
from datetime import time

import aiohttp
import pytest
from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as schema

from tests.fakes.scripted_market import CALL, CLOSES, NIFTY, RELIANCE, SBIN, moment, update
from trading_bot.domain.instrument import Segment

LIMIT_BUY = {
    "instrument_token": RELIANCE.key, "quantity": 10, "product": "I", "validity": "DAY",
    "order_type": "LIMIT", "transaction_type": "BUY", "price": 1401.0, "trigger_price": 0,
    "disclosed_quantity": 0, "is_amo": False, "tag": "tb1",
}  # fmt: skip
FREE_RUNNING = {"speed": 0, "start_at": time(9, 14), "hold_at": time(9, 14), "first_client_wait_s": 5}


async def frame(socket) -> schema.FeedResponse:
    async with asyncio.timeout(5):
        message = await socket.receive()
    assert message.type is aiohttp.WSMsgType.BINARY, message
    return schema.FeedResponse.FromString(message.data)


async def subscribe(socket, mode: str, *keys: str, method: str = "sub") -> None:
    request = {"guid": "1", "method": method, "data": {"mode": mode, "instrumentKeys": keys}}
    await socket.send_bytes(json.dumps(request).encode())


async def test_market_info_comes_before_anything_else(start, connect):
    socket = await connect(await start()).socket()

    info = await frame(socket)

    assert info.type == schema.Type.market_info
    assert info.marketInfo.segmentStatus["NSE_EQ"] == schema.MarketStatus.NORMAL_OPEN


async def test_closing_auction_state_is_published_when_it_begins(start, connect):
    client = connect(await start(start_at=time(15, 15), hold_at=time(15, 15)))

    info = await frame(await client.socket())

    assert info.marketInfo.casMarketStatus[Segment.NSE_EQ].status == "CTS_CLOSE"


@pytest.mark.parametrize(("is_live", "kind"), [(False, "initial_feed"), (True, "live_feed")])
async def test_snapshot_follows_a_subscription(start, connect, is_live, kind):
    socket = await connect(await start(snapshot_is_live_feed=is_live)).socket()
    await frame(socket)

    await subscribe(socket, "full", RELIANCE.key, NIFTY.key, "NSE_EQ|UNKNOWN")
    snapshot = await frame(socket)

    assert schema.Type.Name(snapshot.type) == kind
    assert set(snapshot.feeds) == {RELIANCE.key, NIFTY.key}
    full = snapshot.feeds[RELIANCE.key].fullFeed.marketFF
    assert (full.ltpc.ltp, full.vtt, full.casEligible) == (1400.0, 100, True)
    assert [quote.bidP for quote in full.marketLevel.bidAskQuote] == [1399.95, 1399.9, 0, 0, 0]
    assert [bar.interval for bar in full.marketOHLC.ohlc] == ["1d", "I1"]
    assert snapshot.feeds[NIFTY.key].fullFeed.indexFF.ltpc.ltp == 26000.0


async def test_each_mode_has_its_payload(start, connect):
    socket = await connect(await start()).socket()
    await frame(socket)

    await subscribe(socket, "ltpc", SBIN.key)
    assert (await frame(socket)).feeds[SBIN.key].ltpc.cp == 800.0
    await subscribe(socket, "option_greeks", CALL.key)
    greeks = (await frame(socket)).feeds[CALL.key]
    assert greeks.requestMode == schema.RequestMode.option_greeks
    assert greeks.firstLevelWithGreeks.firstDepth.askP == 120.05


async def test_text_frames_and_unreadable_requests_are_ignored(start, connect):
    socket = await connect(await start()).socket()
    await frame(socket)

    await socket.send_str(json.dumps({"method": "sub", "data": {"instrumentKeys": [SBIN.key]}}))
    await socket.send_bytes(b"\x00 no json")
    await subscribe(socket, "ltpc", RELIANCE.key)

    assert set((await frame(socket)).feeds) == {RELIANCE.key}


async def test_what_changed_in_one_moment_travels_in_one_frame(start, connect):
    moments = (
        moment("09:15:00", update(RELIANCE, "09:15:00", 140_000), update(SBIN, "09:15:00", 80_000)),
        moment("09:15:01", update(SBIN, "09:15:01", 80_010, volume=120)),
    )
    socket = await connect(await start(moments, **FREE_RUNNING)).socket()
    await frame(socket)
    await subscribe(socket, "ltpc", RELIANCE.key, SBIN.key)
    await frame(socket)

    frames = [await frame(socket) for _ in range(3)]

    feeds = [set(one.feeds) for one in frames if one.type == schema.Type.live_feed]
    assert feeds == [{RELIANCE.key, SBIN.key}, {SBIN.key}]
    assert frames[-1].currentTs == 1795059901000


@pytest.mark.parametrize(("omits", "has_ltpc"), [(True, False), (False, True)])
async def test_a_change_of_depth_alone_comes_without_ltpc(start, connect, omits, has_ltpc):
    first = update(RELIANCE, "09:15:00", 140_000)
    moments = (moment("09:15:00", first), moment("09:15:01", first._replace(asks=())))
    settings = FREE_RUNNING | {"omits_ltpc_when_only_depth_changed": omits}
    socket = await connect(await start(moments, **settings)).socket()
    await frame(socket)
    await subscribe(socket, "full", RELIANCE.key)
    await frame(socket)

    frames = [await frame(socket) for _ in range(3)]

    last = frames[-1].feeds[RELIANCE.key].fullFeed.marketFF
    assert last.HasField("ltpc") is has_ltpc
    assert last.marketLevel.bidAskQuote[0].askP == 0


async def test_unsubscribed_keys_are_silent(start, connect):
    socket = await connect(await start()).socket()
    await frame(socket)
    await subscribe(socket, "ltpc", RELIANCE.key)
    await frame(socket)

    await subscribe(socket, "", RELIANCE.key, method="unsub")
    await subscribe(socket, "full", RELIANCE.key, method="change_mode")
    await subscribe(socket, "ltpc", SBIN.key)

    assert set((await frame(socket)).feeds) == {SBIN.key}


async def test_the_30_level_mode_needs_the_plus_plan(start, connect):
    socket = await connect(await start()).socket()
    await frame(socket)

    await subscribe(socket, "full_d30", RELIANCE.key)
    async with asyncio.timeout(5):
        message = await socket.receive()

    assert message.type is aiohttp.WSMsgType.TEXT
    assert json.loads(message.data)["status"] == "failed"


async def test_an_address_works_once(start, connect):
    client = connect(await start())
    url = (await client.get("/v3/feed/market-data-feed/authorize"))["authorized_redirect_uri"]
    await client.open(url)

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await client.open(url)

    assert caught.value.status == 403


async def test_the_direct_entry_redirects_to_a_one_time_address(start, connect):
    client = connect(await start())

    async with client.session.get(
        client.address + "/v3/feed/market-data-feed", allow_redirects=False
    ) as answer:
        location = answer.headers["Location"]

    assert answer.status == 302
    assert (await frame(await client.open(location))).type == schema.Type.market_info


async def test_the_third_feed_connection_is_refused(start, connect):
    client = connect(await start())
    held = [await client.socket() for _ in range(2)]

    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await client.socket()

    assert caught.value.status == 403
    assert not any(socket.closed for socket in held)


@pytest.mark.parametrize("cuts", [True, False])
async def test_open_sockets_die_with_their_token_or_are_kept(start, connect, cuts):
    client = connect(await start(cuts_sockets_when_token_dies=cuts))
    socket = await client.socket()
    await frame(socket)

    await client.call("POST", "/simulator/token", json={"action": "expire"})
    await subscribe_if_open(socket)
    async with asyncio.timeout(5):
        message = await socket.receive()

    assert (message.type is aiohttp.WSMsgType.BINARY) is not cuts


async def subscribe_if_open(socket) -> None:
    try:
        await subscribe(socket, "ltpc", RELIANCE.key)
    except ConnectionError:
        return


async def test_the_session_waits_for_its_first_subscription(start, connect):
    server = await start([moment("09:15:00", update(RELIANCE, "09:15:00", 140_000))], **FREE_RUNNING)
    client = connect(server)
    _, before = await client.call("GET", "/simulator/clock")

    socket = await client.socket()
    await frame(socket)
    await subscribe(socket, "ltpc", RELIANCE.key)
    await frame(socket)
    first = await frame(socket)

    assert before["now"] == "2026-11-19T09:14:00+05:30"
    assert before["phase"] == "pre_open"
    assert first.currentTs > before["now_ms"]


async def test_the_clock_does_not_outrun_a_client_that_owes_a_pong(start, connect):
    moments = [moment(f"09:15:{second:02}", update(RELIANCE, f"09:15:{second:02}", 140_000 + second))
               for second in range(60)]  # fmt: skip
    client = connect(await start(moments, **FREE_RUNNING))
    data = await client.get("/v3/feed/market-data-feed/authorize")
    socket = await client.open(data["authorized_redirect_uri"], autoping=False)
    await subscribe(socket, "ltpc", RELIANCE.key)
    async with asyncio.timeout(5):
        while (await socket.receive()).type is not aiohttp.WSMsgType.PING:
            pass

    _, clock = await client.call("GET", "/simulator/clock")

    assert clock["now"] <= "2026-11-19T09:14:01+05:30"


@pytest.mark.parametrize("name", ["/v3/feed/market-data-feed", "/v2/feed/portfolio-stream-feed"])
async def test_idle_sockets_are_pinged_again_and_again(start, connect, name):
    client = connect(await start(idle_ping_s=0.01))
    data = await client.get(f"{name}/authorize")
    socket = await client.open(data["authorized_redirect_uri"], autoping=False)

    kinds = []
    async with asyncio.timeout(5):
        while kinds.count(aiohttp.WSMsgType.PING) < 3:
            kinds.append((await socket.receive()).type)

    assert not socket.closed


@pytest.mark.parametrize("name", ["/v3/feed/market-data-feed", "/v2/feed/portfolio-stream-feed"])
async def test_pings_of_a_client_are_answered(start, connect, name):
    client = connect(await start())
    data = await client.get(f"{name}/authorize")
    socket = await client.open(data["authorized_redirect_uri"], autoping=False)

    await socket.ping(b"hello")
    async with asyncio.timeout(5):
        while (message := await socket.receive()).type is not aiohttp.WSMsgType.PONG:
            pass

    assert message.data == b"hello"


async def order_message(socket) -> dict:
    async with asyncio.timeout(5):
        return json.loads(await socket.receive_str())


async def test_order_states_are_pushed_as_text(start, connect):
    client = connect(await start())
    socket = await client.socket("/v2/feed/portfolio-stream-feed")

    await client.call("POST", "/v3/order/place", json=LIMIT_BUY)
    messages = [await order_message(socket)]
    while messages[-1]["status"] != "complete":
        messages.append(await order_message(socket))

    history = await client.get("/v2/order/history", tag="tb1")
    assert [message["status"] for message in messages] == [row["status"] for row in history]
    assert {message["update_type"] for message in messages} == {"order"}
    assert messages[-1]["filled_quantity"] == 10
    assert messages[-1]["userId"] == messages[-1]["user_id"] == "SIM001"
    assert messages[-1]["instrument_key"] == RELIANCE.key


async def test_positions_are_pushed_when_they_are_asked_for(start, connect):
    client = connect(await start())
    socket = await client.socket("/v2/feed/portfolio-stream-feed", update_types="position")

    await client.call("POST", "/v3/order/place", json=LIMIT_BUY)
    async with asyncio.timeout(5):
        message = json.loads(await socket.receive_str())

    assert (message["update_type"], message["exchange"], message["quantity"]) == ("position", "NSE_EQ", 10)
    assert "pnl" not in message


async def test_all_instruments_close_and_the_session_finishes(start, connect):
    moments = [moment("09:15:00", *(update(one, "09:15:00", CLOSES[one.key]) for one in (RELIANCE, SBIN)))]
    server = await start(moments, speed=0)

    async with asyncio.timeout(5):
        await server.wait_finished()

    assert server.simulation.phase == "closed"


async def test_a_stream_client_that_falls_behind_is_cut(start, connect):
    client = connect(await start(stream_queue_size=1))
    socket = await client.socket("/v2/feed/portfolio-stream-feed")
    (stream_client,) = client.server.simulation.stream.clients

    row_of = client.server.simulation.core.order_rows
    await client.call("POST", "/v3/order/place", json=LIMIT_BUY)
    for _ in range(3):
        stream_client.push(row_of()[0])
    async with asyncio.timeout(5):
        while (await socket.receive()).type is aiohttp.WSMsgType.TEXT:
            pass

    assert client.server.simulation.stream.clients == []
