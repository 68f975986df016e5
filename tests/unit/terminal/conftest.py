"""Snapshots to draw."""

from datetime import date, time
from decimal import Decimal

import pytest

from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, OrderType, Purpose, Side
from trading_bot.domain.signal import Direction
from trading_bot.engine.snapshot import (
    DayView,
    Notice,
    OrderView,
    RateBudget,
    RunHeader,
    Snapshot,
    SymbolView,
    WorkerView,
)

ON = date(2026, 11, 19)


def at(hour: int, minute: int, second: int = 0) -> int:
    return ms_at(ON, time(hour, minute, second))


@pytest.fixture
def snapshot() -> Snapshot:
    """A busy moment: two positions of twelve symbols, eight orders, one ill worker, a halt."""
    held = SymbolView(
        symbol="RELIANCE",
        last_price=293_450,
        previous_close=290_000,
        candle_start_ms=at(11, 30),
        candle_close=293_300,
        trend=Direction.LONG,
        score=0.72,
        quantity=120,
        entry_price=Decimal("2921.05"),
        stop=290_900,
        target=296_500,
        unrealised=Decimal("1614.00"),
        unprotected_s=0.0,
    )
    short = SymbolView(
        symbol="NIFTY26NOV24500CE",
        last_price=10_230,
        previous_close=11_000,
        trend=Direction.SHORT,
        score=-0.81,
        quantity=-75,
        entry_price=Decimal("105.40"),
        stop=11_200,
        target=9_000,
        unrealised=Decimal("-232.50"),
        last_price_age_s=9.0,
        unprotected_s=0.0,
    )
    others = tuple(
        SymbolView(
            symbol=f"SHARE{number:02d}", last_price=100_000 + number, previous_close=100_000, score=0.1
        )
        for number in range(9)
    )
    statuses = (OrderStatus.FILLED, OrderStatus.OPEN, OrderStatus.TRIGGER_PENDING, OrderStatus.REJECTED)
    orders = tuple(
        OrderView(
            intended_at_ms=at(11, 30, number),
            symbol="RELIANCE",
            side=Side.BUY if number % 2 else Side.SELL,
            purpose=Purpose.ENTRY if number % 2 else Purpose.STOP,
            order_type=OrderType.LIMIT,
            quantity=120,
            filled_quantity=60,
            price=292_000 + number,
            trigger_price=0,
            status=statuses[number % 4],
            tag=f"tb000000000{number}",
            message="price outside the band" if number % 4 == 3 else "",
        )
        for number in range(8)
    )
    return Snapshot(
        run=RunHeader(
            mode="replay",
            session_on=ON,
            now_ms=at(11, 42, 7),
            phase="open",
            data="generated, seed 7",
            speed=60,
        ),
        day=DayView(
            gross=Decimal("1381.50"),
            charges=Decimal("212.37"),
            net=Decimal("1169.13"),
            trades=4,
            winning_trades=3,
            signals=6,
            open_risk=Decimal(3021),
            loss_limit=Decimal(20000),
        ),
        symbols=(*others, held, short),
        orders=orders,
        budgets=(
            RateBudget(window_s=1, used=2, limit=8),
            RateBudget(window_s=60, used=9, limit=10),
            RateBudget(window_s=1800, used=31, limit=1600),
        ),
        workers=(
            WorkerView(name="feed", state="running"),
            WorkerView(name="orders", state="waiting to restart", restarts=2),
        ),
        halts=("daily loss limit reached",),
        notices=(
            Notice(at_ms=at(11, 40), level="warning", text="feed reconnected after 2 s"),
            Notice(at_ms=at(11, 41), level="critical", text="order rejected: price outside the band"),
        ),
        feed_age_s=0.12,
        loop_lag_ms=1.4,
    )
