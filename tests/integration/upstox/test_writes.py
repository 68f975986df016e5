"""Orders over a real socket: each write is sent exactly once, however it ends (faults 34-45)."""

import asyncio
import json
import socket
import threading

import pytest
from aiohttp import web
from pydantic import SecretStr

from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.offload import ThreadOffload
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.domain.instrument import Product
from trading_bot.domain.order import OrderRequest, OrderTerms, OrderType, Purpose, Side
from trading_bot.engine.ports import Accepted, Refused, Unknown

PLACE, MODIFY, CANCEL = "/v3/order/place", "/v3/order/modify", "/v3/order/cancel"
REQUEST = OrderRequest(
    tag="tb9ht00100a1",
    instrument_key="NSE_EQ|INE002A01018",
    side=Side.BUY,
    product=Product.INTRADAY,
    purpose=Purpose.ENTRY,
    terms=OrderTerms(order_type=OrderType.LIMIT, quantity=10, price=140_005),
)
MARKET = OrderTerms(order_type=OrderType.MARKET, quantity=10)
STOP = OrderTerms(order_type=OrderType.STOP_LIMIT, quantity=10, price=138_600, trigger_price=140_000)


@pytest.fixture
def upstox(settings, transport, reads):
    oddities = Oddities()
    return UpstoxBroker(settings, transport, reads, OrderStream(None, oddities), oddities)


WRITES = {
    ("POST", PLACE): lambda upstox: upstox.place(REQUEST),
    ("PUT", MODIFY): lambda upstox: upstox.modify("A1", STOP),
    ("DELETE", CANCEL): lambda upstox: upstox.cancel("A1"),
}


@pytest.fixture(params=list(WRITES), ids=lambda route: route[0])
def write(request, upstox):
    return request.param, lambda: WRITES[request.param](upstox)


async def test_placed_order_is_accepted_under_the_broker_s_id(broker, upstox):
    broker.on_success("POST", PLACE, {"order_ids": ["261120000100017"]})

    assert await upstox.place(REQUEST) == Accepted("261120000100017")


async def test_place_sends_every_field_in_the_broker_s_words(broker, upstox):
    broker.on_success("POST", PLACE, {"order_ids": ["1"]})

    await upstox.place(REQUEST)

    [asked] = broker.asked
    assert json.loads(asked.body) == {
        "instrument_token": "NSE_EQ|INE002A01018",
        "quantity": 10,
        "product": "I",
        "validity": "DAY",
        "order_type": "LIMIT",
        "transaction_type": "BUY",
        "price": 1400.05,
        "trigger_price": 0.0,
        "disclosed_quantity": 0,
        "is_amo": False,
        "slice": False,
        "tag": "tb9ht00100a1",
        "market_protection": 0,
    }


async def test_market_order_always_carries_protection(broker, upstox):
    broker.on_success("PUT", MODIFY, {"order_id": "A1"})

    await upstox.modify("A1", MARKET)

    assert json.loads(broker.asked[0].body)["market_protection"] == -1


async def test_modify_sends_the_total_quantity_and_both_prices(broker, upstox):
    broker.on_success("PUT", MODIFY, {"order_id": "A1"})

    assert await upstox.modify("A1", STOP) == Accepted("A1")

    sent = json.loads(broker.asked[0].body)
    assert (sent["quantity"], sent["price"], sent["trigger_price"]) == (10, 1386.0, 1400.0)


async def test_writes_carry_the_token_a_normal_agent_and_no_unregistered_algo_name(broker, upstox):
    broker.on_success("DELETE", CANCEL, {"order_id": "A1"})

    await upstox.cancel("A1")

    headers = broker.asked[0].headers
    assert headers["Authorization"] == "Bearer canary-7f3a91-token"
    assert "Swagger" not in headers["User-Agent"]
    assert "X-Algo-Name" not in headers


async def test_registered_algo_name_goes_with_every_write(broker, settings, transport, reads):
    named = settings.model_copy(update={"algo_name": "steady"})
    upstox = UpstoxBroker(named, transport, reads, OrderStream(None, Oddities()), Oddities())

    for make in WRITES.values():
        await make(upstox)

    assert [asked.headers["X-Algo-Name"] for asked in broker.asked] == ["steady"] * 3


async def test_dropped_connection_leaves_one_request_and_an_unknown_outcome(broker, write):
    route, make = write
    broker.drops(*route)

    outcome = await make()

    assert isinstance(outcome, Unknown)
    assert len(broker.asked) == 1


async def test_read_timeout_leaves_one_request_and_an_unknown_outcome(broker, write):
    route, make = write
    broker.hangs(*route)

    outcome = await make()

    assert isinstance(outcome, Unknown)
    assert len(broker.asked) == 1


async def test_body_that_trickles_for_ever_ends_in_an_unknown_outcome(broker, write):
    route, make = write

    async def trickle(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while not broker.released.is_set():
            await response.write(b" ")
            await asyncio.sleep(0.05)
        return response

    broker.replies[route] = trickle

    outcome = await make()

    broker.released.set()
    assert isinstance(outcome, Unknown)
    assert len(broker.asked) == 1


async def test_connection_cut_inside_the_body_is_unknown(broker, write):
    route, make = write

    async def cut(request):
        response = web.StreamResponse(headers={"Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"status":"success","data":{"order_ids":["1"],"order_id":"A1"}}')
        request.transport.close()
        return response

    broker.replies[route] = cut

    assert isinstance(await make(), Unknown)
    assert len(broker.asked) == 1


@pytest.mark.parametrize("status", [200, 403, 500, 502, 503, 504])
async def test_html_or_empty_bodies_are_unknown(broker, write, status):
    route, make = write
    for body in (b"<html>error 1010</html>", b""):
        broker.on(*route, status, body)

        assert isinstance(await make(), Unknown)


async def test_redirect_is_not_followed_with_the_token(broker, write):
    route, make = write

    async def redirect(_request):
        raise web.HTTPTemporaryRedirect("/elsewhere")

    broker.replies[route] = redirect

    assert isinstance(await make(), Unknown)
    assert "/elsewhere" not in broker.paths()


async def test_refused_connection_proves_that_nothing_was_sent(settings, reads):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        free = f"http://127.0.0.1:{taken.getsockname()[1]}"
    nobody = settings.model_copy(update={"order_url": free})
    lane = ThreadOffload("write", 1)
    transport = UpstoxTransport(nobody, lambda: SecretStr("t"), write_lane=lane, read_lane=lane)

    outcome = await UpstoxBroker(nobody, transport, reads, None, Oddities()).place(REQUEST)

    transport.close()
    assert isinstance(outcome, Refused)
    assert outcome.code == "NOT_SENT"


async def test_without_a_token_nothing_is_sent(broker, settings, reads):
    lane = ThreadOffload("write", 1)
    transport = UpstoxTransport(settings, lambda: None, write_lane=lane, read_lane=lane)

    outcome = await UpstoxBroker(settings, transport, reads, None, Oddities()).place(REQUEST)

    transport.close()
    assert isinstance(outcome, Refused)
    assert broker.asked == []


async def test_unregistered_address_is_refused_by_name(broker, write):
    """Fault 32."""
    route, make = write
    broker.on_error(*route, 403, "UDAPI1154", "static IP mismatch")

    outcome = await make()

    assert isinstance(outcome, Refused)
    assert outcome.code == "UDAPI1154"


async def test_orders_go_to_the_order_host_and_books_to_the_other(broker, settings, reads):
    split = settings.model_copy(update={"api_url": "http://127.0.0.1:1"})
    lane = ThreadOffload("write", 1)
    transport = UpstoxTransport(split, lambda: SecretStr("t"), write_lane=lane, read_lane=lane)
    broker.on_success("POST", PLACE, {"order_ids": ["1"]})

    outcome = await UpstoxBroker(split, transport, reads, None, Oddities()).place(REQUEST)

    transport.close()
    assert outcome == Accepted("1")


async def test_writes_do_not_queue_behind_slow_reads(broker, upstox, reads):
    broker.hangs("GET", "/v2/order/retrieve-all")
    broker.on_success("POST", PLACE, {"order_ids": ["1"]})
    slow = [asyncio.create_task(upstox.orders()) for _ in range(8)]
    await asyncio.sleep(0)

    outcome = await asyncio.wait_for(upstox.place(REQUEST), timeout=0.25)

    broker.released.set()
    await asyncio.gather(*slow, return_exceptions=True)
    assert outcome == Accepted("1")


async def test_transport_keeps_only_its_own_bounded_threads(broker, upstox):
    broker.on_success("POST", PLACE, {"order_ids": ["1"]})

    await asyncio.gather(*(upstox.place(REQUEST) for _ in range(20)))

    ours = [thread for thread in threading.enumerate() if thread.name.startswith("write")]
    pools = [thread for thread in threading.enumerate() if type(thread).__name__ == "DummyProcess"]
    assert len(ours) <= 2
    assert pools == []
