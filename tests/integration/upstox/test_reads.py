"""Books over a real socket: complete, or an error; never an invented emptiness (V5)."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.pacing import CallPace
from trading_bot.adapters.upstox.rest.history import UpstoxHistory
from trading_bot.adapters.upstox.rest.market_info import UpstoxMarket
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker, confirmed_account
from trading_bot.domain.errors import NotAuthorisedError, ReadFailedError
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import IST, ms_of
from trading_bot.domain.market_data import MarketPhase
from trading_bot.domain.order import OrderStatus, Side
from trading_bot.domain.outlook import DayClose
from trading_bot.engine.ports import BrokerPosition, Funds, MarginQuestion

BOOK = "/v2/order/retrieve-all"
DETAILS, BY_TAG = "/v2/order/details", "/v2/order/history"
KEY = "NSE_EQ|INE002A01018"
ORDER = {
    "order_id": "261120000100017",
    "tag": "tb9ht00100a1",
    "instrument_token": KEY,
    "transaction_type": "BUY",
    "product": "I",
    "order_type": "LIMIT",
    "validity": "DAY",
    "quantity": 10,
    "filled_quantity": 4,
    "price": 1400.05,
    "trigger_price": 0.0,
    "average_price": 1400.0,
    "status": "open",
    "order_timestamp": "2026-11-20 09:29:59",
}


@pytest.fixture
def upstox(settings, transport, reads):
    return UpstoxBroker(settings, transport, reads, None, Oddities())


async def test_order_book_is_read_into_reports(broker, upstox):
    broker.on_success("GET", BOOK, [ORDER])

    [report] = await upstox.orders()

    assert (report.order_id, report.status, report.filled_quantity) == (
        "261120000100017",
        OrderStatus.OPEN,
        4,
    )
    assert report.average_price == Decimal("1400.0")


async def test_empty_book_is_an_answer(broker, upstox):
    broker.on_success("GET", BOOK, [])

    assert await upstox.orders() == ()


@pytest.mark.parametrize("data", [None, {}, "none", 0])
async def test_book_that_is_no_list_fails_instead_of_being_empty(broker, upstox, data):
    broker.on_success("GET", BOOK, data)

    with pytest.raises(ReadFailedError):
        await upstox.orders()


@pytest.mark.parametrize(("status", "body"), [(200, b""), (200, b"<html/>"), (503, b""), (200, b"[]")])
async def test_body_that_is_no_envelope_fails_after_a_few_tries(broker, upstox, slept, status, body):
    broker.on("GET", BOOK, status, body)

    with pytest.raises(ReadFailedError):
        await upstox.orders()

    assert len(broker.asked) == 3
    assert len(slept) == 2
    assert slept[0] < slept[1] * 2


async def test_read_is_asked_again_after_a_dropped_connection(broker, upstox, slept):
    broker.drops("GET", BOOK)

    with pytest.raises(ReadFailedError):
        await upstox.orders()

    assert len(broker.asked) == 3


async def test_dead_token_is_told_apart_and_not_hammered(broker, upstox):
    broker.on_error("GET", BOOK, 401, "UDAPI100050", "Invalid token used to access API")

    with pytest.raises(NotAuthorisedError):
        await upstox.orders()

    assert len(broker.asked) == 1


async def test_refused_read_is_not_repeated(broker, upstox):
    broker.on_error("GET", BOOK, 403, "UDAPI1221")

    with pytest.raises(ReadFailedError):
        await upstox.orders()

    assert len(broker.asked) == 1


async def test_rate_limited_read_waits_and_asks_again(broker, upstox, slept):
    broker.on_error("GET", BOOK, 429, "UDAPI10005")

    with pytest.raises(ReadFailedError):
        await upstox.orders()

    assert len(slept) == 2


async def test_order_is_found_by_its_tag_in_its_newest_state(broker, upstox):
    broker.on_success("GET", BY_TAG, [{**ORDER, "status": "open pending"}, ORDER])
    broker.on_success("GET", DETAILS, {**ORDER, "status": "complete", "filled_quantity": 10})

    [report] = await upstox.orders_by_tag("tb9ht00100a1")

    assert report.status is OrderStatus.FILLED
    assert [asked.raw_path for asked in broker.asked] == [
        "/v2/order/history?tag=tb9ht00100a1",
        "/v2/order/details?order_id=261120000100017",
    ]


async def test_unknown_tag_is_an_empty_answer(broker, upstox):
    broker.on_error("GET", BY_TAG, 404, "UDAPI100010", "Order not found")

    assert await upstox.orders_by_tag("tb9ht00100a2") == ()


@pytest.mark.parametrize(("status", "code"), [(404, "UDAPI100060"), (400, "UDAPI100500")])
async def test_other_refusals_of_the_tag_search_prove_no_absence(broker, upstox, status, code):
    broker.on_error("GET", BY_TAG, status, code)

    with pytest.raises(ReadFailedError):
        await upstox.orders_by_tag("tb9ht00100a2")


async def test_order_that_vanished_between_the_two_reads_is_no_absence(broker, upstox):
    broker.on_success("GET", BY_TAG, [ORDER])
    broker.on_error("GET", DETAILS, 404, "UDAPI100010")

    with pytest.raises(ReadFailedError):
        await upstox.orders_by_tag("tb9ht00100a1")


async def test_fills_are_read_in_paise_and_indian_time(broker, upstox):
    trade = {
        "trade_id": "50091502",
        "order_id": "A1",
        "instrument_token": KEY,
        "transaction_type": "SELL",
        "quantity": 4,
        "average_price": 1400.05,
        "exchange_timestamp": "2026-11-20 09:30:00",
    }
    broker.on_success("GET", "/v2/order/trades/get-trades-for-day", [trade])

    [fill] = await upstox.fills()

    assert (fill.side, fill.quantity, fill.price) == (Side.SELL, 4, 140_005)
    assert fill.filled_at_ms == 1_795_147_200_000


async def test_closed_position_stays_in_the_answer(broker, upstox):
    row = {
        "instrument_token": KEY,
        "product": "I",
        "quantity": 0,
        "day_buy_quantity": 10,
        "day_sell_quantity": 10,
        "day_buy_price": "",
        "average_price": None,
    }
    broker.on_success("GET", "/v2/portfolio/short-term-positions", [row])

    assert await upstox.positions() == (
        BrokerPosition(
            instrument_key=KEY, product=Product.INTRADAY, quantity=0, buy_quantity=10, sell_quantity=10
        ),
    )


async def test_funds_are_what_may_be_traded_with(broker, upstox):
    part = {"total": 250000.5, "margin_used": {"total": 50000.25}}
    data = {"available_to_trade": {"total": 250000.5, "cash_available_to_trade": part}}
    broker.on_success("GET", "/v3/user/get-funds-and-margin", data)

    assert await upstox.funds() == Funds(available=Decimal("250000.5"), used_margin=Decimal("50000.25"))


async def test_funds_at_night_are_an_error_and_not_zero(broker, upstox):
    broker.on_error("GET", "/v3/user/get-funds-and-margin", 423, "UDAPI100072", "service closed")

    with pytest.raises(ReadFailedError, match="UDAPI100072"):
        await upstox.funds()


async def test_margin_is_asked_in_parts_of_twenty(broker, upstox):
    broker.on_success("POST", "/v2/charges/margin", {"final_margin": 1000.5})
    leg = MarginQuestion(
        instrument_key=KEY, side=Side.BUY, quantity=1, product=Product.INTRADAY, price=140_005
    )

    assert await upstox.margin([leg] * 21) == Decimal("2001.0")
    assert len(broker.asked) == 2
    assert '"price": 1400.05' in broker.asked[1].body


async def test_price_bands_are_asked_in_parts_of_five_hundred(broker, upstox):
    row = {"instrument_token": KEY, "lower_circuit_limit": 1260.0, "upper_circuit_limit": 1540.0}
    broker.on_success("GET", "/v3/market-quote/quotes", {"NSE_EQ:RELIANCE": row})

    bands = await upstox.price_bands([KEY, *(f"NSE_EQ|{number}" for number in range(500))])

    assert bands == {KEY: (126_000, 154_000)}
    assert len(broker.asked) == 2


async def test_account_is_confirmed_by_a_profile_read(broker, reads):
    broker.on_success("GET", "/v2/user/profile", {"user_id": "AB1234"})

    assert await confirmed_account(reads, "AB1234") == "AB1234"
    with pytest.raises(ReadFailedError, match="ZZ9999"):
        await confirmed_account(reads, "ZZ9999")


async def test_past_candles_are_paged_and_today_s_come_from_the_intraday_call(broker, reads, sleep):
    now_ms = ms_at_text("2026-11-20T09:17:30")
    past = f"/v3/historical-candle/{KEY}/minutes/1"
    broker.on_success("GET", f"{past}/2026-10-29/2026-10-02", {"candles": []})
    broker.on_success(
        "GET",
        f"{past}/2026-11-19/2026-10-30",
        {"candles": [row("2026-11-19T15:29:00"), row("2026-11-19T15:28:00")]},
    )
    broker.on_success(
        "GET",
        f"/v3/historical-candle/intraday/{KEY}/minutes/1",
        {"candles": [row("2026-11-20T09:17:00"), row("2026-11-20T09:16:00"), row("2026-11-20T09:15:00")]},
    )
    history = UpstoxHistory(reads, CallPace(100, sleep, lambda: 0.0), lambda: now_ms)

    candles = await history.minute_candles(KEY, date(2026, 10, 2), date(2026, 11, 20))

    assert [candle.start_ms for candle in candles] == [
        ms_at_text(text)
        for text in (
            "2026-11-19T15:28:00",
            "2026-11-19T15:29:00",
            "2026-11-20T09:15:00",
            "2026-11-20T09:16:00",
        )
    ]
    assert "%7C" in broker.asked[0].raw_path


async def test_closes_of_sessions_are_read_in_one_call_and_today_is_none_of_them(broker, reads, sleep):
    days = f"/v3/historical-candle/{KEY}/days/1/2026-11-19/2025-11-01"
    rows = [row("2026-11-20T00:00:00"), row("2026-11-19T00:00:00"), row("2026-11-18T00:00:00")]
    broker.on_success("GET", days, {"candles": rows})
    history = UpstoxHistory(
        reads, CallPace(100, sleep, lambda: 0.0), lambda: ms_at_text("2026-11-20T09:17:30")
    )

    closes = await history.day_closes(KEY, date(2025, 11, 1), date(2026, 11, 20))

    assert closes == (DayClose(date(2026, 11, 18), 10_050), DayClose(date(2026, 11, 19), 10_050))


async def test_one_failed_page_fails_the_whole_history(broker, reads, sleep):
    broker.on_error("GET", f"/v3/historical-candle/{KEY}/minutes/1/2026-11-19/2026-11-19", 400, "UDAPI1088")
    history = UpstoxHistory(reads, CallPace(9, sleep, lambda: 0.0), lambda: ms_at_text("2026-11-20T09:17:30"))

    with pytest.raises(ReadFailedError, match="UDAPI1088"):
        await history.minute_candles(KEY, date(2026, 11, 19), date(2026, 11, 19))


async def test_market_status_holidays_quotes_and_addresses_are_read(broker, reads):
    market = UpstoxMarket(reads)
    broker.on_success("GET", "/v2/market/status/NSE", {"exchange": "NSE", "status": "NORMAL_OPEN"})
    broker.on_success(
        "GET",
        "/v2/market/holidays",
        [{"date": "2026-11-24", "holiday_type": "TRADING_HOLIDAY", "closed_exchanges": ["NSE", "BSE"]}],
    )
    broker.on_success("GET", "/v2/user/ip", {"primary_ip": "203.0.113.7", "secondary_ip": None})
    broker.on_success(
        "GET",
        "/v3/market-quote/quotes",
        {
            "NSE_EQ:RELIANCE": {
                "instrument_token": KEY,
                "last_price": 1402.5,
                "last_trade_time": "1795147200000",
            }
        },
    )

    assert await market.market_status("NSE") is MarketPhase.NORMAL_OPEN
    assert [holiday.on for holiday in await market.holidays()] == [date(2026, 11, 24)]
    assert list(await market.quotes([KEY, "NSE_EQ|GONE"])) == [KEY]
    assert await market.registered_ips() == ("203.0.113.7",)


def row(start: str) -> list:
    return [start + "+05:30", 100.0, 101.0, 99.5, 100.5, 1200, 0]


def ms_at_text(text: str) -> int:
    return ms_of(datetime.fromisoformat(text).replace(tzinfo=IST))


async def test_a_token_is_confirmed_by_the_profile(broker, upstox):
    """Fault 29, V5: the sign of life without which an empty list is not believed."""
    broker.on_success("GET", "/v2/user/profile", {"user_id": "AB1234"})

    await upstox.confirm_token()


async def test_a_dead_token_is_not_confirmed(broker, upstox):
    broker.on("GET", "/v2/user/profile", 401, b'{"status": "error", "errors": []}')

    with pytest.raises(NotAuthorisedError):
        await upstox.confirm_token()


@pytest.mark.parametrize(
    ("flag", "is_active"), [({"is_active": False}, False), ({"is_active": True}, True), ({}, True)]
)
async def test_the_profile_tells_whether_the_account_may_trade(broker, upstox, flag, is_active):
    """Fault 79."""
    broker.on_success("GET", "/v2/user/profile", {"user_id": "AB1234"} | flag)

    assert await upstox.is_account_active() is is_active
