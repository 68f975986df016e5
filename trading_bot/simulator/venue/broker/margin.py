"""What orders and positions block: part of the value of shares and futures, a bought option's premium."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from trading_bot.domain.instrument import Instrument, InstrumentKind, Product
from trading_bot.domain.money import PAISE_PER_RUPEE, ZERO, round_to_paisa
from trading_bot.domain.order import Side
from trading_bot.simulator.venue.broker.orders import VenueOrder
from trading_bot.simulator.venue.ledger import Holding
from trading_bot.simulator.venue.settings import VenueSettings


def unit_margin(
    instrument: Instrument, product: Product, side: Side, price: Decimal, settings: VenueSettings
) -> Decimal:
    """Rupees that one unit blocks when an order of this side opens it at a price in paise."""
    value = price / PAISE_PER_RUPEE
    if instrument.kind is InstrumentKind.OPTION:
        if side is Side.BUY:
            return value
        return Decimal(instrument.strike or 0) / PAISE_PER_RUPEE * settings.option_writing_margin
    if instrument.kind is InstrumentKind.FUTURE:
        return value * settings.future_margin
    return value if product is Product.DELIVERY else value * settings.equity_intraday_margin


def blocked_margin(holding: Holding, orders: Sequence[VenueOrder], settings: VenueSettings) -> Decimal:
    """Rupees that a position and the live orders of its instrument and product block together.

    Orders that only shrink the position block nothing; of buying and selling orders the larger sum counts,
    since both cannot open.
    """
    quantity = holding.quantity
    open_side = Side.BUY if quantity > 0 else Side.SELL
    position = abs(quantity) * unit_margin(
        holding.instrument, holding.product, open_side, holding.entry_price, settings
    )
    opening = (_opening_margin(side, quantity, orders, settings) for side in Side)
    return round_to_paisa(position + max(opening))


def _opening_margin(
    side: Side, position: int, orders: Iterable[VenueOrder], settings: VenueSettings
) -> Decimal:
    closable = max(0, -side.sign * position)
    total = ZERO
    for order in orders:
        if order.side is not side:
            continue
        closing = min(closable, order.pending_quantity)
        closable -= closing
        price = Decimal(order.price or order.trigger_price)
        unit = unit_margin(order.instrument, order.product, side, price, settings)
        total += (order.pending_quantity - closing) * unit
    return total
