"""Position rows as REST and the stream show them."""

from typing import Any

from trading_bot.domain.instrument import Instrument, Segment
from trading_bot.simulator.server import wire
from trading_bot.simulator.venue.contracts import PositionRow

_MULTIPLIER = 1.0


def rest_row(row: PositionRow, instrument: Instrument, *, hides_average_price: bool) -> dict[str, Any]:
    """A row of the short-term positions."""
    symbol = wire.book_symbol(instrument)
    realised = _realised(row)
    unrealised = row.sell_value - row.buy_value + row.quantity * row.last_price - realised
    return _quantities(row) | {
        "exchange": wire.exchange_of(instrument.segment),
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "average_price": None if hides_average_price and instrument.segment.is_cash else _open_price(row),
        "value": wire.rupees_number(row.buy_value - row.sell_value),
        "last_price": wire.rupees_number(row.last_price),
        "close_price": wire.rupees_number(row.close_price),
        "pnl": round(wire.rupees_number(realised + unrealised), 2),
        "realised": round(wire.rupees_number(realised), 2),
        "unrealised": round(wire.rupees_number(unrealised), 2),
    }


def stream_message(row: PositionRow) -> dict[str, Any]:
    """A position message of the portfolio stream: segment style exchange, no P&L, no symbol."""
    return _quantities(row) | {
        "update_type": "position",
        "instrument_key": row.instrument_key,
        "exchange": Segment(row.instrument_key.partition("|")[0]).value,
        "average_price": _open_price(row),
    }


def _quantities(row: PositionRow) -> dict[str, Any]:
    buy_value, sell_value = wire.rupees_number(row.buy_value), wire.rupees_number(row.sell_value)
    buy_price = wire.mean_price(row.buy_value, row.buy_quantity)
    sell_price = wire.mean_price(row.sell_value, row.sell_quantity)
    return {
        "instrument_token": row.instrument_key,
        "product": row.product.value,
        "quantity": row.quantity,
        "multiplier": _MULTIPLIER,
        "buy_value": buy_value,
        "sell_value": sell_value,
        "buy_price": buy_price,
        "sell_price": sell_price,
        "overnight_quantity": 0,
        "overnight_buy_quantity": 0,
        "overnight_buy_amount": 0.0,
        "overnight_sell_quantity": 0,
        "overnight_sell_amount": 0.0,
        "day_buy_quantity": row.buy_quantity,
        "day_buy_value": buy_value,
        "day_buy_price": buy_price,
        "day_sell_quantity": row.sell_quantity,
        "day_sell_value": sell_value,
        "day_sell_price": sell_price,
    }


def _realised(row: PositionRow) -> float:
    """P&L in paise of what was both bought and sold, at average prices."""
    closed = min(row.buy_quantity, row.sell_quantity)
    if not closed:
        return 0.0
    return closed * (row.sell_value / row.sell_quantity - row.buy_value / row.buy_quantity)


def _open_price(row: PositionRow) -> float:
    if row.quantity == 0:
        return 0.0
    if row.quantity > 0:
        return wire.mean_price(row.buy_value, row.buy_quantity)
    return wire.mean_price(row.sell_value, row.sell_quantity)
