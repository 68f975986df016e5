"""Feed and order stream over real sockets: reconnecting, resubscribing, surviving (faults 9, 10, 102)."""

import asyncio
import json
import logging
import random
from contextlib import aclosing, suppress

import pytest
import structlog
from aiohttp import web
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.rest import calls
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.feed import UpstoxFeed
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.adapters.upstox.streams.sockets import KeptStream
from trading_bot.domain.errors import NotAuthorisedError
from trading_bot.domain.market_data import Frame, MarketPhase, MarketStatus
from trading_bot.domain.order import OrderStatus

FEED_ADDRESS = "/v3/feed/market-data-feed/authorize"
STREAM_ADDRESS = "/v2/feed/portfolio-stream-feed/authorize"
NOW_MS = 1_795_147_200_000


class LoopbackStream:
    """Gives each connection the next of its scripts; each script says what the server does."""

    def __init__(self) -> None:
        self.scripts = []
        self.received = []
        self.codes = []
        self.refusals = []
        self.url = ""

    async def serve_one(self, connection):
        script = self.scripts.pop(0) if self.scripts else stay
        with suppress(ConnectionClosed):
            await script(self, connection)

    def process_request(self, connection, request):
        self.codes.append(request.path)
        if self.refusals:
            status = self.refusals.pop(0)
            return connection.respond(status, "no")
        return None


async def stay(_stream, connection):
    await connection.wait_closed()


def sends(*messages):
    async def script(_stream, connection):
        for message in messages:
            await connection.send(message)

    return script


def answers_subscription(*messages, stays=False):
    async def script(stream, connection):
        stream.received.append(await connection.recv())
        for message in messages:
            await connection.send(message)
        if stays:
            await connection.wait_closed()

    return script


@pytest.fixture
async def stream():
    loopback = LoopbackStream()
    patience = {"close_timeout": 0.2}  # at the end nobody waits for a client that does not read
    async with serve(
        loopback.serve_one, "127.0.0.1", 0, process_request=loopback.process_request, **patience
    ) as server:
        loopback.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield loopback


@pytest.fixture
def addresses(broker, stream):
    """Both authorise calls give an address whose code works once."""
    given = iter(range(1, 1000))

    async def reply(_request):
        address = f"{stream.url}/feeds?code={next(given)}"
        return web.json_response({"status": "success", "data": {"authorized_redirect_uri": address}})

    broker.replies["GET", FEED_ADDRESS] = reply
    broker.replies["GET", STREAM_ADDRESS] = reply


@pytest.fixture
def kept(settings, reads, sleep):
    def make(call, settings=settings):
        return KeptStream("test stream", call, settings, reads, jitter=random.Random(7).random, sleep=sleep)

    return make


@pytest.fixture
def feed(addresses, settings, kept):
    return UpstoxFeed(settings, kept(calls.market_feed_address()))


def frame(at_ms=NOW_MS - 10, **prices) -> bytes:
    response = FeedResponse(type=1, currentTs=NOW_MS)
    for key, price in prices.items():
        trade = response.feeds[key].fullFeed.marketFF.ltpc
        trade.ltp, trade.ltt = price, at_ms
    return response.SerializeToString()


def market_open() -> bytes:
    response = FeedResponse(type=2, currentTs=NOW_MS)
    response.marketInfo.segmentStatus["NSE_EQ"] = 2
    return response.SerializeToString()


async def taken(messages, count):
    found = []
    async with asyncio.timeout(5), aclosing(messages):
        async for message in messages:
            found.append(message)
            if len(found) == count:
                return found
    return found


async def test_status_and_ticks_arrive_in_order(stream, feed):
    stream.scripts = [sends(market_open(), frame(A=100.05))]

    status, ticks, lost = await taken(feed.messages(["A"]), 3)

    assert isinstance(status, MarketStatus)
    assert status.phases["NSE_EQ"] is MarketPhase.NORMAL_OPEN
    assert isinstance(ticks, Frame)
    assert ticks.ticks[0].last_price == 10_005
    assert lost is None


async def test_subscription_is_sent_as_bytes_with_held_instruments_first(stream, settings, kept, addresses):
    """Faults 15 and 102."""
    feed = UpstoxFeed(settings, kept(calls.market_feed_address()), priority_keys=lambda: ["C", "NOT WATCHED"])
    stream.scripts = [answers_subscription(frame(A=1.0))]

    await taken(feed.messages(["A", "B", "C"]), 1)

    [request] = stream.received
    assert isinstance(request, bytes)
    assert json.loads(request)["data"] == {"mode": "full", "instrumentKeys": ["C", "A", "B"]}


async def test_each_reconnect_uses_a_new_address_and_subscribes_again(stream, feed):
    stream.scripts = [answers_subscription(frame(A=1.0)), answers_subscription(frame(A=2.0))]

    first, lost, second = await taken(feed.messages(["A"]), 3)

    assert (first.ticks[0].last_price, lost, second.ticks[0].last_price) == (100, None, 200)
    assert stream.codes == ["/feeds?code=1", "/feeds?code=2"]
    assert len(stream.received) == 2


async def test_a_connection_that_is_given_up_is_followed_by_a_new_one(stream, feed):
    """Fault 2: open, answering pings, and silent."""
    stream.scripts = [answers_subscription(frame(A=1.0), stays=True), answers_subscription(frame(A=2.0))]

    found = []
    async with asyncio.timeout(5), aclosing(feed.messages(["A"])) as messages:
        async for message in messages:
            found.append(message)
            if len(found) == 1:
                await feed.reconnect()
            if len(found) == 3:
                break

    first, lost, second = found
    assert (first.ticks[0].last_price, lost, second.ticks[0].last_price) == (100, None, 200)
    assert stream.codes == ["/feeds?code=1", "/feeds?code=2"]


async def test_a_half_open_connection_is_left_when_a_ping_stays_unanswered(stream, settings, kept, addresses):
    """Fault 101, V12, V23: the socket is open and nothing is read there; by default 40 s at most."""
    defaults = UpstoxSettings()
    assert defaults.ping_interval_s + defaults.ping_timeout_s <= 40
    quick = settings.model_copy(update={"ping_interval_s": 0.05, "ping_timeout_s": 0.05})
    stream.scripts = [hears_nothing, answers_subscription(frame(A=2.0))]
    feed = UpstoxFeed(quick, kept(calls.market_feed_address(), quick))

    async with asyncio.timeout(10):
        lost, second = await taken(feed.messages(["A"]), 2)

    assert lost is None
    assert second.ticks[0].last_price == 200


async def hears_nothing(stream, connection):
    """Until the client has come back by another connection."""
    connection.transport.pause_reading()
    while len(stream.codes) < 2:  # noqa: ASYNC110  # the server tells of no event
        await asyncio.sleep(0.01)


async def test_giving_up_a_connection_that_does_not_exist_is_nothing(feed):
    await feed.reconnect()


async def test_reconnects_come_ever_slower_up_to_a_limit(stream, feed, slept):
    stream.scripts = [sends() for _ in range(12)]

    await taken(feed.messages(["A"]), 12)

    assert slept[:3] == sorted(slept[:3])
    assert max(slept) <= 30
    assert sum(slept) > 60


async def test_unreadable_frames_and_text_are_counted_and_survived(stream, feed):
    stream.scripts = [sends(b"\xff\xff\xff", '{"status":"failed","error":"limit"}', frame(A=1.0))]

    [message, _] = await taken(feed.messages(["A"]), 2)

    assert message.ticks[0].last_price == 100
    assert (feed.statistics.malformed, feed.statistics.text_messages) == (1, 1)


async def test_connection_is_made_anew_after_many_unreadable_frames(stream, feed):
    stream.scripts = [answers_subscription(*[b"\xff\xff\xff"] * 20, stays=True), sends(frame(A=1.0))]

    lost, message = await taken(feed.messages(["A"]), 2)

    assert lost is None
    assert message.ticks[0].last_price == 100


async def test_handshake_401_is_raised_and_not_repeated(stream, feed):
    stream.refusals = [401]

    with pytest.raises(NotAuthorisedError):
        await taken(feed.messages(["A"]), 1)

    assert len(stream.codes) == 1


@pytest.mark.usefixtures("addresses")
async def test_connection_that_lived_long_starts_the_back_off_anew(stream, settings, kept, slept):
    instantly = settings.model_copy(update={"healthy_after_s": 1e-9})
    kept_stream = kept(calls.market_feed_address(), settings=instantly)
    stream.scripts = [sends() for _ in range(8)]

    await taken(UpstoxFeed(settings, kept_stream).messages(["A"]), 8)

    assert max(slept) <= 0.1


async def test_first_word_after_a_reconnect_is_context_when_it_is_old(stream, feed):
    old = frame(at_ms=NOW_MS - 61_000, A=1.0)
    stream.scripts = [sends(old, old), sends(old)]

    first, second, _, again = await taken(feed.messages(["A"]), 4)

    assert [message.is_snapshot for message in (first, second, again)] == [True, False, True]


async def test_handshake_403_is_counted_and_sought_again(stream, settings, kept, addresses):
    kept_stream = kept(calls.market_feed_address())
    stream.refusals = [403, 403]
    stream.scripts = [sends(frame(A=1.0))]

    await taken(UpstoxFeed(settings, kept_stream).messages(["A"]), 1)

    assert kept_stream.counts["handshake_403"] == 2


async def test_dead_token_at_the_address_call_is_raised(broker, feed):
    broker.on_error("GET", FEED_ADDRESS, 401, "UDAPI100050")

    with pytest.raises(NotAuthorisedError):
        await taken(feed.messages(["A"]), 1)


async def test_server_with_an_unknown_certificate_is_not_trusted(broker, kept, settings, self_signed):
    async with serve(lambda connection: stay(None, connection), "127.0.0.1", 0, ssl=self_signed) as server:
        port = server.sockets[0].getsockname()[1]
        broker.on_success("GET", FEED_ADDRESS, {"authorized_redirect_uri": f"wss://127.0.0.1:{port}/x"})
        kept_stream = kept(calls.market_feed_address())
        messages = UpstoxFeed(settings, kept_stream).messages(["A"])
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(messages), timeout=0.5)

    assert kept_stream.counts["connected"] == 0
    assert kept_stream.counts["not_connected"] >= 1


async def test_order_stream_yields_none_on_each_connection_and_rows_in_between(stream, kept, addresses):
    row = {
        "update_type": "order",
        "order_id": "A1",
        "tag": "tb9ht00100a1",
        "instrument_token": "NSE_EQ|X",
        "transaction_type": "BUY",
        "product": "I",
        "order_type": "SL",
        "validity": "DAY",
        "quantity": 10,
        "filled_quantity": 0,
        "status": "trigger pending",
    }
    stream.scripts = [
        sends("not json", '{"update_type":"position"}', '{"order_id":"A2"}', json.dumps(row)),
        sends(),
    ]
    oddities = Oddities()
    orders = OrderStream(kept(calls.order_stream_address()), oddities)

    connected, report, again = await taken(orders.updates(), 3)

    assert (connected, again) == (None, None)
    assert (report.order_id, report.status) == ("A1", OrderStatus.TRIGGER_PENDING)
    assert sum(count for kind, count in oddities.counts.items() if kind.startswith("order stream")) == 3


async def test_single_use_code_is_not_logged(stream, feed, caplog):
    caplog.set_level(logging.DEBUG)
    stream.scripts = [sends(frame(A=1.0))]
    with structlog.testing.capture_logs() as logs:
        await taken(feed.messages(["A"]), 2)

    ours = [record.getMessage() for record in caplog.records if record.name != "websockets.server"]
    assert "code=" not in " ".join([*ours, repr(logs)])


async def test_order_stream_asks_for_order_updates(broker, stream, kept, addresses):
    stream.scripts = [stay]

    await taken(OrderStream(kept(calls.order_stream_address()), Oddities()).updates(), 1)

    assert broker.asked[0].raw_path == f"{STREAM_ADDRESS}?update_types=order"
