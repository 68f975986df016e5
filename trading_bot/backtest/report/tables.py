"""The tables of a backtest as CSV: a row for each symbol, trades, equity. Money in rupees, times in India."""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal

import numpy as np

from trading_bot.backtest.report.figures import Figures
from trading_bot.backtest.report.groups import TradeGroup, group_of, symbol_of
from trading_bot.backtest.result import BacktestResult, BacktestTrade
from trading_bot.domain.ist import midnight_ms, ms_at
from trading_bot.domain.money import paise, rupees
from trading_bot.report.day.tables import csv_of_trades, csv_text, harmless
from trading_bot.report.wording import iso_time
from trading_bot.research.performance import CurveFigures, curve_figures

_LEAST_CLOSES = 2
_END_OF_DAY = time(23, 59)
_SUMMARY_COLUMNS = (
    "symbol",
    "trades",
    "open_trades",
    "win_rate",
    "profit_factor",
    "gross_pnl",
    "charges",
    "net_pnl",
    "return",
    "cagr",
    "sharpe",
    "max_drawdown",
    "buy_and_hold_return",
)
_EQUITY_COLUMNS = ("at", "equity", "drawdown", "buy_and_hold")


def summary_csv(figures: Figures) -> str:
    """One row for all, then one for each symbol; a symbol's returns are on the whole account's cash."""
    holding = figures.holding
    held = None if holding is None else holding.against.holding.total_return
    rows = [_summary_row(figures.together, figures.curve, held), *_symbol_rows(figures.result)]
    return csv_text(_SUMMARY_COLUMNS, rows)


def trades_csv(figures: Figures) -> str:
    """One row for each trade; charges in all and by kind."""
    result = figures.result
    return csv_of_trades((trade.result for trade in result.trades), tuple(result.charges))


def equity_csv(figures: Figures) -> str:
    """One row for each fill and each day's end; the drawdown is a fraction of the highest equity so far."""
    result, holding = figures.result, figures.holding
    held: list[str | None] = [None] * len(result.at_ms)
    if holding is not None:
        newest = np.searchsorted(holding.at_ms, result.at_ms, side="right") - 1
        held = [f"{value:.2f}" for value in holding.equity[newest].tolist()]
    columns = (result.at_ms.tolist(), result.equity.tolist(), figures.underwater.tolist(), held)
    return csv_text(
        _EQUITY_COLUMNS,
        (
            (iso_time(at_ms), rupees(equity), round(fall, 6), value)
            for at_ms, equity, fall, value in zip(*columns, strict=True)
        ),
    )


def _symbol_rows(result: BacktestResult) -> Iterator[tuple[object, ...]]:
    members: dict[str, list[BacktestTrade]] = {symbol: [] for symbol in (*result.symbols, *result.closes)}
    for trade in result.trades:
        members.setdefault(symbol_of(trade), []).append(trade)
    for symbol, trades in members.items():
        held = _held(result, symbol)
        yield _summary_row(group_of(symbol, result, trades), _curve(result, trades), held)


def _held(result: BacktestResult, symbol: str) -> float | None:
    _, closes = result.closes.get(symbol, (None, None))
    return None if closes is None or closes.size < _LEAST_CLOSES else float(closes[-1] / closes[0] - 1)


def _curve(result: BacktestResult, trades: list[BacktestTrade]) -> CurveFigures:
    """The account as if only these trades had been made; it moves at their ends."""
    last = {day: ms_at(day, _END_OF_DAY) for day in result.days}
    changes = [(last[day], 0) for day in result.days] + [_change(trade, last) for trade in trades]
    changes.sort()
    begin = paise(result.cash)
    at_ms = [midnight_ms(result.days[0]), *(at_ms for at_ms, _ in changes)]
    net = np.cumsum([begin, *(amount for _, amount in changes)])
    return curve_figures(at_ms, net)


def _change(trade: BacktestTrade, last: dict[date, int]) -> tuple[int, int]:
    at_ms = trade.result.record.exited_at_ms
    return last[trade.on] if at_ms is None else at_ms, paise(trade.result.net)


def _summary_row(group: TradeGroup, curve: CurveFigures, held: float | None) -> tuple[object, ...]:
    fall = curve.max_drawdown
    return (
        harmless(group.name),
        group.trades,
        group.open_trades,
        _ratio(group.closed.win_rate),
        _ratio(group.closed.profit_factor),
        _amount(group.gross),
        _amount(group.charges),
        _amount(group.net),
        _ratio(curve.total_return),
        _ratio(curve.cagr),
        _ratio(curve.sharpe),
        _ratio(0.0 if fall is None else fall.depth),
        _ratio(held),
    )


def _ratio(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"
