"""The broker's risk desk: looks at an order after its id was given out, and rejects it with a text."""

from dataclasses import dataclass, replace
from decimal import Decimal

from trading_bot.domain.instrument import Instrument, InstrumentKind, Product
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import OrderType, Side
from trading_bot.simulator.venue.broker.margin import blocked_margin, unit_margin
from trading_bot.simulator.venue.broker.orders import OrderRegister, Standing, VenueOrder
from trading_bot.simulator.venue.broker.protection import protected_limit, protection_pct
from trading_bot.simulator.venue.contracts import ChangedTerms, NewOrder
from trading_bot.simulator.venue.exchange.bands import PriceBands
from trading_bot.simulator.venue.ledger import RISK_DESK, Ledger
from trading_bot.simulator.venue.listing import MarketBoard
from trading_bot.simulator.venue.settings import VenueSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What of an order is checked: those of a new one, or those that a modification wants."""

    order_type: OrderType
    price: int
    trigger_price: int
    quantity: int


def terms_of(order: VenueOrder) -> Terms:
    """Terms that an order has now."""
    return Terms(
        order_type=order.order_type,
        price=order.price,
        trigger_price=order.trigger_price,
        quantity=order.quantity,
    )


def requested_terms(order: VenueOrder, change: ChangedTerms) -> Terms:
    """Terms that a modification wants."""
    return Terms(
        order_type=change.order_type,
        price=change.price,
        trigger_price=change.trigger_price,
        quantity=change.quantity or order.quantity,
    )


class RiskDesk:
    """Quantity, tick, product, hours of intraday products, holdings and margin."""

    def __init__(
        self,
        *,
        board: MarketBoard,
        bands: PriceBands,
        register: OrderRegister,
        ledger: Ledger,
        settings: VenueSettings,
    ) -> None:
        self._board = board
        self._bands = bands
        self._register = register
        self._ledger = ledger
        self._settings = settings

    def rejection(self, order: VenueOrder, terms: Terms, now_ms: int) -> str | None:
        """Why an order with these terms is not passed on to the exchange; None when it is."""
        return (
            self._size_rejection(order.instrument, terms)
            or self._product_rejection(order, terms, now_ms)
            or self._margin_rejection(order, terms)
        )

    def limit_price(self, order: VenueOrder, terms: Terms, protection: Decimal) -> int | None:
        """Price that a MARKET order gets on its way to the exchange; None when nothing ever traded."""
        if terms.order_type is not OrderType.MARKET:
            return terms.price
        reference = self._reference(order)
        return self.protected(order, reference, protection) if reference else None

    def protected(self, order: VenueOrder, reference: int, protection: Decimal) -> int:
        """Limit price of a protected order around a reference in paise."""
        pct = protection_pct(protection, order.instrument, reference, self._settings)
        return protected_limit(
            order.side, order.instrument, reference, pct, self._bands.band(order.instrument.key)
        )

    def used_margin(self) -> Decimal:
        """Rupees blocked by all positions and live orders."""
        orders: dict[tuple[str, Product], list[VenueOrder]] = {}
        for holding in self._ledger.open_holdings():
            orders[holding.instrument.key, holding.product] = []
        for order in self._register.live():
            if order.standing is not Standing.AT_BROKER:
                orders.setdefault((order.instrument.key, order.product), []).append(order)
        return sum(
            (
                blocked_margin(self._ledger.holding(self._instrument(key), product), live, self._settings)
                for (key, product), live in orders.items()
            ),
            ZERO,
        )

    def required(self, order: NewOrder) -> Decimal:
        """Rupees that an order would block by itself."""
        instrument = self._board.listing(order.instrument_key).instrument
        price = order.price or order.trigger_price or self._board.last_price(instrument.key)
        unit = unit_margin(instrument, order.product, order.side, Decimal(price), self._settings)
        return order.quantity * unit

    def _reference(self, order: VenueOrder) -> int:
        """The last price; the previous close for what was kept, which comes before the day's first trade."""
        market = self._board.markets.get(order.instrument.key)
        if market is not None and market.last_price:
            return market.last_price
        return self._board.listings[order.instrument.key].previous_close if order.is_amo else 0

    def _instrument(self, instrument_key: str) -> Instrument:
        return self._board.listings[instrument_key].instrument

    def _size_rejection(self, instrument: Instrument, terms: Terms) -> str | None:
        if terms.quantity % instrument.lot_size:
            return f"RMS: quantity {terms.quantity} is not a multiple of the lot size {instrument.lot_size}"
        if self._exceeds_freeze(instrument, terms.quantity):
            return f"RMS: quantity {terms.quantity} exceeds the freeze quantity {instrument.freeze_quantity}"
        if not (instrument.is_on_tick(terms.price) and instrument.is_on_tick(terms.trigger_price)):
            return f"RMS: price is not a multiple of the tick size {instrument.tick_size} paise"
        return None

    def _exceeds_freeze(self, instrument: Instrument, quantity: int) -> bool:
        freeze = instrument.freeze_quantity
        if freeze is None:
            return False
        return quantity > freeze or (quantity == freeze and not self._settings.freeze_quantity_itself_allowed)

    def _product_rejection(self, order: VenueOrder, terms: Terms, now_ms: int) -> str | None:
        position = self._ledger.quantity(order.instrument.key, order.product)
        if (
            order.placed_by == RISK_DESK
            or terms.quantity - order.filled_quantity <= -order.side.sign * position
        ):
            return None
        if order.product is Product.DELIVERY:
            is_short_sale = order.instrument.segment.is_cash and order.side is Side.SELL
            return (
                "RMS: delivery sale exceeds the holdings (TPIN authorisation missing)"
                if is_short_sale
                else None
            )
        if self._is_barred_option(order):
            return "63: RMS: intraday not allowed for buying options"
        square_off_ms = self._board.listings[order.instrument.key].plan.square_off_ms
        if square_off_ms is not None and now_ms >= square_off_ms:
            return "RMS: no new intraday position after the square-off time"
        return None

    def _is_barred_option(self, order: VenueOrder) -> bool:
        is_bought_option = order.instrument.kind is InstrumentKind.OPTION and order.side is Side.BUY
        return is_bought_option and not self._settings.intraday_option_buying_allowed

    def _margin_rejection(self, order: VenueOrder, terms: Terms) -> str | None:
        blocked_before = self._blocked(order, None)
        extra = self._blocked(order, terms) - blocked_before
        if extra <= 0:
            return None
        available = self._ledger.funds(self.used_margin()).available
        if extra <= available:
            return None
        return f"RMS: margin shortfall: required {extra}, available {available}"

    def _blocked(self, order: VenueOrder, terms: Terms | None) -> Decimal:
        """Margin of the order's instrument and product with the order as it is, or with other terms."""
        others = [
            other
            for other in self._register.live()
            if other.instrument.key == order.instrument.key
            and other.product is order.product
            and other.standing is not Standing.AT_BROKER
            and (other is not order or terms is None)
        ]
        holding = self._ledger.holding(order.instrument, order.product)
        if terms is None:
            return blocked_margin(holding, others, self._settings)
        wanted = _as_if(order, terms)
        return blocked_margin(holding, [*others, wanted], self._settings)


def _as_if(order: VenueOrder, terms: Terms) -> VenueOrder:
    """A copy of the order that already has the terms."""
    return replace(
        order,
        order_type=terms.order_type,
        price=terms.price,
        trigger_price=terms.trigger_price,
        quantity=terms.quantity,
    )
