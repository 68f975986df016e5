"""The trade log: every fill of a day as CSV, with the order and the trade that it belongs to."""

from collections.abc import Mapping

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.money import rupees
from trading_bot.report.day.record import DayRecord
from trading_bot.report.day.tables import csv_text, harmless
from trading_bot.report.wording import iso_time

_COLUMNS = (
    "filled_at",
    "symbol",
    "instrument_key",
    "side",
    "quantity",
    "price",
    "value",
    "purpose",
    "product",
    "order_id",
    "exchange_trade_id",
    "tag",
    "trade_id",
    "strategy",
)


def fills_csv(record: DayRecord, instruments: Mapping[str, Instrument]) -> str:
    """One row for each fill, oldest first; money in rupees, times in India."""
    strategies = {trade.trade.trade_id: trade.trade.strategy for trade in record.trades}
    fills = [(fill, order) for order in record.orders for fill in order.fills]
    rows = (
        (
            iso_time(fill.filled_at_ms),
            harmless(instruments[fill.instrument_key].symbol),
            harmless(fill.instrument_key),
            fill.side,
            fill.quantity,
            rupees(fill.price),
            rupees(fill.value),
            order.purpose,
            order.order.request.product,
            harmless(fill.order_id),
            harmless(fill.trade_id),
            order.order.tag,
            order.trade_id,
            harmless(strategies.get(order.trade_id, "") if order.trade_id is not None else ""),
        )
        for fill, order in sorted(fills, key=lambda pair: pair[0].filled_at_ms)
    )
    return csv_text(_COLUMNS, rows)
