"""Order and trade rows as the order book, its history, the trade book and the stream show them."""

from typing import Any

from trading_bot.domain.instrument import Instrument
from trading_bot.simulator.server import wire
from trading_bot.simulator.server.session.listing import Listing
from trading_bot.simulator.venue.contracts import OrderRow, TradeRow


def book_row(row: OrderRow, listing: Listing) -> dict[str, Any]:
    """A row of the order book and of order details."""
    instrument = _listed(listing, row.instrument_key)
    return _common(row, instrument, wire.book_symbol(instrument)) | {
        "guid": None,
        "pending_quantity": row.pending_quantity,
        "status_message_raw": row.status_message or None,
        "order_ref_id": row.order_id,
    }


def history_row(row: OrderRow, listing: Listing) -> dict[str, Any]:
    """A row of the order history."""
    instrument = _listed(listing, row.instrument_key)
    return _common(row, instrument, wire.plain_symbol(instrument.symbol))


def stream_message(row: OrderRow, listing: Listing, user_id: str) -> dict[str, Any]:
    """A message of the portfolio stream."""
    return book_row(row, listing) | {
        "update_type": "order",
        "user_id": user_id,
        "userId": user_id,
        "instrument_key": row.instrument_key,
    }


def trade_row(row: TradeRow, listing: Listing) -> dict[str, Any]:
    """A row of the trade book."""
    instrument = _listed(listing, row.instrument_key)
    symbol = wire.book_symbol(instrument)
    return {
        "exchange": wire.exchange_of(instrument.segment),
        "product": row.product.value,
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "instrument_token": row.instrument_key,
        "order_type": row.order_type.value,
        "transaction_type": row.side.value,
        "quantity": row.quantity,
        "exchange_order_id": row.exchange_order_id,
        "order_id": row.order_id,
        "exchange_timestamp": wire.text_time(row.traded_at_ms),
        "average_price": wire.rupees_number(row.price),
        "trade_id": row.trade_id,
        "order_ref_id": row.order_id,
        "order_timestamp": wire.text_time(row.ordered_at_ms),
    }


def _common(row: OrderRow, instrument: Instrument, symbol: str) -> dict[str, Any]:
    return {
        "exchange": wire.exchange_of(instrument.segment),
        "product": row.product.value,
        "price": wire.rupees_number(row.price),
        "quantity": row.quantity,
        "status": row.status,
        "tag": row.tag,
        "instrument_token": row.instrument_key,
        "placed_by": row.placed_by,
        "trading_symbol": symbol,
        "tradingsymbol": symbol,
        "order_type": row.order_type.value,
        "validity": row.validity.value,
        "trigger_price": wire.rupees_number(row.trigger_price),
        "disclosed_quantity": row.disclosed_quantity,
        "transaction_type": row.side.value,
        "average_price": wire.number(row.average_price),
        "filled_quantity": row.filled_quantity,
        "status_message": row.status_message or None,
        "exchange_order_id": row.exchange_order_id,
        "parent_order_id": None,
        "order_id": row.order_id,
        "variety": "SIMPLE",
        "order_timestamp": wire.text_time(row.ordered_at_ms),
        "exchange_timestamp": wire.text_time(row.exchange_at_ms) if row.exchange_at_ms else None,
        "is_amo": row.is_amo,
        "order_request_id": "1",
    }


def _listed(listing: Listing, key: str) -> Instrument:
    instrument = listing.find(key)
    assert instrument is not None, f"the core has an order in {key}, which is not listed"
    return instrument
