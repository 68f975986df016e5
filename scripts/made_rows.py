"""Single made-up rows of the made-up day: orders, trades, evaluations."""

from dataclasses import replace
from datetime import date
from datetime import time as clock_time
from decimal import Decimal
from random import Random

from trading_bot.domain.ist import ms_at
from trading_bot.domain.order import OrderStatus, OrderType, Purpose, Side
from trading_bot.engine.snapshot import OrderView
from trading_bot.web.views import GateView, SignalView, TradeView

ON = date(2026, 11, 19)
OPEN_MS = ms_at(ON, clock_time(9, 15))
HOSTILE = "RMS: <script>alert('x')</script> & margin \"short\""
"""What a broker may say, and a page must not run."""
THRESHOLD = 0.6


def order_pair(now_ms: int, number: int, name: str, quantity: int, price: int) -> tuple[OrderView, OrderView]:
    """A filled entry, and the stop that rests behind it."""
    side = Side.BUY if quantity > 0 else Side.SELL
    entry = OrderView(
        intended_at_ms=now_ms - 1_800_000 + number * 1_000,
        symbol=name,
        side=side,
        purpose=Purpose.ENTRY,
        order_type=OrderType.LIMIT,
        quantity=abs(quantity),
        filled_quantity=abs(quantity),
        price=price,
        trigger_price=0,
        status=OrderStatus.FILLED,
        tag=f"tdemo001{number:04d}",
    )
    stop = replace(
        entry,
        side=side.opposite,
        purpose=Purpose.STOP,
        order_type=OrderType.STOP_LIMIT,
        filled_quantity=0,
        trigger_price=price - 1_200,
        status=OrderStatus.TRIGGER_PENDING,
        tag=f"tdemo001{number + 1:04d}",
    )
    return entry, stop


def rejected_order(now_ms: int, name: str, price: int) -> OrderView:
    """An entry that the broker did not take, with its words."""
    return OrderView(
        intended_at_ms=now_ms - 60_000,
        symbol=name,
        side=Side.BUY,
        purpose=Purpose.ENTRY,
        order_type=OrderType.LIMIT,
        quantity=10,
        filled_quantity=0,
        price=price,
        trigger_price=0,
        status=OrderStatus.REJECTED,
        tag="tdemo0019999",
        message=HOSTILE,
    )


def closed_trade(random: Random, number: int, name: str, price: int) -> TradeView:
    """A trade of the morning."""
    gross = Decimal(random.randrange(-60_000, 80_000)).scaleb(-2)
    at_ms = OPEN_MS + number * 700_000
    return TradeView(
        trade_id=number,
        symbol=name,
        strategy="confluence" if number % 4 else "ema_cross",
        direction="long" if number % 3 else "short",
        quantity=number * 5,
        planned_at_ms=at_ms,
        closed_at_ms=at_ms + 600_000,
        entry=Decimal(price).scaleb(-2),
        exit=Decimal(price + 500).scaleb(-2),
        gross=gross,
        exit_reason=("stop", "target", "trailing_stop", "signal")[number % 4],
    )


def evaluation(random: Random, number: int, at_ms: int, symbol: str) -> SignalView:
    """What a strategy said, and what became of it."""
    score = round(random.uniform(-1, 1), 3)
    raised = abs(score) > THRESHOLD
    outcome = random.choice(("traded", "denied")) if raised else "no signal"
    gates = (
        GateView(
            name="score",
            passed=raised,
            measured=score,
            needed="|score| >= 0.6; RSI +1, MACD +1",
        ),
        GateView(name="trend", passed=score > 0, measured=1428.8, needed="close above EMA 200 = 1420.35"),
        GateView(
            name="trigger",
            passed=number % 2 == 0,
            measured="MACD, 1 candle ago",
            needed="within 3 candles",
        ),
        GateView(name="volume", passed=True, measured=None, needed="skipped: no volume"),
    )
    return SignalView(
        number=number,
        time_ms=at_ms - at_ms % 60_000,
        strategy="confluence" if number % 3 else "ema_cross",
        symbol=symbol,
        score=score,
        direction=("long" if score > 0 else "short") if raised else None,
        outcome=outcome,
        detail="max_concurrent_positions: 5 of 5 are open" if outcome == "denied" else "",
        gates=gates,
    )
