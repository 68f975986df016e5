"""Answers as Upstox words them, one for each read and write, to be spoiled."""

from typing import Any

KEY = "NSE_EQ|INE002A01018"
TAG = "tb9ht00100a1"
ORDER: dict[str, Any] = {
    "exchange": "NSE",
    "product": "I",
    "price": 1386.05,
    "quantity": 10,
    "status": "trigger pending",
    "guid": None,
    "tag": TAG,
    "instrument_token": KEY,
    "placed_by": "AB1234",
    "trading_symbol": "RELIANCE-EQ",
    "tradingsymbol": "RELIANCE-EQ",
    "order_type": "SL",
    "validity": "DAY",
    "trigger_price": 1400.1,
    "disclosed_quantity": 0,
    "transaction_type": "SELL",
    "average_price": 0.0,
    "filled_quantity": 0,
    "pending_quantity": 10,
    "status_message": None,
    "status_message_raw": None,
    "exchange_order_id": "1100000000000001",
    "parent_order_id": None,
    "order_id": "261120000000001",
    "variety": "SIMPLE",
    "order_timestamp": "2026-11-20 09:29:59",
    "exchange_timestamp": "2026-11-20 09:30:00",
    "is_amo": False,
    "order_request_id": "1",
    "order_ref_id": "261120000000001",
}
FILLED = ORDER | {
    "order_id": "261120000000002",
    "order_type": "LIMIT",
    "trigger_price": 0.0,
    "status": "complete",
    "filled_quantity": 10,
    "pending_quantity": 0,
    "average_price": 1386.05,
}
FOREIGN = FILLED | {"order_id": "261120000000003", "tag": None, "product": "MTF", "placed_by": "XY"}
TRADE: dict[str, Any] = {
    "exchange": "NSE",
    "product": "I",
    "trading_symbol": "RELIANCE-EQ",
    "instrument_token": KEY,
    "order_type": "LIMIT",
    "transaction_type": "BUY",
    "quantity": 10,
    "exchange_order_id": "1100000000000001",
    "order_id": "261120000000002",
    "exchange_timestamp": "20-Nov-2026 09:30:00",
    "average_price": 1386.05,
    "trade_id": "50000001",
    "order_ref_id": "261120000000002",
    "order_timestamp": "2026-11-20 09:29:59",
}
POSITION: dict[str, Any] = {
    "exchange": "NSE",
    "instrument_token": KEY,
    "product": "I",
    "quantity": -5,
    "day_buy_quantity": 5,
    "day_sell_quantity": 10,
    "overnight_buy_quantity": 0,
    "overnight_sell_quantity": 0,
    "average_price": 1386.05,
    "last_price": 1387.0,
    "pnl": -4.75,
}
FUNDS = {
    "available_to_trade": {
        "total": 100_000.25,
        "cash_available_to_trade": {"total": 90_000.0, "margin_used": {"total": 1_200.5}},
        "pledge_available_to_trade": {"total": 10_000.25, "margin_used": {"total": 0.0}},
    }
}
QUOTE = {
    "NSE_EQ:RELIANCE": {
        "instrument_token": KEY,
        "last_price": 1402.5,
        "last_trade_time": "1795147200000",
        "volume": 512,
        "prev_close_price": 1396.1,
        "lower_circuit_limit": 1256.5,
        "upper_circuit_limit": 1535.7,
        "depth": {
            "buy": [{"price": 1402.45, "quantity": 7, "orders": 1}],
            "sell": [{"price": 1402.5, "quantity": 9, "orders": 2}],
        },
    }
}
CANDLES = {
    "candles": [
        ["2026-11-20T09:31:00+05:30", 100.5, 101.5, 100.0, 101.0, 900, 0],
        ["2026-11-20T09:30:00+05:30", 100.05, 101.0, 99.5, 100.5, 1200, 0],
    ]
}
HOLIDAYS = [
    {
        "date": "2026-11-24",
        "description": "Guru Nanak Jayanti",
        "holiday_type": "TRADING_HOLIDAY",
        "closed_exchanges": ["NSE", "BSE"],
        "open_exchanges": [],
    }
]
ADDRESS = {"authorized_redirect_uri": "wss://feeder.upstox.com/v3?code=canary"}
PROFILE = {"user_id": "AB1234", "email": "a@b.in", "is_active": True}
STATUS = {"exchange": "NSE", "status": "NORMAL_OPEN", "last_updated": 1_795_147_200_000}
IPS = {"primary_ip": "203.0.113.7", "secondary_ip": None}
PLACED = {"order_ids": ["261120000000001"]}
CHANGED = {"order_id": "261120000000001"}
INSTRUMENTS: list[dict[str, Any]] = [
    {
        "segment": "NSE_EQ",
        "name": "RELIANCE INDUSTRIES LTD",
        "exchange": "NSE",
        "isin": "INE002A01018",
        "instrument_type": "EQ",
        "instrument_key": KEY,
        "lot_size": 1,
        "freeze_quantity": 100000.0,
        "exchange_token": "2885",
        "tick_size": 10.0,
        "trading_symbol": "RELIANCE",
    },
    {
        "segment": "NSE_FO",
        "name": "NIFTY",
        "expiry": 1_798_482_599_000,
        "instrument_type": "CE",
        "instrument_key": "NSE_FO|57340",
        "asset_key": "NSE_INDEX|Nifty 50",
        "underlying_key": "NSE_INDEX|Nifty 50",
        "lot_size": 65,
        "freeze_quantity": 1800.0,
        "exchange_token": "57340",
        "tick_size": 5.0,
        "trading_symbol": "NIFTY 26000 CE 29 DEC 26",
        "strike_price": 26000.0,
    },
]


def success(data: Any) -> dict[str, Any]:
    """The envelope of an answer."""
    return {"status": "success", "data": data, "metadata": {"latency": 21}}


def failure(code: str) -> dict[str, Any]:
    """The envelope of a refusal."""
    return {"status": "error", "errors": [{"error_code": code, "errorCode": code, "message": "told"}]}
