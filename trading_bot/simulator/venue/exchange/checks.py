"""What the exchange rejects on arrival: phase of the session, order type, trigger side and price band."""

from trading_bot.domain.instrument import Instrument, InstrumentKind
from trading_bot.domain.money import rupees
from trading_bot.domain.order import OrderType, Side, Validity
from trading_bot.simulator.venue.broker.orders import VenueOrder
from trading_bot.simulator.venue.broker.risk_desk import Terms
from trading_bot.simulator.venue.contracts import MarketUpdate
from trading_bot.simulator.venue.exchange.session_plan import Phase


def phase_rejection(phase: Phase, order: VenueOrder, order_type: OrderType, validity: Validity) -> str | None:
    """Why an order of this kind is not taken in a phase; None when it is."""
    if phase is Phase.CONTINUOUS:
        return None
    if not phase.takes_orders:
        return f"Exchange: no order entry in {phase}"
    barred = (
        ("stop-loss", order_type.has_trigger),
        ("IOC", validity is Validity.IMMEDIATE_OR_CANCEL),
        ("disclosed-quantity", order.disclosed_quantity > 0),
        ("market", order_type is OrderType.MARKET and phase is Phase.AUCTION_LIMIT_ONLY),
    )
    refusals = (
        f"Exchange: {kind} orders are not accepted in {phase}" for kind, is_barred in barred if is_barred
    )
    return next(refusals, None)


def terms_rejection(
    instrument: Instrument, side: Side, terms: Terms, market: MarketUpdate | None, band: tuple[int, int]
) -> str | None:
    """Why an order with these terms is not taken; None when it is.

    The limit of a stop is checked when it triggers, not on arrival.
    """
    if not terms.order_type.has_trigger:
        return band_rejection(terms.price, band)
    if terms.order_type is OrderType.STOP_MARKET and instrument.kind is InstrumentKind.OPTION:
        return "16052: Exchange: stop-loss market orders are not allowed for options"
    if market is not None and _is_past(side, terms.trigger_price, market.last_price):
        trigger, last = rupees(terms.trigger_price), rupees(market.last_price)
        prices = f"{trigger} is on the wrong side of the last price {last}"
        return f"Exchange: trigger price {prices}"
    return None


def band_rejection(price: int, band: tuple[int, int]) -> str | None:
    """Why a limit price is not taken; None when it is inside the band."""
    low, high = band
    if low <= price <= high:
        return None
    limits = f"{rupees(low)} to {rupees(high)}"
    return f"Exchange: price {rupees(price)} is outside the price band {limits} (circuit limit)"


def _is_past(side: Side, trigger_price: int, last_price: int) -> bool:
    return last_price >= trigger_price if side is Side.BUY else last_price <= trigger_price
