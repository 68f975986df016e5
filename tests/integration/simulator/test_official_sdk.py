"""The official SDK as referee: it has to parse every answer, and its streamers every message."""

import asyncio
import json
import queue
from contextlib import contextmanager
from datetime import date, time
from types import SimpleNamespace

import pytest
import upstox_client
import websocket
from upstox_client.feeder import market_data_feeder_v3, portfolio_data_feeder
from upstox_client.rest import ApiException

from tests.fakes.scripted_market import CALL, NIFTY, RELIANCE, SBIN
from tests.integration.simulator.conftest import MORNING, TOKEN, open_session
from trading_bot.domain.ist import ms_at

ON = "2026-11-19"
VERSION = "2.0"


@contextmanager
def sdk_of(server):
    """An SDK client whose two hosts are a simulator."""
    configuration = upstox_client.Configuration()
    configuration.host = configuration.order_host = server.address
    configuration.access_token = TOKEN
    client = upstox_client.ApiClient(configuration)
    client.server = server
    yield client
    client.pool.close()
    client.pool.join()
    client.rest_client.pool_manager.clear()


@pytest.fixture
async def sdk(start):
    with sdk_of(await start()) as client:
        yield client


@pytest.fixture
async def morning(start):
    """The same before the session begins."""
    with sdk_of(await start(**MORNING)) as client:
        yield client


async def call(function, *arguments, **options):
    """Run a blocking SDK call off the loop that serves it."""
    async with asyncio.timeout(10):
        return await asyncio.to_thread(function, *arguments, _request_timeout=(5, 5), **options)


def limit_buy(price: float = 1390.0, *, is_amo: bool = False) -> upstox_client.PlaceOrderV3Request:
    return upstox_client.PlaceOrderV3Request(
        quantity=10, product="I", validity="DAY", price=price, tag="tb1", instrument_token=RELIANCE.key,
        order_type="LIMIT", transaction_type="BUY", disclosed_quantity=0, trigger_price=0.0, is_amo=is_amo,
        slice=False,
    )  # fmt: skip


async def placed(sdk, price: float = 1390.0) -> str:
    api = upstox_client.OrderApiV3(sdk)
    reached = asyncio.Event()
    wanted = "complete" if price > 1400 else "open"
    sdk.server.simulation.core.subscribe(lambda row: reached.set() if row.status == wanted else None)
    (order_id,) = (await call(api.place_order, limit_buy(price))).data.order_ids
    async with asyncio.timeout(5):
        await reached.wait()
    return order_id


async def test_place_modify_and_cancel(sdk):
    api = upstox_client.OrderApiV3(sdk)
    order_id = await placed(sdk)
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, order_type="LIMIT", validity="DAY", price=1391.0, trigger_price=0.0, quantity=20
    )

    modified = await call(api.modify_order, change)
    cancelled = await call(api.cancel_order, order_id)

    assert modified.data.order_id == cancelled.data.order_id == order_id
    assert isinstance(cancelled.metadata.latency, int)
    row = (await call(upstox_client.OrderApi(sdk).get_order_status, order_id=order_id)).data
    assert (row.order_id, row.tag, row.instrument_token) == (order_id, "tb1", RELIANCE.key)


async def test_books_of_a_filled_order(sdk):
    orders = upstox_client.OrderApi(sdk)
    order_id = await placed(sdk, 1401.0)

    (row,) = (await call(orders.get_order_book, VERSION)).data
    history = (await call(orders.get_order_details, VERSION, order_id=order_id)).data
    by_tag = (await call(orders.get_order_details, VERSION, tag="tb1")).data
    (trade,) = (await call(orders.get_trade_history, VERSION)).data
    (same,) = (await call(orders.get_trades_by_order, order_id, VERSION)).data
    (position,) = (await call(upstox_client.PortfolioApi(sdk).get_positions, VERSION)).data
    exited = (await call(orders.exit_positions)).data

    assert (row.status, row.filled_quantity, row.tag) == ("complete", 10, "tb1")
    assert [one.status for one in history] == [one.status for one in by_tag]
    assert (trade.trade_id, trade.average_price) == (same.trade_id, 1400.05)
    assert (position.quantity, position.instrument_token) == (10, RELIANCE.key)
    assert len(exited.order_ids) == 1


async def statuses(client, order_id: str) -> list[str]:
    history = await call(upstox_client.OrderApi(client).get_order_details, VERSION, order_id=order_id)
    return [row.status for row in history.data]


async def test_an_after_market_order_is_changed_and_goes_into_the_session(morning):
    api, orders = upstox_client.OrderApiV3(morning), upstox_client.OrderApi(morning)
    (order_id,) = (await call(api.place_order, limit_buy(is_amo=True))).data.order_ids
    change = upstox_client.ModifyOrderRequest(
        order_id=order_id, order_type="LIMIT", validity="DAY", price=1401.0, trigger_price=0.0, quantity=20
    )

    assert (await call(api.modify_order, change)).data.order_id == order_id
    (kept,) = (await call(orders.get_order_book, VERSION)).data
    open_session(morning.server)
    row = (await call(orders.get_order_status, order_id=order_id)).data
    trades = (await call(orders.get_trades_by_order, order_id, VERSION)).data

    assert (kept.status, kept.is_amo, kept.price) == ("modify after market order req received", True, 1401.0)
    assert (row.status, row.is_amo, row.filled_quantity) == ("complete", True, 20)
    assert sum(trade.quantity for trade in trades) == 20
    assert await statuses(morning, order_id) == [
        "after market order req received",
        "modify after market order req received",
        "put order req received",
        "validation pending",
        "open pending",
        "complete",
    ]


async def test_an_after_market_order_is_cancelled_by_itself_and_with_all_others(morning):
    api, orders = upstox_client.OrderApiV3(morning), upstox_client.OrderApi(morning)
    (first,) = (await call(api.place_order, limit_buy(is_amo=True))).data.order_ids
    (second,) = (await call(api.place_order, limit_buy(is_amo=True))).data.order_ids

    await call(api.cancel_order, first)
    answer = await call(orders.cancel_multi_order)

    assert (answer.data.order_ids, answer.summary.total, answer.errors) == ([second], 1, None)
    for order_id in (first, second):
        assert (await statuses(morning, order_id))[-1] == "cancelled after market order"


async def test_the_flag_is_refused_in_the_session_where_it_has_to_fit(start):
    with sdk_of(await start(refuses_amo_in_session=True)) as client, pytest.raises(ApiException) as caught:
        await call(upstox_client.OrderApiV3(client).place_order, limit_buy(is_amo=True))

    assert caught.value.status == 400
    assert b"UDAPI100039" in caught.value.body


async def test_errors_arrive_with_status_and_body(sdk):
    with pytest.raises(ApiException) as caught:
        await call(upstox_client.OrderApiV3(sdk).cancel_order, "9")

    assert caught.value.status == 404
    assert b"UDAPI100010" in caught.value.body


async def test_account(sdk):
    user = upstox_client.UserApi(sdk)

    assert (await call(user.get_profile, VERSION)).data.broker == "UPSTOX"
    funds = (await call(user.get_user_fund_margin, VERSION)).data
    assert funds["equity"].available_margin == 1_000_000.0
    tree = (await call(user.get_user_fund_margin_v3)).data
    assert tree.available_to_trade.total == 1_000_000.0
    assert (await call(user.get_user_ips)).data.primary_ip is None
    assert (await call(upstox_client.PortfolioApi(sdk).get_holdings, VERSION)).data == []


async def test_quotes(sdk):
    api = upstox_client.MarketQuoteV3Api(sdk)
    keys = f"{RELIANCE.key},{NIFTY.key}"

    assert (await call(api.get_ltp, instrument_key=keys)).data["NSE_EQ:RELIANCE"].last_price == 1400.0
    bars = (await call(api.get_market_quote_ohlc, "1d", instrument_key=keys)).data
    assert bars["NSE_INDEX:Nifty 50"].live_ohlc.close == 26000.0
    full = (await call(api.get_full_market_quote_v3, instrument_key=keys)).data["NSE_EQ:RELIANCE"]
    assert (full.depth.buy[0].price, full.upper_circuit_limit) == (1399.95, 1540.0)
    greeks = (await call(api.get_market_quote_option_greek, instrument_key=CALL.key)).data
    assert greeks[f"NSE_FO:{CALL.symbol}"].last_price == 120.0


async def test_candles(sdk):
    api = upstox_client.HistoryV3Api(sdk)

    past = await call(api.get_historical_candle_data1, RELIANCE.key, "minutes", 1, "2026-11-18", "2026-11-18")
    today = await call(api.get_intra_day_candle_data, RELIANCE.key, "minutes", 1)

    assert len(past.data.candles) == 2
    assert today.data.candles[0][0] == "2026-11-19T09:15:00+05:30"


async def test_calendar(sdk):
    api = upstox_client.MarketHolidaysAndTimingsApi(sdk)

    assert (await call(api.get_market_status, "NSE")).data.status == "NORMAL_OPEN"
    assert (await call(api.get_holidays)).data[0].description == "Christmas"
    assert (await call(api.get_holiday, "2026-12-25")).data[0].holiday_type == "TRADING_HOLIDAY"
    assert (await call(api.get_exchange_timings, ON)).data[0].exchange == "NSE"


async def test_options_and_charges(sdk):
    options, charges = upstox_client.OptionsApi(sdk), upstox_client.ChargeApi(sdk)

    (contract,) = (await call(options.get_option_contracts, NIFTY.key)).data
    (row,) = (await call(options.get_put_call_option_chain, NIFTY.key, "2026-12-01")).data
    estimate = await call(charges.get_brokerage, RELIANCE.key, 10, "I", "BUY", 1400.0, VERSION)
    instruments = [
        upstox_client.Instrument(
            instrument_key=RELIANCE.key, quantity=1, product="I", transaction_type="BUY", price=1400.0
        )
    ]
    margin = await call(charges.post_margin, upstox_client.MarginRequest(instruments=instruments))

    assert contract.lot_size == 65
    assert row.call_options.market_data.ltp == 120.0
    assert estimate.data.charges.total == 23.6
    assert estimate.data.charges.other_taxes.clearing == 0.0
    assert 0 < margin.data.final_margin <= margin.data.required_margin <= 1400.0


async def test_login_exchange(sdk):
    code = sdk.server.simulation.login_codes.issue("app", "http://127.0.0.1:1/", lapses_ms=2**60)

    answer = await call(
        upstox_client.LoginApi(sdk).token,
        VERSION, code=code, client_id="app", client_secret="s", redirect_uri="http://127.0.0.1:1/",
        grant_type="authorization_code",
    )  # fmt: skip

    assert answer.user_id == "SIM001"
    assert answer.access_token


async def test_request_of_an_approval_on_the_phone(start):
    with sdk_of(await start(notifier_url="https://ops.example.test/upstox")) as client:
        body = upstox_client.IndieUserTokenRequest(client_secret="s")
        answer = await call(upstox_client.LoginApi(client).init_token_request_for_indie_user, body, "app")

    assert answer.data.authorization_expiry == str(ms_at(date(2026, 11, 20), time(3, 30)))
    assert answer.data.notifier_url == "https://ops.example.test/upstox"


def turn_sockets(monkeypatch, client) -> None:
    """Turn the feeders' hard-coded addresses to the client's simulator."""
    base = client.server.address.replace("http://", "ws://")

    def application(url: str, **options) -> websocket.WebSocketApp:
        return websocket.WebSocketApp(url.replace("wss://api.upstox.com", base), **options)

    stand_in = SimpleNamespace(WebSocketApp=application, ABNF=websocket.ABNF)
    monkeypatch.setattr(market_data_feeder_v3, "websocket", stand_in)
    monkeypatch.setattr(portfolio_data_feeder, "websocket", stand_in)


@pytest.fixture
def local_sockets(sdk, monkeypatch):
    turn_sockets(monkeypatch, sdk)


class Stream:
    """A streamer's events, collected across threads."""

    def __init__(self, streamer) -> None:
        self.streamer = streamer
        self.opened: queue.Queue = queue.Queue()
        self.messages: queue.Queue = queue.Queue()
        self.closed: queue.Queue = queue.Queue()
        streamer.auto_reconnect(enable=False)
        streamer.on("open", lambda: self.opened.put(None))
        streamer.on("message", self.messages.put)
        streamer.on("close", lambda *reason: self.closed.put(reason))

    async def __aenter__(self):
        self.streamer.connect()
        await asyncio.to_thread(self.opened.get, timeout=5)
        return self

    async def message(self):
        return await asyncio.to_thread(self.messages.get, timeout=5)

    async def __aexit__(self, *_):
        # The SDK's own disconnect leaves its thread waiting for seconds, so the server ends the connection.
        self.streamer.api_client.server.simulation.feed.cut_all()
        self.streamer.api_client.server.simulation.stream.cut_all()
        await asyncio.to_thread(self.closed.get, timeout=5)


@pytest.mark.parametrize(
    ("mode", "part"),
    [("ltpc", "ltpc"), ("full", "fullFeed"), ("option_greeks", "firstLevelWithGreeks")],
)
async def test_market_streamer_decodes_every_mode(sdk, local_sockets, mode, part):
    keys = [RELIANCE.key, SBIN.key]

    async with Stream(upstox_client.MarketDataStreamerV3(sdk, keys, mode)) as stream:
        info, snapshot = await stream.message(), await stream.message()

    assert info["type"] == "market_info"
    assert set(snapshot["feeds"]) == set(keys)
    assert part in snapshot["feeds"][RELIANCE.key]


async def test_portfolio_streamer_gets_orders_and_positions(sdk, local_sockets):
    async with Stream(upstox_client.PortfolioDataStreamer(sdk, position_update=True)) as stream:
        await placed(sdk, 1401.0)
        messages = [json.loads(await stream.message())]
        while messages[-1]["update_type"] != "position":
            messages.append(json.loads(await stream.message()))

    assert messages[-1]["quantity"] == 10
    assert messages[-2]["status"] == "complete"


async def test_portfolio_streamer_gets_the_states_of_an_after_market_order(morning, monkeypatch):
    turn_sockets(monkeypatch, morning)
    api = upstox_client.OrderApiV3(morning)

    async with Stream(upstox_client.PortfolioDataStreamer(morning)) as stream:
        (order_id,) = (await call(api.place_order, limit_buy(is_amo=True))).data.order_ids
        await call(api.cancel_order, order_id)
        messages = [json.loads(await stream.message()) for _ in range(2)]

    assert [(message["status"], message["is_amo"]) for message in messages] == [
        ("after market order req received", True),
        ("cancelled after market order", True),
    ]
