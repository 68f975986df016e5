"""What a day looks like on the page: a status document, candles, evaluations and equity, all from a seed."""

import random
from typing import Any

from trading_bot.domain.ist import datetime_of

SESSION_START_MS = 1_795_059_900_000
"""19 November 2026, 09:15 IST."""
_NOW_MS = SESSION_START_MS + 5 * 3_600_000
_PRICES = {"RELIANCE": 142_880, "TCS": 388_210, "INFY": 151_145, "ICICIBANK": 149_980, "MARUTI": 1_317_700}


def status_document() -> dict[str, Any]:
    """A paper session in the early afternoon: two positions with stops, one of others, orders of every kind."""
    return {
        "running": True,
        "run": {
            "mode": "paper", "session_on": "2026-11-19", "now": at(_NOW_MS), "phase": "open",
            "data": "Upstox feed, simulated orders", "speed": 1.0, "run_id": None, "state": "trading", "reason": "",
        },
        "day": {
            "gross": "123706.50", "charges": "250.00", "net": "123456.50", "trades": 5, "winning_trades": 3,
            "signals": 8, "open_risk": "4210.00", "loss_limit": "25000.00", "longest_unprotected_s": 1.4,
        },
        "symbols": [
            symbol("RELIANCE", quantity=34, entry="1428.20", stop="1415.80", target="1454.60", unrealised="421.60"),
            symbol("TCS", quantity=-12, entry="3890.00", stop="3921.50", target="3822.00", unrealised="-94.20"),
            symbol("INFY", foreign_quantity=50),
            symbol("ICICIBANK"),
            symbol("MARUTI", halt="warming up"),
        ],
        "orders": [
            order("tb1", "MARUTI", "SELL", "entry", "filled", 3, 3, minutes=20),
            order("tb2", "MARUTI", "BUY", "stop", "cancelled", 3, 0, minutes=21),
            order("tb3", "ICICIBANK", "BUY", "entry", "rejected", 33, 0, minutes=90, message="RMS: margin exceeds"),
            order("tb4", "RELIANCE", "BUY", "entry", "filled", 34, 34, minutes=200),
            order("tb5", "RELIANCE", "SELL", "stop", "trigger_pending", 34, 0, minutes=200, trigger="1415.80"),
            order("tb6", "TCS", "BUY", "stop", "in_doubt", 12, 0, minutes=280, trigger="3921.50"),
        ],
        "budgets": [
            {"window_s": 1, "used": 1, "limit": 8}, {"window_s": 60, "used": 21, "limit": 400},
            {"window_s": 1800, "used": 1600, "limit": 1900},
        ],
        "workers": [
            {"name": name, "state": "running", "restarts": 0, "heartbeat_age_s": 0.2, "is_well": True}
            for name in ("feed", "orders", "clock", "signals", "market recorder")
        ] + [{"name": "order stream", "state": "waiting to restart", "restarts": 2, "heartbeat_age_s": 3.1, "is_well": False}],
        "is_confirmed_flat": None,
        "halts": [],
        "notices": [
            {"at": at(_NOW_MS - 900_000), "level": "info", "text": "the session is open"},
            {"at": at(_NOW_MS - 60_000), "level": "warning", "text": "order tb6 is in doubt: its answer was lost"},
        ],
        "feed_age_s": 0.2, "loop_lag_ms": 0.8,
        "resources": {"tasks": 24, "threads": 6, "descriptors": 41, "resident_mb": 214.0},
    }  # fmt: skip


def at(time_ms: int) -> str:
    """A time as the status document tells it."""
    return datetime_of(time_ms).isoformat(timespec="milliseconds")


def symbol(name: str, **held: Any) -> dict[str, Any]:
    """One row of the symbols."""
    last = _PRICES.get(name, 100_000)
    return {
        "symbol": name, "last_price": f"{last / 100:.2f}", "previous_close": f"{last / 101:.2f}",
        "last_price_age_s": 0.4, "candle_start": at(_NOW_MS - 900_000), "candle_close": f"{last / 100:.2f}",
        "trend": "long", "score": 0.67, "quantity": held.get("quantity", 0), "entry_price": held.get("entry"),
        "stop": held.get("stop"), "target": held.get("target"), "unrealised": held.get("unrealised"),
        "unprotected_s": held.get("unprotected_s", 0.0), "foreign_quantity": held.get("foreign_quantity", 0),
        "halt": held.get("halt", ""),
    }  # fmt: skip


def order(
    tag: str, symbol: str, side: str, purpose: str, status: str, quantity: int, filled: int, *,
    minutes: int, trigger: str = "0.00", message: str = "",
) -> dict[str, Any]:  # fmt: skip
    """One row of the orders."""
    return {
        "intended_at": at(SESSION_START_MS + minutes * 60_000), "symbol": symbol, "side": side, "purpose": purpose,
        "order_type": "SL" if purpose == "stop" else "LIMIT", "quantity": quantity, "filled_quantity": filled,
        "price": f"{_PRICES.get(symbol, 100_000) / 100:.2f}", "trigger_price": trigger, "status": status, "tag": tag,
        "message": message,
        "is_live": status not in {"filled", "cancelled", "rejected", "refused", "absent", "dropped"},
    }  # fmt: skip


def candle_rows(name: str, timeframe_s: int, document: dict[str, Any]) -> dict[str, Any]:
    """Candles of the day up to now, with an average, an oscillator and what was traded."""
    chance = random.Random(name)
    close = _PRICES.get(name, 100_000)
    rows = []
    for start_ms in range(SESSION_START_MS - 6 * 3_600_000, _NOW_MS, timeframe_s * 1000):
        opened = close
        close += chance.randint(-400, 400)
        high, low = max(opened, close) + chance.randint(0, 200), min(opened, close) - chance.randint(0, 200)
        rows.append(
            {"time_ms": start_ms, "open": opened, "high": high, "low": low, "close": close, "volume": 900}
        )
    times = [row["time_ms"] for row in rows]
    held = next((row for row in document["symbols"] if row["symbol"] == name), None)
    marks = [
        {
            "time_ms": times[-9],
            "kind": "entry",
            "side": "BUY",
            "price": rows[-9]["close"],
            "text": "entry 34",
        },
        {"time_ms": times[-4], "kind": "exit", "side": "SELL", "price": rows[-4]["close"], "text": "exit 34"},
    ]
    return {
        "symbol": name,
        "timeframe_s": timeframe_s,
        "candles": rows,
        "indicators": {
            "EMA(20)": [{"time_ms": row["time_ms"], "value": row["close"] / 100 - 3} for row in rows],
            "RSI(14)": [{"time_ms": row["time_ms"], "value": 50 + row["close"] % 30} for row in rows],
        },
        "marks": marks if held and held["quantity"] else [],
        "lines": {"stop": None, "target": None},
    }


def evaluations(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """The newest evaluation of each symbol, most of them stopped by a gate."""
    return [
        {
            "time_ms": _NOW_MS - 900_000, "strategy": "confluence", "symbol": name, "score": 0.67 if number else 0.9,
            "direction": "long", "outcome": "no signal" if number else "traded", "detail": "",
            "gates": [
                {"name": "ready", "passed": True, "measured": 1000, "needed": ">= 220 candles"},
                {"name": "score", "passed": number == 0, "measured": 0.67 if number else 0.9, "needed": ">= 0.7 or <= -0.7"},
                {"name": "trend", "passed": number < 2, "measured": -2.35, "needed": "> 0: close above EMA(200)"},
                {"name": "volume", "passed": True, "measured": None, "needed": "skipped: no volume"},
            ],
        }
        for number, name in enumerate(names)
    ]  # fmt: skip


def equity_points() -> list[dict[str, Any]]:
    """The day's result, minute by minute."""
    chance = random.Random(7)
    gross, rows = 0, []
    for minute in range(300):
        gross += chance.randint(-900, 1700)
        rows.append(
            {
                "time_ms": SESSION_START_MS + minute * 60_000,
                "gross": f"{gross}.00",
                "net": f"{gross - minute}.00",
            }
        )
    return rows
