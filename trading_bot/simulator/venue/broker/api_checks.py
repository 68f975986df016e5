"""What the broker's API refuses at once, with the code of its answer; everything else is rejected later.

The broker publishes no text for UDAPI1041 and 1042; they are used here for a missing and a needless trigger
price.
"""

from collections.abc import Iterable
from decimal import Decimal

from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.order import OrderType, Side
from trading_bot.simulator.venue.broker.orders import VenueOrder
from trading_bot.simulator.venue.broker.protection import AUTOMATIC
from trading_bot.simulator.venue.contracts import ChangedTerms, NewOrder, VenueRefusal
from trading_bot.simulator.venue.listing import Listing
from trading_bot.simulator.venue.settings import VenueSettings

_TAG_LENGTH_MAX = 40
_PROTECTION_PCT_MAX = 25
_BAD_REQUEST = 400
_Terms = NewOrder | ChangedTerms


def refuse_new(order: NewOrder, listing: Listing, now_ms: int, settings: VenueSettings) -> None:
    """Check a place request's fields and hours. Raises VenueRefusal."""
    if not listing.instrument.is_tradable:
        raise _refusal("UDAPI100011", f"{order.instrument_key} cannot be traded", "instrument_token")
    if order.quantity <= 0:
        raise _refusal("UDAPI1052", "The quantity cannot be zero", "quantity")
    if order.tag is not None and len(order.tag) > _TAG_LENGTH_MAX:
        raise _refusal("UDAPI1119", f"Tag must not exceed {_TAG_LENGTH_MAX} characters", "tag")
    if not 0 <= order.disclosed_quantity <= order.quantity:
        raise _refusal(
            "UDAPI100036", "The disclosed quantity is not within the quantity", "disclosed_quantity"
        )
    if len(sliced_quantities(order, listing)) > settings.slices_max:
        raise _refusal("UDAPI1118", f"More than {settings.slices_max} orders after slicing", "quantity")
    _refuse_terms(order, order.side, listing, settings)
    if not listing.plan.is_on(now_ms):
        _refuse_after_market(order, listing, now_ms, settings)


def refuse_change(change: ChangedTerms, order: VenueOrder, listing: Listing, settings: VenueSettings) -> None:
    """Check a modify request. Raises VenueRefusal."""
    if order.is_done:
        raise _refusal(
            "UDAPI100041", f"Order is already {order.final_status}, it cannot be modified", "order_id"
        )
    if change.quantity is not None and change.quantity <= 0:
        raise _refusal("UDAPI1052", "The quantity cannot be zero", "quantity")
    _refuse_terms(change, order.side, listing, settings)
    if order.is_kept:
        _refuse_kept_stop(change)


def refuse_cancel(order: VenueOrder) -> None:
    """Check a cancel request. Raises VenueRefusal."""
    if order.is_done:
        raise _refusal(
            "UDAPI100040", f"Order is already {order.final_status}, it cannot be cancelled", "order_id"
        )


def sliced_quantities(order: NewOrder, listing: Listing) -> tuple[int, ...]:
    """Quantities of the orders that a request becomes; a broken lot is left for the risk desk to reject."""
    if not order.slice or order.quantity % listing.instrument.lot_size:
        return (order.quantity,)
    return listing.instrument.slices(order.quantity)


def _refuse_after_market(order: NewOrder, listing: Listing, now_ms: int, settings: VenueSettings) -> None:
    if not order.is_amo or not _is_amo_window(listing.instrument, now_ms, settings):
        raise _refusal("UDAPI100057", "The market is closed", "instrument_token")
    _refuse_kept_stop(order)
    if order.disclosed_quantity:
        raise _refusal(
            "UDAPI100036",
            "After-market orders cannot have a disclosed quantity",
            "disclosed_quantity",
        )


def _is_amo_window(instrument: Instrument, now_ms: int, settings: VenueSettings) -> bool:
    at = datetime_of(now_ms).time()
    closes, reopens = settings.amo_share_closes_at, settings.amo_share_reopens_at
    if instrument.segment.is_derivatives:
        closes, reopens = settings.amo_derivative_closes_at, settings.amo_derivative_reopens_at
    return settings.amo_opens_at <= at < closes or at >= reopens


def _refuse_kept_stop(terms: _Terms) -> None:
    if terms.order_type.has_trigger:
        raise _refusal("UDAPI100036", "After-market orders cannot have a trigger price", "order_type")


def _refuse_terms(terms: _Terms, side: Side, listing: Listing, settings: VenueSettings) -> None:
    _refuse_prices(terms, side)
    if terms.order_type in (OrderType.MARKET, OrderType.STOP_MARKET):
        _refuse_protection(terms.market_protection_pct, settings)
    if settings.off_tick_refused_at_once and not _are_on_tick((terms.price, terms.trigger_price), listing):
        raise _refusal("UDAPI100036", "The price is not a multiple of the tick size", "price")


def _refuse_prices(terms: _Terms, side: Side) -> None:
    has_price, has_trigger = terms.price != 0, terms.trigger_price != 0
    if min(terms.price, terms.trigger_price) < 0:
        raise _refusal("UDAPI100036", "A price cannot be negative", "price")
    if terms.order_type is OrderType.MARKET and has_price:
        raise _refusal("UDAPI1040", "Price is not required for a market order", "price")
    if terms.order_type in (OrderType.LIMIT, OrderType.STOP_LIMIT) and not has_price:
        raise _refusal("UDAPI1043", "Price is required for this order type", "price")
    if terms.order_type.has_trigger and not has_trigger:
        raise _refusal("UDAPI1041", "Trigger price is required for this order type", "trigger_price")
    if has_trigger and not terms.order_type.has_trigger:
        raise _refusal("UDAPI1042", "Trigger price is not allowed for this order type", "trigger_price")
    if terms.order_type is OrderType.STOP_MARKET and has_price:
        raise _refusal("UDAPI1040", "Price is not required for a market order", "price")
    if terms.order_type is OrderType.STOP_LIMIT:
        _refuse_stop_limit(terms, side)


def _refuse_stop_limit(terms: _Terms, side: Side) -> None:
    if side is Side.BUY and terms.trigger_price > terms.price:
        raise _refusal("UDAPI1037", "Trigger price should be less than the limit price", "trigger_price")
    if side is Side.SELL and terms.trigger_price < terms.price:
        raise _refusal("UDAPI1038", "Trigger price should be greater than the limit price", "trigger_price")


def _refuse_protection(pct: Decimal, settings: VenueSettings) -> None:
    if pct > _PROTECTION_PCT_MAX:
        raise _refusal("UDAPI1176", f"Market protection is above {_PROTECTION_PCT_MAX}", "market_protection")
    if pct < 0 and pct != AUTOMATIC:
        raise _refusal("UDAPI1177", "Market protection is invalid", "market_protection")
    if pct == 0 and not settings.unprotected_market_orders_allowed:
        raise _refusal(
            "UDAPI1158", "Market orders without market protection are not allowed", "market_protection"
        )


def _are_on_tick(prices: Iterable[int], listing: Listing) -> bool:
    return all(listing.instrument.is_on_tick(price) for price in prices)


def _refusal(code: str, message: str, property_path: str) -> VenueRefusal:
    return VenueRefusal(_BAD_REQUEST, code, message, property_path)
