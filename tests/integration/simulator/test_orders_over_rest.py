"""Order routes: what they accept, what they refuse, and how their answers look."""

import asyncio

from tests.fakes.scripted_market import RELIANCE

LIMIT_BUY = {
    "instrument_token": RELIANCE.key,
    "quantity": 10,
    "product": "I",
    "validity": "DAY",
    "order_type": "LIMIT",
    "transaction_type": "BUY",
    "price": 1390.0,
    "trigger_price": 0,
    "disclosed_quantity": 0,
    "is_amo": False,
    "tag": "tb1",
}


async def placed(client, **changes) -> str:
    status, body = await client.call("POST", "/v3/order/place", json=LIMIT_BUY | changes)
    assert status == 200, body
    return body["data"]["order_ids"][0]


async def until_status(client, order_id: str, status: str) -> dict:
    """The order's row once the core has brought it there."""
    core, reached = client.server.simulation.core, asyncio.Event()
    core.subscribe(lambda row: reached.set() if (row.order_id, row.status) == (order_id, status) else None)
    if all((row.order_id, row.status) != (order_id, status) for row in core.order_rows()):
        async with asyncio.timeout(5):
            await reached.wait()
    return await client.get("/v2/order/details", order_id=order_id)


async def test_place_answers_with_a_list_of_ids_and_the_latency(start, connect):
    client = connect(await start())

    status, body = await client.call("POST", "/v3/order/place", json=LIMIT_BUY)

    assert status == 200
    assert body["status"] == "success"
    assert len(body["data"]["order_ids"]) == 1
    assert isinstance(body["metadata"]["latency"], int)


async def test_the_session_waits_closely_for_its_clients_while_an_order_moves(start, connect):
    """At full speed a second between a fill and its stop would otherwise be many."""
    client = connect(await start())
    simulation = client.server.simulation
    before = simulation.has_orders_moving, simulation.pacing.is_close

    await until_status(client, await placed(client), "open")

    assert before == (False, False)
    assert (simulation.has_orders_moving, simulation.pacing.is_close) == (True, True)


async def test_order_row_has_every_field_of_the_order_book(start, connect):
    client = connect(await start())
    order_id = await placed(client)

    row = await until_status(client, order_id, "open")

    assert row["tag"] == "tb1"
    assert row["price"] == 1390.0
    assert row["pending_quantity"] == 10
    assert row["trading_symbol"] == row["tradingsymbol"] == "RELIANCE-EQ"
    assert row["exchange"] == "NSE"
    assert row["order_timestamp"].startswith("2026-11-19 09:15:")
    assert {"guid", "order_ref_id", "status_message_raw", "parent_order_id", "variety"} <= row.keys()


async def test_history_keeps_every_state_and_finds_them_by_tag(start, connect):
    client = connect(await start())
    order_id = await placed(client)
    await until_status(client, order_id, "open")

    by_id = await client.get("/v2/order/history", order_id=order_id)
    by_tag = await client.get("/v2/order/history", tag="tb1")

    assert (by_id[0]["status"], by_id[-1]["status"]) == ("put order req received", "open")
    assert by_tag == by_id
    assert by_id[0]["trading_symbol"] == "RELIANCE"


async def test_a_fill_shows_in_trades_and_positions(start, connect):
    client = connect(await start())
    order_id = await placed(client, price=1401.0)

    row = await until_status(client, order_id, "complete")

    (trade,) = await client.get("/v2/order/trades", order_id=order_id)
    assert await client.get("/v2/order/trades/get-trades-for-day") == [trade]
    assert trade["average_price"] == row["average_price"] == 1400.05
    (position,) = await client.get("/v2/portfolio/short-term-positions")
    assert position["quantity"] == 10
    assert position["average_price"] is None
    assert position["day_buy_price"] == 1400.05


async def test_modify_and_cancel_answer_with_the_order_id(start, connect):
    client = connect(await start())
    order_id = await placed(client)
    await until_status(client, order_id, "open")
    change = {
        "order_id": order_id, "order_type": "LIMIT", "validity": "DAY", "price": 1391, "trigger_price": 0,
    }  # fmt: skip

    status, body = await client.call("PUT", "/v3/order/modify", json=change)
    assert (status, body["data"]) == (200, {"order_id": order_id})
    status, body = await client.call("DELETE", f"/v3/order/cancel?order_id={order_id}")
    assert (status, body["data"]) == (200, {"order_id": order_id})

    row = await until_status(client, order_id, "cancelled")
    assert row["price"] == 1391.0
    status, body = await client.call("DELETE", f"/v3/order/cancel?order_id={order_id}")
    assert (status, body["errors"][0]["errorCode"]) == (400, "UDAPI100040")


async def test_an_unknown_order_is_404_with_both_spellings(start, connect):
    client = connect(await start())

    status, body = await client.call("GET", "/v2/order/details?order_id=9")

    assert status == 404
    (error,) = body["errors"]
    assert error["errorCode"] == error["error_code"] == "UDAPI100010"
    assert error["propertyPath"] is error["property_path"] is None


async def test_unprotected_market_orders_are_refused(start, connect):
    client = connect(await start())

    status, body = await client.call(
        "POST", "/v3/order/place", json=LIMIT_BUY | {"order_type": "MARKET", "price": 0}
    )

    assert (status, body["errors"][0]["error_code"]) == (400, "UDAPI1158")


async def test_exit_all_closes_what_is_open_and_says_when_there_is_nothing(start, connect):
    client = connect(await start())
    status, body = await client.call("POST", "/v2/order/positions/exit")
    assert (status, body["errors"][0]["error_code"]) == (400, "UDAPI1111")
    await until_status(client, await placed(client, price=1401.0), "complete")

    status, body = await client.call("POST", "/v2/order/positions/exit")

    assert (status, body["summary"]) == (200, {"total": 1, "success": 1, "error": 0})
    await until_status(client, body["data"]["order_ids"][0], "complete")
    (position,) = await client.get("/v2/portfolio/short-term-positions")
    assert position["quantity"] == 0


async def test_the_eleventh_order_write_in_a_second_is_refused(start, connect):
    client = connect(await start())

    answers = [await client.call("POST", "/v3/order/place", json=LIMIT_BUY) for _ in range(11)]

    assert [status for status, _ in answers] == [200] * 10 + [429]
    assert answers[-1][1]["errors"][0]["error_code"] == "UDAPI10005"
    assert len(await client.get("/v2/order/retrieve-all")) == 10


async def test_orders_from_an_unregistered_address_are_refused_and_reads_are_not(start, connect):
    client = connect(await start(registered_addresses=("203.0.113.5",)))

    status, body = await client.call("POST", "/v3/order/place", json=LIMIT_BUY)

    assert (status, body["errors"][0]["error_code"]) == (403, "UDAPI1154")
    assert await client.get("/v2/order/retrieve-all") == []


async def test_an_order_that_the_user_places_in_the_app_is_the_accounts_and_has_no_tag(start, connect):
    client = connect(await start())

    status, body = await client.call(
        "POST",
        "/simulator/orders",
        json={"instrument_token": RELIANCE.key, "quantity": 5, "transaction_type": "SELL"},
    )

    assert status == 200
    row = await client.get("/v2/order/details", order_id=body["data"]["order_ids"][0])
    assert (row["placed_by"], row["tag"]) == ("SIM001", None)
