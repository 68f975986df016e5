"""Every other route: account, login, quotes, candles, calendar, options, instruments, charges, control."""

import asyncio
import gzip
import json
from datetime import time
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import WSMsgType

from tests.fakes.scripted_market import CALL, NIFTY, RELIANCE, moment, update

KEY = "NSE_EQ%7CINE002A01018"


async def test_an_unknown_route_is_404_in_the_envelope(start, connect):
    status, body = await connect(await start()).call("GET", "/v9/anything")

    assert (status, body["errors"][0]["error_code"]) == (404, "UDAPI100060")


@pytest.mark.parametrize("token", ["", "another"])
async def test_a_wrong_token_is_401(start, connect, token):
    status, body = await connect(await start(), token).call("GET", "/v2/user/profile")

    assert (status, body["errors"][0]["error_code"]) == (401, "UDAPI100050")


async def test_a_token_dies_at_half_past_three(start, connect):
    shortly_before = time(3, 29, 59, 500_000)
    client = connect(await start(start_at=shortly_before, hold_at=shortly_before))
    socket = await client.socket()
    await socket.receive()

    async with asyncio.timeout(5):
        last = await socket.receive()  # the server cuts the socket when its token dies

    assert last.type is WSMsgType.CLOSED
    assert (await client.call("GET", "/v2/user/profile"))[0] == 401


async def test_login_gives_a_code_that_works_once(start, connect):
    client = connect(await start(client_id="app", client_secret="secret"), "none yet")
    app = {"client_id": "app", "redirect_uri": "http://127.0.0.1:1/callback"}
    async with client.session.get(
        client.address + "/v2/login/authorization/dialog",
        params=app | {"response_type": "code", "state": "s1"},
    ) as page:
        assert 'value="s1"' in await page.text()
    async with client.session.post(
        client.address + "/v2/login/authorization/dialog", data=app | {"state": "s1"}, allow_redirects=False
    ) as approved:
        assert approved.status == 302
        query = parse_qs(urlsplit(approved.headers["Location"]).query)
    assert query["state"] == ["s1"]
    form = app | {
        "code": query["code"][0], "client_secret": "secret", "grant_type": "authorization_code",
    }  # fmt: skip

    status, body = await client.call("POST", "/v2/login/authorization/token", data=form)
    again, refused = await client.call("POST", "/v2/login/authorization/token", data=form)

    assert status == 200
    assert "status" not in body
    assert (again, refused["errors"][0]["error_code"]) == (401, "UDAPI100069")
    fresh = connect_with(client, body["access_token"])
    assert (await client.call("GET", "/v2/user/profile", headers=fresh))[0] == 200


def connect_with(_, token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_registering_an_address_ends_every_token(start, connect):
    client = connect(await start())

    status, body = await client.call("PUT", "/v2/user/ip", json={"primary_ip": "203.0.113.5"})

    assert (status, body["data"]["access_tokens_invalidated"]) == (200, True)
    assert (await client.call("GET", "/v2/user/ip"))[0] == 401


async def test_expire_and_replace_change_the_token(start, connect):
    client = connect(await start())
    await client.call("POST", "/simulator/token", json={"action": "expire"})
    assert (await client.call("GET", "/v2/user/profile"))[0] == 401

    _, body = await client.call("POST", "/simulator/token", json={"action": "replace", "token": "T2"})

    assert body == {"access_token": "T2"}
    assert (await client.call("GET", "/v2/user/profile", headers=connect_with(client, "T2")))[0] == 200


async def test_funds_in_both_versions(start, connect):
    client = connect(await start())

    merged = await client.get("/v2/user/get-funds-and-margin")
    tree = await client.get("/v3/user/get-funds-and-margin")

    assert merged["equity"]["available_margin"] == 1_000_000.0
    assert merged["commodity"]["available_margin"] == 0.0
    assert tree["available_to_trade"]["total"] == 1_000_000.0


async def test_quotes_are_keyed_by_segment_and_symbol(start, connect):
    client = connect(await start())

    quotes = await client.get("/v3/market-quote/ltp", instrument_key=f"{RELIANCE.key},{NIFTY.key},NSE_EQ|NO")

    assert set(quotes) == {"NSE_EQ:RELIANCE", "NSE_INDEX:Nifty 50"}
    assert quotes["NSE_EQ:RELIANCE"] == {
        "last_price": 1400.0, "instrument_token": RELIANCE.key, "ltq": 10, "volume": 100, "cp": 1400.0,
    }  # fmt: skip


async def test_full_quote_has_five_levels_and_the_band(start, connect):
    quote = (await connect(await start()).get("/v3/market-quote/quotes", instrument_key=RELIANCE.key))[
        "NSE_EQ:RELIANCE"
    ]

    assert [level["price"] for level in quote["depth"]["buy"]] == [1399.95, 1399.9, 0, 0, 0]
    assert quote["lower_circuit_limit"] == 1260.0
    assert quote["last_trade_time"] == "1795059900000"
    assert quote["cas_eligible"] is True


async def test_too_many_keys_are_refused(start, connect):
    client = connect(await start())
    keys = ",".join(f"NSE_EQ|{number}" for number in range(501))

    status, body = await client.call("GET", "/v3/market-quote/ltp", params={"instrument_key": keys})

    assert (status, body["errors"][0]["error_code"]) == (400, "UDAPI100042")


async def test_minute_bars_of_a_quote_are_the_finished_and_the_forming_one(start, connect):
    moments = (
        moment("09:14:50", update(RELIANCE, "09:14:50", 139_900, volume=50)),
        moment("09:15:00", update(RELIANCE, "09:15:00", 140_000, volume=80)),
    )
    client = connect(await start(moments))

    quote = (await client.get("/v3/market-quote/ohlc", instrument_key=RELIANCE.key, interval="I1"))[
        "NSE_EQ:RELIANCE"
    ]

    assert (quote["prev_ohlc"]["close"], quote["prev_ohlc"]["volume"]) == (1399.0, 50)
    assert (quote["live_ohlc"]["close"], quote["live_ohlc"]["volume"]) == (1400.0, 30)
    assert quote["live_ohlc"]["ts"] == 1795059900000


async def test_historical_candles_are_newest_first_and_never_of_today(start, connect):
    client = connect(await start())

    data = await client.get(f"/v3/historical-candle/{KEY}/minutes/1/2026-11-19/2026-11-18")

    assert [row[0] for row in data["candles"]] == ["2026-11-18T09:16:00+05:30", "2026-11-18T09:15:00+05:30"]
    assert data["candles"][0][1:] == [1400.0, 1400.1, 1399.9, 1400.05, 50, 0]


async def test_a_month_of_minutes_is_the_most_in_one_call(start, connect):
    client = connect(await start())

    status, _ = await client.call("GET", f"/v3/historical-candle/{KEY}/minutes/1/2026-11-18/2026-10-01")
    longer = await client.get(f"/v3/historical-candle/{KEY}/minutes/30/2026-11-18/2026-10-01")

    assert status == 400
    assert longer["candles"]


async def test_intraday_candles_end_with_the_forming_one(start, connect):
    client, without = connect(await start()), connect(await start(intraday_includes_forming=False))
    path = f"/v3/historical-candle/intraday/{KEY}/minutes/1"

    assert [row[0] for row in (await client.get(path))["candles"]] == ["2026-11-19T09:15:00+05:30"]
    assert (await without.get(path))["candles"] == []


async def test_calendar_routes_answer_from_the_rules(start, connect):
    client = connect(await start())

    assert (await client.get("/v2/market/status/NSE"))["status"] == "NORMAL_OPEN"
    (christmas,) = await client.get("/v2/market/holidays")
    assert (christmas["date"], christmas["holiday_type"]) == ("2026-12-25", "TRADING_HOLIDAY")
    assert await client.get("/v2/market/timings/2026-12-25") == []
    (hours,) = await client.get("/v2/market/timings/2026-11-19")
    assert hours == {"exchange": "NSE", "start_time": 1795059900000, "end_time": 1795082400000}


async def test_option_contracts_and_chain_show_what_is_listed(start, connect):
    client = connect(await start())

    (contract,) = await client.get("/v2/option/contract", instrument_key=NIFTY.key)
    (strike,) = await client.get("/v2/option/chain", instrument_key=NIFTY.key, expiry_date="2026-12-01")

    assert (contract["expiry"], contract["strike_price"], contract["weekly"]) == ("2026-12-01", 26000.0, True)
    assert strike["call_options"]["instrument_key"] == CALL.key
    assert "put_options" not in strike
    assert await client.get("/v2/option/contract", instrument_key=RELIANCE.key) == []


async def test_the_instruments_file_is_gzipped_json(start, connect):
    client = connect(await start(), "")
    async with client.session.get(
        client.address + "/market-quote/instruments/exchange/NSE.json.gz"
    ) as answer:
        rows = json.loads(gzip.decompress(await answer.read()))

    by_key = {row["instrument_key"]: row for row in rows}
    assert by_key[CALL.key]["expiry"] == 1796149799000
    assert by_key[RELIANCE.key]["tick_size"] == 5.0
    assert rows == (await client.call("GET", "/simulator/instruments"))[1]


async def test_charges_and_margin_estimates(start, connect):
    client = connect(await start())

    charges = await client.get(
        "/v2/charges/brokerage",
        instrument_token=RELIANCE.key, quantity=10, product="I", transaction_type="BUY", price=1400,
    )  # fmt: skip
    status, body = await client.call(
        "POST",
        "/v2/charges/margin",
        json={
            "instruments": [
                {"instrument_key": RELIANCE.key, "quantity": 10, "product": "I", "transaction_type": "BUY"}
            ]
        },
    )

    assert charges["charges"]["total"] == 23.6
    assert status == 200
    assert 0 < body["data"]["final_margin"] <= body["data"]["required_margin"] <= 14_000.0


async def test_the_clock_tells_time_phase_and_end(start, connect):
    server = await start((), speed=0)
    await server.wait_finished()

    _, clock = await connect(server).call("GET", "/simulator/clock")

    assert clock["finished"] is True
    assert clock["phase"] == "closed"
    assert clock["now"].startswith("2026-11-19T15:4")
    assert clock["now"].endswith("+05:30")


async def test_before_half_past_five_funds_and_orders_are_out_of_service(start, connect):
    early = time(4, 0)
    client = connect(await start(start_at=early, hold_at=early))

    status, body = await client.call("GET", "/v3/user/get-funds-and-margin")
    assert (status, body["errors"][0]["error_code"]) == (423, "UDAPI100072")
    status, body = await client.call("DELETE", "/v3/order/cancel?order_id=1")
    assert (status, body["errors"][0]["error_code"]) == (400, "UDAPI100074")


async def test_logout_ends_the_token(start, connect):
    client = connect(await start())

    assert (await client.call("DELETE", "/v2/logout"))[1] == {"status": "success", "data": True}
    assert (await client.call("GET", "/v2/user/profile"))[0] == 401


async def test_a_wrong_method_is_answered_in_the_envelope(start, connect):
    status, body = await connect(await start()).call("POST", "/v2/user/profile")

    assert (status, body["status"]) == (405, "error")


async def test_a_wrong_redirect_address_stops_the_login(start, connect):
    client = connect(await start(redirect_uri="http://127.0.0.1:1/"))

    status, body = await client.call(
        "GET", "/v2/login/authorization/dialog", params={"client_id": "a", "redirect_uri": "http://x.test/"}
    )

    assert (status, body["errors"][0]["error_code"]) == (401, "UDAPI100068")


async def test_moments_before_the_start_are_taken_in_at_the_start(start, connect):
    client = connect(await start([moment("08:00", update(RELIANCE, "08:00", 140_500))]))

    quotes = await client.get("/v3/market-quote/ltp", instrument_key=RELIANCE.key)

    assert quotes["NSE_EQ:RELIANCE"]["last_price"] == 1405.0
