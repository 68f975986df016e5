"""How values are written on the wire: rupees as numbers, times as text, names of exchanges."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from trading_bot.domain.instrument import Instrument, Segment
from trading_bot.domain.ist import datetime_of, midnight_ms

_EXCHANGES = {
    Segment.NSE_EQ: "NSE",
    Segment.NSE_INDEX: "NSE",
    Segment.NSE_FO: "NFO",
    Segment.BSE_EQ: "BSE",
    Segment.BSE_INDEX: "BSE",
    Segment.BSE_FO: "BFO",
}


def rupees_number(paise: float) -> float:
    """Paise as the JSON number of rupees."""
    return paise / 100


def number(amount: Decimal) -> float:
    """An amount in rupees as a JSON number."""
    return float(amount)


def mean_price(value_paise: int, quantity: int) -> float:
    """Average price in rupees; 0 for no quantity."""
    return round(value_paise / quantity / 100, 4) if quantity else 0.0


@lru_cache(maxsize=4096)
def text_time(at_ms: int) -> str:
    """`YYYY-MM-DD HH:MM:SS` in India, without a zone, as order rows show it."""
    return f"{datetime_of(at_ms):%Y-%m-%d %H:%M:%S}"


def iso_time(at_ms: int) -> str:
    """ISO 8601 with `+05:30`; milliseconds only where there are any."""
    at = datetime_of(at_ms)
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")


def exchange_of(segment: Segment) -> str:
    """The exchange as REST order, trade and position rows spell it: NSE, NFO, BSE, BFO."""
    return _EXCHANGES[segment]


def quote_key(instrument: Instrument) -> str:
    """The outer key of a quote map: segment and trading symbol, not the instrument key."""
    ident = instrument.key.partition("|")[2] if instrument.segment.is_index else instrument.symbol
    return f"{instrument.segment.value}:{ident}"


def book_symbol(instrument: Instrument) -> str:
    """The trading symbol as the order book and the stream show it: shares with their series."""
    base = plain_symbol(instrument.symbol)
    return f"{base}-EQ" if instrument.segment.is_cash else base


def plain_symbol(symbol: str) -> str:
    """The trading symbol without a series, as the order history shows it."""
    return symbol.removesuffix("-EQ")


def end_of_day_ms(on: date) -> int:
    """23:59:59 in India, the moment that instrument rows give as an expiry."""
    return midnight_ms(on) + 86_399_000
