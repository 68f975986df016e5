"""What a day looks like on the page: a status document, candles, evaluations and equity, all from seeds.

Everything is made of the app's own views and encoded as the app does it, so that its form is the daemon's.
The day stands still, and its figures are known; `scripts/made_day.py` makes one of the same views that moves.
"""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from trading_bot.domain.order import OrderStatus, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine.snapshot import (
    DayView,
    Notice,
    OrderView,
    RateBudget,
    ResourceUse,
    RunHeader,
    Snapshot,
    SymbolView,
    WorkerView,
)
from trading_bot.report import status
from trading_bot.web import answers
from trading_bot.web.encoding import json_bytes
from trading_bot.web.views import EquityPoint, GateView, LifeStep, Mark, Point, SignalView, StrategyView

SESSION_ON = date(2026, 11, 19)
SESSION_START_MS = 1_795_059_900_000
"""09:15 in India on that day."""
NOW_MS = SESSION_START_MS + 5 * 3_600_000
_MS_PER_MINUTE = 60_000
_MS_PER_DAY = 86_400_000
_SESSION_MINUTES = 375
_WELL = ("feed", "orders", "clock", "signals")
_PRICES = {"RELIANCE": 142_880, "TCS": 388_210, "INFY": 151_145, "ICICIBANK": 149_980, "MARUTI": 1_317_700}


def status_document() -> dict[str, Any]:
    """A paper session in the early afternoon, as the running daemon tells it."""
    return status.status_document(snapshot())


def snapshot() -> Snapshot:
    """Two positions with stops, one of others, orders of every kind, a worker that waits."""
    return Snapshot(
        run=RunHeader(
            mode="paper",
            session_on=SESSION_ON,
            now_ms=NOW_MS,
            phase="open",
            data="Upstox feed, simulated orders",
        ),
        day=DayView(
            gross=Decimal("123706.50"),
            charges=Decimal("250.00"),
            net=Decimal("123456.50"),
            trades=5,
            winning_trades=3,
            signals=8,
            open_risk=Decimal(4210),
            loss_limit=Decimal(25_000),
            longest_unprotected_s=1.4,
        ),
        symbols=tuple(_symbols()),
        orders=tuple(_orders()),
        budgets=(
            RateBudget(window_s=1, used=1, limit=8),
            RateBudget(window_s=60, used=21, limit=400),
            RateBudget(window_s=1800, used=1600, limit=1900),
        ),
        workers=(
            *(WorkerView(name=name, state="running", heartbeat_age_s=0.2) for name in _WELL),
            WorkerView(name="order stream", state="waiting to restart", restarts=2, heartbeat_age_s=3.1),
        ),
        notices=(
            Notice(at_ms=NOW_MS - 900_000, level="info", text="the session is open"),
            Notice(at_ms=NOW_MS - 60_000, level="warning", text="order tb6 is in doubt: its answer was lost"),
        ),
        feed_age_s=0.2,
        loop_lag_ms=0.8,
        resources=ResourceUse(tasks=24, threads=6, descriptors=41, resident_mb=214.0),
    )  # fmt: skip


def _symbols() -> Iterator[SymbolView]:
    held = {
        "RELIANCE": (34, "1428.20", 141_580, 145_460, "421.60"),
        "TCS": (-12, "3890.00", 392_150, 382_200, "-94.20"),
    }
    for name, price in _PRICES.items():
        view = SymbolView(
            symbol=name,
            last_price=price,
            previous_close=price - 1_000,
            last_price_age_s=0.4,
            candle_start_ms=NOW_MS - 900_000,
            candle_close=price,
            trend=Direction.LONG,
            score=0.67,
            foreign_quantity=50 if name == "INFY" else 0,
            halt="warming up" if name == "MARUTI" else "",
        )
        if name in held:
            quantity, entry, stop, target, unrealised = held[name]
            view = replace(view, quantity=quantity, entry_price=Decimal(entry), stop=stop, target=target)
            view = replace(view, unrealised=Decimal(unrealised), unprotected_s=0.0)
        yield view


def _orders() -> Iterator[OrderView]:
    rows = (
        (20, "MARUTI", Side.SELL, Purpose.ENTRY, OrderStatus.FILLED, 3, ""),
        (21, "MARUTI", Side.BUY, Purpose.STOP, OrderStatus.CANCELLED, 3, ""),
        (
            90,
            "ICICIBANK",
            Side.BUY,
            Purpose.ENTRY,
            OrderStatus.REJECTED,
            33,
            "RMS: margin exceeds by 1,204.50",
        ),
        (200, "RELIANCE", Side.BUY, Purpose.ENTRY, OrderStatus.FILLED, 34, ""),
        (200, "RELIANCE", Side.SELL, Purpose.STOP, OrderStatus.TRIGGER_PENDING, 34, ""),
        (280, "TCS", Side.BUY, Purpose.STOP, OrderStatus.IN_DOUBT, 12, ""),
    )
    for number, (minute, symbol, side, purpose, state, quantity, message) in enumerate(rows, 1):
        is_stop = purpose is Purpose.STOP
        yield OrderView(
            intended_at_ms=SESSION_START_MS + minute * _MS_PER_MINUTE,
            symbol=symbol,
            side=side,
            purpose=purpose,
            order_type=OrderType.STOP_LIMIT if is_stop else OrderType.LIMIT,
            quantity=quantity,
            filled_quantity=quantity if state is OrderStatus.FILLED else 0,
            price=_PRICES[symbol],
            trigger_price=_PRICES[symbol] - side.sign * 1_300 if is_stop else 0,
            status=state,
            tag=f"tb{number}",
            message=message,
        )


def plain(value: Any) -> Any:
    """Views as the app's JSON reads."""
    return json.loads(json_bytes(value))


def order_detail(tag: str, poison: str = "") -> dict[str, Any]:
    """One order and its life."""
    rows = [row for row in status_document()["orders"] if tag.endswith(row["tag"])]
    steps = ("intended", "sent", "acknowledged, order id 261119000000011", "filled")
    life = [
        LifeStep(time_ms=NOW_MS + number * 700, text=f"{text} {poison}") for number, text in enumerate(steps)
    ]
    return plain(answers.OrderDetail(order=rows[0], life=life))


def chart(name: str, timeframe_s: int) -> dict[str, Any]:
    """Candles of three sessions up to now, with an average, an oscillator and what was traded."""
    bars = _candles(name, timeframe_s)
    closes = [(bar.time_ms, bar.close / 100) for bar in bars]
    indicators = {
        "EMA 200": [Point(time_ms=at, value=close * 99.9) for at, close in closes],
        "RSI 14": [Point(time_ms=at, value=35 + close % 30) for at, close in closes],
        "MACD": [Point(time_ms=at, value=close % 7 - 3) for at, close in closes],
        "MACD histogram": [Point(time_ms=at, value=close % 5 - 2) for at, close in closes],
    }
    kinds = (("entry", "buy", bars[-9]), ("stop", "sell", bars[-4]), ("exit", "sell", bars[-2]))
    return plain(
        answers.Candles(
            symbol=name,
            timeframe_s=timeframe_s,
            candles=bars,
            indicators=indicators,
            marks=[_mark(bar, kind, side) for kind, side, bar in kinds],
            lines=answers.Lines(stop=None, target=None),
        )
    )


def _candles(name: str, timeframe_s: int) -> list[answers.Bar]:
    """A walk backwards from the newest price, so that every length of candle ends there."""
    chance = random.Random(name)
    starts = [
        day_ms + minute * _MS_PER_MINUTE
        for day_ms in (SESSION_START_MS - 2 * _MS_PER_DAY, SESSION_START_MS - _MS_PER_DAY, SESSION_START_MS)
        for minute in range(0, _SESSION_MINUTES, timeframe_s // 60)
        if day_ms + minute * _MS_PER_MINUTE < NOW_MS
    ]
    rows, close = [], _PRICES.get(name, 100_000)
    for start_ms in reversed(starts):
        first = close + chance.randint(-400, 400)
        high, low = max(first, close) + chance.randint(0, 200), min(first, close) - chance.randint(0, 200)
        rows.append(answers.Bar(time_ms=start_ms, open=first, high=high, low=low, close=close, volume=900))
        close = first
    return rows[::-1]


def _mark(bar: answers.Bar, kind: str, side: str) -> Mark:
    return Mark(time_ms=bar.time_ms, kind=kind, side=side, price=bar.close, text=f"{kind} 34")


def evaluations(names: Sequence[str] = tuple(_PRICES)) -> list[dict[str, Any]]:
    """The newest evaluation of each symbol; all but the first were stopped by a gate."""
    return [
        plain(
            SignalView(
                number=number,
                time_ms=NOW_MS - 900_000,
                strategy="confluence",
                symbol=name,
                score=0.67 if number else 0.9,
                direction="long",
                outcome="no signal" if number else "traded",
                gates=_gates(score_passes=number == 0, trend_passes=number < 2),
            )
        )
        for number, name in enumerate(names)
    ]


def _gates(*, score_passes: bool, trend_passes: bool) -> list[GateView]:
    rows = (
        ("ready", True, 1000, ">= 220 candles"),
        ("score", score_passes, 0.9 if score_passes else 0.67, ">= 0.7 or <= -0.7"),
        ("trend", trend_passes, 4.2 if trend_passes else -2.35, "> 0: close above EMA(200)"),
        ("volume", True, None, "skipped: no volume"),
    )
    return [
        GateView(name=name, passed=passed, measured=measured, needed=needed)
        for name, passed, measured, needed in rows
    ]


def explanation(symbol: str, poison: str = "") -> dict[str, Any]:
    """Why there was no trade: the form of `why --json`."""
    evaluation = {
        "strategy": "confluence",
        "candle_start": "2026-11-19T13:45:00.000+05:30",
        "score": 0.33,
        "side": "long",
        "data_age_ms": 40,
        "gates": [
            {"name": "ready", "passed": True, "measured": 1057, "needed": ">= 220 candles"}
            | {"distance": 837.0, "unit": "candles"},
            {"name": "score", "passed": False, "measured": 0.3333, "needed": f">= 0.6 or <= -0.6 {poison}"}
            | {"distance": -0.2667, "unit": None},
        ],
        "denied": None,
        "trade": None,
        "would_have_changed": [f"score: >= 0.6 or <= -0.6 (0.2667 too low) {poison}"],
    }
    return {
        "symbol": symbol,
        "headline": f"not traded: no signal {poison}",
        "no_evaluation_because": [],
        "evaluations": [evaluation],
        "open_trade": None,
        "turning_points": [{"at": "2026-11-19T09:30:00.000+05:30", "text": f"a short signal {poison}"}],
    }


def equity_points() -> list[dict[str, Any]]:
    """The day's result, minute by minute, up to now."""
    chance = random.Random(7)
    gross, points = 123_706, []
    for minute in range(299, 0, -1):
        at_ms = SESSION_START_MS + minute * _MS_PER_MINUTE
        net = gross - 250 * minute // 300
        points.append(EquityPoint(time_ms=at_ms, gross=Decimal(gross), net=Decimal(net)))
        gross -= chance.randint(-900, 1700)
    return plain(points[::-1])


def strategies(poison: str = "") -> list[dict[str, Any]]:
    """One that runs and one that a person stopped."""
    runs = StrategyView(
        name=f"confluence{poison}",
        timeframe_s=900,
        state="running",
        signals=7,
        trades=3,
        gross=Decimal("1250.00"),
        evaluations_seen=120,
    )
    stopped = StrategyView(
        name="ema_cross", timeframe_s=300, state="stopped", reason=f"by a person{poison}", signals=1
    )
    return plain([runs, stopped])
