"""After-market orders over the wire: both readings of `is_amo`, and what every read shows of a kept order."""

import asyncio
import json
import random
from datetime import time

import pytest
from pydantic import SecretStr

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.scripted_market import CALL, RELIANCE
from tests.integration.simulator.conftest import MORNING, TOKEN, open_session
from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.offload import ThreadOffload
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker
from trading_bot.adapters.upstox.rest.transport import UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.domain.order import OrderStatus
from trading_bot.engine.commands import Alert, CancelOrder
from trading_bot.engine.inputs import OperatorWish
from trading_bot.engine.ports import Accepted

LIMIT_BUY = {
    "instrument_token": RELIANCE.key, "quantity": 10, "product": "I", "validity": "DAY",
    "order_type": "LIMIT", "transaction_type": "BUY", "price": 1401.0, "trigger_price": 0,
    "disclosed_quantity": 0, "is_amo": True, "tag": "tb1",
}  # fmt: skip
STRICT = {"refuses_amo_in_session": True, "requires_amo_outside_session": True}
RECEIVED, MODIFIED, CANCELLED = (
    "after market order req received",
    "modify after market order req received",
    "cancelled after market order",
)
SENT_ON = ["put order req received", "validation pending", "open pending"]


@pytest.fixture
async def morning(start, connect):
    return connect(await start(**MORNING))


async def placed(client, **changes) -> str:
    status, body = await client.call("POST", "/v3/order/place", json=LIMIT_BUY | changes)
    assert status == 200, body
    return body["data"]["order_ids"][0]


async def refused(client, **changes) -> tuple[int, str]:
    status, body = await client.call("POST", "/v3/order/place", json=LIMIT_BUY | changes)
    return status, body["errors"][0]["errorCode"]


async def statuses(client, order_id: str) -> list[str]:
    return [row["status"] for row in await client.get("/v2/order/history", order_id=order_id)]


# --- the flag ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_amo", [True, False])
async def test_where_the_session_decides_the_flag_changes_nothing_outside_of_it(morning, is_amo):
    order_id = await placed(morning, is_amo=is_amo)

    row = await morning.get("/v2/order/details", order_id=order_id)
    assert (row["status"], row["is_amo"]) == (RECEIVED, True)


@pytest.mark.parametrize("is_amo", [True, False])
async def test_where_the_session_decides_the_flag_changes_nothing_inside_of_it(start, connect, is_amo):
    client = connect(await start())

    order_id = await placed(client, is_amo=is_amo)

    row = await client.get("/v2/order/details", order_id=order_id)
    assert row["is_amo"] is False
    assert (await statuses(client, order_id))[0] == "put order req received"


async def test_where_the_flag_has_to_fit_it_is_refused_in_the_session(start, connect):
    client = connect(await start(**STRICT))

    assert await refused(client) == (400, "UDAPI100039")
    assert await statuses(client, await placed(client, is_amo=False))
    assert len(client.server.simulation.core.order_rows()) == 1


async def test_where_the_flag_has_to_fit_it_is_required_outside_the_session(start, connect):
    client = connect(await start(**MORNING, **STRICT))

    assert await refused(client, is_amo=False) == (400, "UDAPI100057")
    assert await statuses(client, await placed(client)) == [RECEIVED]


async def test_the_hours_are_those_of_the_instrument(start, connect):
    """The closing auction of a share is its session; a derivative's goes on after it."""
    client = connect(await start((), **(STRICT | {"start_at": time(15, 36), "hold_at": time(15, 36)})))

    assert await refused(client) == (400, "UDAPI100057")
    assert await refused(client, instrument_token=CALL.key, quantity=65, product="D") == (400, "UDAPI100039")


@pytest.mark.parametrize("variant", [{}, STRICT])
async def test_between_its_windows_and_the_session_nothing_is_taken(start, connect, variant):
    client = connect(await start(**(MORNING | variant | {"start_at": time(9), "hold_at": time(9)})))

    assert await refused(client) == (400, "UDAPI100057")


async def test_before_the_order_service_starts_nothing_is_taken_either(start, connect):
    client = connect(await start(**(MORNING | {"start_at": time(5, 20), "hold_at": time(5, 20)})))

    assert await refused(client) == (400, "UDAPI100074")


async def test_an_order_from_the_app_is_judged_alike(start, connect):
    client = connect(await start(**MORNING, **STRICT))
    terms = {name: LIMIT_BUY[name] for name in ("instrument_token", "quantity", "transaction_type")}

    unflagged, _ = await client.call("POST", "/simulator/orders", json=terms)
    flagged, body = await client.call("POST", "/simulator/orders", json=terms | {"is_amo": True})

    assert (unflagged, flagged) == (400, 200)
    assert await statuses(client, body["data"]["order_ids"][0]) == [RECEIVED]


# --- what is shown and can be done ------------------------------------------------------------------------


async def test_every_read_shows_a_kept_order_and_its_way_into_the_session(morning):
    order_id = await placed(morning)
    assert [row["status"] for row in await morning.get("/v2/order/retrieve-all")] == [RECEIVED]
    assert await morning.get("/v2/order/trades", order_id=order_id) == []

    open_session(morning.server)

    (row,) = await morning.get("/v2/order/retrieve-all")
    assert (row["status"], row["is_amo"], row["filled_quantity"]) == ("complete", True, 10)
    assert row["order_timestamp"] == "2026-11-19 08:30:00"
    assert await statuses(morning, order_id) == [RECEIVED, *SENT_ON, "complete"]
    (trade,) = await morning.get("/v2/order/trades", order_id=order_id)
    assert (trade["quantity"], trade["order_timestamp"]) == (10, "2026-11-19 08:30:00")
    assert await morning.get("/v2/order/trades/get-trades-for-day") == [trade]


async def test_the_order_stream_shows_each_of_its_states(morning):
    socket = await morning.socket("/v2/feed/portfolio-stream-feed")
    order_id = await placed(morning)
    change = {
        "order_id": order_id,
        "order_type": "LIMIT",
        "validity": "DAY",
        "price": 1402,
        "trigger_price": 0,
    }
    assert (await morning.call("PUT", "/v3/order/modify", json=change))[0] == 200
    open_session(morning.server)

    shown = []
    async with asyncio.timeout(5):
        while len(shown) < 6:
            shown.append(json.loads((await socket.receive()).data))

    assert [message["status"] for message in shown] == [RECEIVED, MODIFIED, *SENT_ON, "complete"]
    assert all(message["is_amo"] for message in shown)


async def test_it_is_cancelled_at_once_and_ends_there(morning):
    order_id = await placed(morning)

    status, _ = await morning.call("DELETE", "/v3/order/cancel", params={"order_id": order_id})
    open_session(morning.server)
    again, body = await morning.call("DELETE", "/v3/order/cancel", params={"order_id": order_id})

    assert status == 200
    assert await statuses(morning, order_id) == [RECEIVED, CANCELLED]
    assert (again, body["errors"][0]["errorCode"]) == (400, "UDAPI100040")


async def test_the_clock_of_the_server_sends_it_on(start, connect, opening):
    """Nobody calls while the session begins: the driver stops there by itself."""
    client = connect(await start(opening, **(MORNING | {"speed": 0, "pong_wait_s": 0.01})))
    order_id = await placed(client, price=1390.0, validity="IOC")
    ended, core = asyncio.Event(), client.server.simulation.core
    core.subscribe(lambda row: ended.set() if row.status == "cancelled" else None)

    feed = await client.socket()
    request = {"guid": "1", "method": "sub", "data": {"mode": "ltpc", "instrumentKeys": [RELIANCE.key]}}
    await feed.send_bytes(json.dumps(request).encode())
    async with asyncio.timeout(5):
        await ended.wait()

    rows = await client.get("/v2/order/history", order_id=order_id)
    assert [row["status"] for row in rows] == [RECEIVED, *SENT_ON, "open", "cancelled"]
    assert rows[-1]["exchange_timestamp"] == "2026-11-19 09:15:00"


async def test_cancelling_all_orders_reaches_kept_ones(morning):
    first, second = await placed(morning), await placed(morning, tag="other")

    status, body = await morning.call("DELETE", "/v2/order/multi/cancel", params={"tag": "other"})
    assert (status, body["data"]["order_ids"]) == (200, [second])
    assert body["summary"] == {"total": 1, "success": 1, "error": 0}
    await morning.call("DELETE", "/v2/order/multi/cancel")
    nothing, body = await morning.call("DELETE", "/v2/order/multi/cancel")

    assert [(await statuses(morning, one))[-1] for one in (first, second)] == [CANCELLED, CANCELLED]
    assert (nothing, body["errors"][0]["errorCode"]) == (400, "UDAPI1109")


async def test_exiting_positions_leaves_kept_orders_alone(morning):
    order_id = await placed(morning)

    status, body = await morning.call("POST", "/v2/order/positions/exit", json={})

    assert (status, body["errors"][0]["errorCode"]) == (400, "UDAPI1111")
    assert await statuses(morning, order_id) == [RECEIVED]


# --- the daemon -------------------------------------------------------------------------------------------


@pytest.fixture
def daemon_side(morning):
    """The daemon's own adapter in front of the server."""
    address = morning.address
    settings = UpstoxSettings(api_url=address, order_url=address, instruments_url=address)
    transport = UpstoxTransport(
        settings,
        lambda: SecretStr(TOKEN),
        write_lane=ThreadOffload("write", 1),
        read_lane=ThreadOffload("read", 1),
    )
    oddities = Oddities()
    reads = BrokerReads(transport, settings, jitter=random.Random(7).random, sleep=asyncio.sleep)
    yield UpstoxBroker(settings, transport, reads, OrderStream(None, oddities), oddities)
    transport.close()


async def test_a_kept_order_of_others_is_named_and_left_alone_until_a_panic_cancels_it(morning, daemon_side):
    """V15, V20."""
    order_id = await placed(morning, tag=None)
    driver = EngineDriver()

    (kept,) = await daemon_side.orders()
    driver.read_books(kept)
    commands = driver.drain()
    assert kept.status is OrderStatus.ACKNOWLEDGED
    assert f"foreign order {order_id} in {RELIANCE.symbol}" in [
        command.text for command in commands if isinstance(command, Alert)
    ]
    assert not any(isinstance(command, CancelOrder) for command in commands)

    driver.ask(OperatorWish.PANIC)
    driver.read_books(kept)
    assert driver.changes() == [CancelOrder(tag=None, order_id=order_id)]
    assert await daemon_side.cancel(order_id) == Accepted(order_id)
    (ended,) = await daemon_side.orders()
    driver.read_books(ended)

    assert ended.status is OrderStatus.CANCELLED
    assert driver.book.foreign_cancels == {}
    assert driver.core.state.open_foreign_orders == ()
