"""What was dealt on one day, and the contract note that it gives."""

from datetime import date
from decimal import Decimal

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.domain.costs.charges import ChargedFill, Dealing
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment
from trading_bot.domain.order import Side

NOW = date(2026, 11, 20)
SEPTEMBER_2024 = date(2024, 9, 30)
OCTOBER_2024 = date(2024, 10, 1)
FEBRUARY_2026 = date(2026, 2, 27)
MARCH_2026 = date(2026, 3, 31)
APRIL_2026 = date(2026, 4, 1)
RULES = load_market_rules()


def instrument(kind, segment, underlying_key=None, symbol="TEST"):
    return Instrument(
        key=f"{segment}|{symbol}",
        symbol=symbol,
        name=symbol,
        segment=segment,
        kind=kind,
        underlying_key=underlying_key,
    )


SHARE = instrument(InstrumentKind.EQUITY, Segment.NSE_EQ)
OTHER_SHARE = instrument(InstrumentKind.EQUITY, Segment.NSE_EQ, symbol="OTHER")
FUTURE = instrument(InstrumentKind.FUTURE, Segment.NSE_FO)
OPTION = instrument(InstrumentKind.OPTION, Segment.NSE_FO, symbol="OPTION")
SENSEX_OPTION = instrument(InstrumentKind.OPTION, Segment.BSE_FO, "BSE_INDEX|SENSEX")
BSE_STOCK_OPTION = instrument(InstrumentKind.OPTION, Segment.BSE_FO, "BSE_EQ|INE002A01018")
DELIVERY, INTRADAY = Product.DELIVERY, Product.INTRADAY


def bought(quantity, price, order_id="b"):
    return ChargedFill(order_id, Side.BUY, quantity, int(Decimal(str(price)) * 100))


def sold(quantity, price, order_id="s"):
    return ChargedFill(order_id, Side.SELL, quantity, int(Decimal(str(price)) * 100))


def note_of(schedule, on, traded, product, *fills, exercise=None):
    day = schedule.charge_day(
        on, [Dealing(instrument=traded, product=product, fills=fills, exercise=exercise)]
    )
    (note,) = day.notes
    return note


INDEX_FUTURE = (FUTURE, DELIVERY, bought(130, 25800), sold(130, 25880))
INDEX_OPTION = (OPTION, DELIVERY, bought(195, 112.35), sold(195, 131.10))
