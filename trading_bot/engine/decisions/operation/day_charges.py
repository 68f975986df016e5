"""What the day's fills have cost so far, by the same dated rates as the contract note."""

from collections.abc import Mapping
from decimal import Decimal

from trading_bot.domain.costs.charges import ChargeSchedule
from trading_bot.domain.costs.contract_note import ChargedFill, Dealing
from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import Fill
from trading_bot.engine.book import Book


def charges_of(book: Book, schedule: ChargeSchedule, instruments: Mapping[str, Instrument]) -> Decimal:
    """Charges in rupees of all fills that the book holds for its day; zero before the first."""
    if book.on is None or not book.fills:
        return ZERO
    return schedule.charge_day(book.on, dealings_of(book, instruments)).total


def dealings_of(book: Book, instruments: Mapping[str, Instrument]) -> list[Dealing]:
    """The day's fills by instrument and product, as charges want them."""
    fills: dict[tuple[str, Product], list[ChargedFill]] = {}
    for fill in book.fills.values():
        fills.setdefault((fill.instrument_key, _product_of(book, fill)), []).append(
            ChargedFill(fill.order_id, fill.side, fill.quantity, fill.price, fill.by_broker)
        )
    return [
        Dealing(instrument=instruments[key], product=product, fills=tuple(own))
        for (key, product), own in fills.items()
    ]


def _product_of(book: Book, fill: Fill) -> Product:
    """The product of the fill's order; somebody else's that closed ours was of the same product."""
    tag = book.tags_by_order_id.get(fill.order_id)
    if tag is not None:
        return book.orders[tag].request.product
    ours = (order.request for order in book.orders.values())
    products = (request.product for request in ours if request.instrument_key == fill.instrument_key)
    return next(products, Product.INTRADAY)
