"""The tables of a report as CSV: trades, orders, equity. Money and prices in rupees, times in India."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO

from trading_bot.domain.money import rupees
from trading_bot.report.day.equity import drawdowns
from trading_bot.report.day.record import OrderRecord
from trading_bot.report.day.result import DayResult, TradeResult
from trading_bot.report.wording import iso_time, mean_price

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TRADE_COLUMNS = (
    "trade_id",
    "symbol",
    "instrument_key",
    "strategy",
    "direction",
    "quantity",
    "open_quantity",
    "size_limited_by",
    "score",
    "planned_at",
    "entry_at",
    "entry_price",
    "exit_at",
    "exit_price",
    "exit_reason",
    "initial_stop",
    "final_stop",
    "target",
    "gross_pnl",
    "charges",
    "net_pnl",
)
_ORDER_COLUMNS = (
    "tag",
    "order_id",
    "trade_id",
    "symbol",
    "instrument_key",
    "purpose",
    "side",
    "product",
    "order_type",
    "quantity",
    "price",
    "trigger_price",
    "filled_quantity",
    "average_price",
    "status",
    "intended_at",
    "last_step_at",
    "steps",
    "message",
)
_EQUITY_COLUMNS = ("at", "gross_pnl", "charges", "net_pnl", "drawdown")


def trades_csv(result: DayResult) -> str:
    """One row for each trade that bought or sold; charges in all and by kind."""
    return csv_of_trades(result.trades, tuple(result.costs.lines))


def csv_of_trades(trades: Iterable[TradeResult], kinds: Sequence[str]) -> str:
    """One row for each trade; charges in all and of these kinds."""
    columns = (*_TRADE_COLUMNS, *(f"charge_{kind}" for kind in kinds))
    return csv_text(columns, (_trade_row(trade, kinds) for trade in trades))


def orders_csv(result: DayResult) -> str:
    """One row for each order that was intended."""
    return csv_text(_ORDER_COLUMNS, (_order_row(result, record) for record in result.record.orders))


def equity_csv(result: DayResult) -> str:
    """One row for each fill and each minute's close."""
    falls = drawdowns(result.curve)
    return csv_text(
        _EQUITY_COLUMNS,
        (
            (
                iso_time(point.at_ms),
                rupees(point.gross),
                rupees(point.charges),
                rupees(point.net),
                rupees(fall),
            )
            for point, fall in zip(result.curve, falls, strict=True)
        ),
    )


def _trade_row(result: TradeResult, kinds: Sequence[str]) -> Sequence[object]:
    record = result.record
    trade, plan = record.trade, record.trade.plan
    reason = record.closed.exit_reason if record.closed else trade.exit_reason
    return (
        trade.trade_id,
        harmless(result.instrument.symbol),
        harmless(trade.instrument_key),
        harmless(trade.strategy),
        trade.direction,
        record.entered_quantity,
        record.open_quantity,
        trade.size_limited_by,
        round(trade.signed_score, 4),
        iso_time(trade.planned_at_ms),
        _time(record.entered_at_ms),
        mean_price(record.entered_value, record.entered_quantity),
        _time(record.exited_at_ms),
        mean_price(record.exited_value, record.exited_quantity),
        reason,
        rupees(plan.stop_price),
        rupees(trade.stop_price),
        None if plan.target_price is None else rupees(plan.target_price),
        _amount(result.gross),
        _amount(result.total_charges),
        _amount(result.net),
        *(_amount(result.charges.get(kind, Decimal(0))) for kind in kinds),
    )


def _order_row(result: DayResult, record: OrderRecord) -> Sequence[object]:
    order, request = record.order, record.order.request
    value = sum(fill.value for fill in record.fills)
    return (
        order.tag,
        None if order.order_id is None else harmless(order.order_id),
        record.trade_id,
        harmless(result.symbol(request.instrument_key)),
        harmless(request.instrument_key),
        request.purpose,
        request.side,
        request.product,
        order.terms.order_type,
        order.terms.quantity,
        rupees(order.terms.price),
        rupees(order.terms.trigger_price),
        order.filled_quantity,
        mean_price(value, sum(fill.quantity for fill in record.fills)),
        order.status,
        iso_time(order.intended_at_ms),
        iso_time(record.steps[-1].at_ms),
        len(record.steps),
        harmless(order.message),
    )


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A heading and its rows."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def harmless(text: str) -> str:
    """Text from outside, made harmless for spreadsheets, which run what looks like a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso_time(at_ms)


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"
