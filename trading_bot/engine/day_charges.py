"""What the day's fills have cost so far, by the same dated rates as the contract note."""

from collections.abc import Mapping
from decimal import Decimal

from trading_bot.domain.charges import ChargeSchedule
from trading_bot.domain.contract_note import ChargedFill, Dealing
from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.money import ZERO
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
        product = book.orders[book.tags_by_order_id[fill.order_id]].request.product
        fills.setdefault((fill.instrument_key, product), []).append(
            ChargedFill(fill.order_id, fill.side, fill.quantity, fill.price)
        )
    return [
        Dealing(instrument=instruments[key], product=product, fills=tuple(own))
        for (key, product), own in fills.items()
    ]
