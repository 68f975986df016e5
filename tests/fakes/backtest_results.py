"""Results of backtests by hand: trades at given prices, with the equity and closes that go with them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from decimal import Decimal

import numpy as np

from tests.fakes.engine_driver import SHARE
from trading_bot.backtest.result import BacktestResult, BacktestTrade
from trading_bot.domain.instrument import Product
from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.domain.money import paise, rupees
from trading_bot.domain.order import Fill
from trading_bot.domain.signal import Direction
from trading_bot.domain.trade import ClosedTrade, ExitPlan, ExitReason, Trade
from trading_bot.report.day.record import TradeRecord
from trading_bot.report.day.result import TradeResult

DAYS = (date(2026, 10, 29), date(2026, 10, 30), date(2026, 11, 2))
_CLOSE = time(15, 30)
_CASH = Decimal(100_000)


def a_trade(
    on: date = DAYS[0],
    symbol: str = "RELIANCE",
    *,
    entered: str = "10:00",
    exited: str | None = "11:30",
    entry: int = 100_000,
    leave: int = 101_000,
    quantity: int = 10,
    direction: Direction = Direction.LONG,
    reason: ExitReason = ExitReason.TARGET,
    charges: Mapping[str, str] | None = None,
) -> BacktestTrade:
    """A trade at prices in paise, still open when it was never exited; brokerage is 40 rupees."""
    instrument = replace(SHARE, key=f"NSE_EQ|{symbol}", symbol=symbol)
    trade = Trade(
        trade_id=1,
        strategy="scripted",
        instrument_key=instrument.key,
        direction=direction,
        product=Product.INTRADAY,
        planned_quantity=quantity,
        planned_at_ms=ms_at(on, time.fromisoformat(entered)) - 1_000,
        reference_price=entry,
        plan=ExitPlan(stop_price=entry - 500, target_price=None, trail_distance=None),
        stop_price=entry - 500,
        best_price=entry,
    )
    sides = [(trade.entry_side, entered, entry)]
    if exited is not None:
        sides.append((trade.exit_side, exited, leave))
    fills = tuple(
        Fill(
            trade_id=f"f{number}",
            order_id=f"o{number}",
            instrument_key=instrument.key,
            side=side,
            quantity=quantity,
            price=price,
            filled_at_ms=ms_at(on, time.fromisoformat(at)),
        )
        for number, (side, at, price) in enumerate(sides)
    )
    gross = (leave - entry) * quantity * direction.sign
    closed = ClosedTrade(
        trade=trade,
        exit_reason=reason,
        closed_at_ms=fills[-1].filled_at_ms,
        quantity=quantity,
        entry_value=entry * quantity,
        exit_value=leave * quantity,
        gross_pnl=gross,
    )
    record = TradeRecord(
        trade=trade,
        fills=fills,
        stops=(),
        closed=None if exited is None else closed,
        evaluation=None,
    )
    costs = {kind: Decimal(amount) for kind, amount in (charges or {"brokerage": "40"}).items()}
    result = TradeResult(record=record, instrument=instrument, gross=rupees(gross), charges=costs)
    return BacktestTrade(on=on, result=result)


def a_result(
    trades: Sequence[BacktestTrade] = (),
    *,
    days: tuple[date, ...] = DAYS,
    closes: Mapping[str, Sequence[int]] | None = None,
    **changes,
) -> BacktestResult:
    """A result of trades: equity moves at their ends and is told at the end of each day."""
    moves = [(ms_at(day, _CLOSE), 0) for day in days] + [
        (trade.result.record.exited_at_ms or ms_at(trade.on, _CLOSE), paise(trade.result.net))
        for trade in trades
    ]
    equity = {midnight_ms(days[0]): paise(_CASH)}
    total = paise(_CASH)
    for at_ms, amount in sorted(moves):
        total += amount
        equity[at_ms] = total
    charges: dict[str, Decimal] = {}
    for trade in trades:
        for kind, amount in trade.result.charges.items():
            charges[kind] = charges.get(kind, Decimal(0)) + amount
    prices = {"RELIANCE": (100_000, 102_000, 104_000), "TCS": (300_000, 300_000, 306_000)}
    given = {
        "data": "by hand",
        "fidelity": "candle",
        "symbols": tuple(closes or prices),
        "cash": _CASH,
        "days": days,
        "trades": tuple(trades),
        "charges": charges,
        "at_ms": np.array(list(equity), dtype=np.int64),
        "equity": np.array(list(equity.values()), dtype=np.int64),
        "closes": {
            symbol: (
                np.array([ms_at(day, _CLOSE) for day in days], dtype=np.int64)[: len(series)],
                np.array(series[: len(days)], dtype=np.int64),
            )
            for symbol, series in (prices if closes is None else closes).items()
        },
        "signals": len(trades) + 3,
        "denials": {"position_exists": 2},
        "bars": 375 * len(days),
        "problems": (),
    }
    return BacktestResult(**(given | changes))


def three_trades() -> tuple[BacktestTrade, ...]:
    """A winner of 60 and a loser of 140 rupees net on the first day, a short winner of 160 on the last."""
    return (
        a_trade(),
        a_trade(
            symbol="TCS",
            entered="11:00",
            exited="12:00",
            entry=300_000,
            leave=299_000,
            reason=ExitReason.STOP,
        ),
        a_trade(
            DAYS[2],
            entered="14:15",
            exited="15:15",
            entry=104_000,
            leave=102_000,
            direction=Direction.SHORT,
            reason=ExitReason.SQUARE_OFF,
        ),
    )
