"""The contract note of one instrument's day: from the command line's words to text or JSON."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation

from trading_bot.domain.costs.charges import (
    ChargedFill,
    ChargeLine,
    ChargeSchedule,
    ContractNote,
    Dealing,
)
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.domain.instrument import Instrument, InstrumentKind, Product, Segment
from trading_bot.domain.money import grouped, paise
from trading_bot.domain.order import Side
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.report.text_table import aligned

_KINDS = {
    Segment.NSE_EQ: (InstrumentKind.EQUITY,),
    Segment.BSE_EQ: (InstrumentKind.EQUITY,),
    Segment.NSE_FO: (InstrumentKind.FUTURE, InstrumentKind.OPTION),
    Segment.BSE_FO: (InstrumentKind.FUTURE, InstrumentKind.OPTION),
}
_LABELS = {
    ChargeLine.BROKERAGE: "brokerage",
    ChargeLine.STT: "securities transaction tax",
    ChargeLine.EXCHANGE: "exchange charge",
    ChargeLine.IPFT: "investor protection fund",
    ChargeLine.SEBI: "SEBI fee",
    ChargeLine.STAMP: "stamp duty",
    ChargeLine.DP: "depository charge",
    ChargeLine.GST: "GST",
}


def parse_quantity_at_price(text: str) -> tuple[int, int]:
    """Units and paise of an executed order written as QTY@PRICE, for example ``200@826.40``.

    Raises SettingsError that says what is wrong with it.
    """
    quantity_text, separator, price_text = text.partition("@")
    if not separator:
        raise SettingsError(f'"{text}" is not QTY@PRICE: write units, an @ and rupees, like 200@826.40')
    if not (quantity_text.isascii() and quantity_text.isdigit()) or int(quantity_text) == 0:
        raise SettingsError(
            f'"{text}": the quantity "{quantity_text}" must be a whole number above 0, like 200@826.40'
        )
    try:
        price = paise(Decimal(price_text))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise SettingsError(
            f'"{text}": the price "{price_text}" must be rupees with at most two decimals, like 200@826.40'
        ) from error
    if price <= 0:
        raise SettingsError(f'"{text}": the price "{price_text}" must be above 0, like 200@826.40')
    return int(quantity_text), price


def charge_orders(
    schedule: ChargeSchedule,
    on: date,
    *,
    segment: Segment,
    kind: InstrumentKind,
    product: Product,
    buys: Sequence[str] = (),
    sells: Sequence[str] = (),
) -> ContractNote:
    """The note of one instrument's day, each order written as QTY@PRICE.

    Raises SettingsError for a kind that the segment does not trade, for no orders at all, and for orders that
    cannot be read; UncoveredDateError where the charges of the day are not known.
    """
    kinds = _KINDS.get(segment, ())
    if kind not in kinds:
        raise SettingsError(
            f'--segment {segment} does not trade --kind "{kind}": allowed there is '
            f"{' or '.join(kinds) or 'nothing, choose NSE_EQ, BSE_EQ, NSE_FO or BSE_FO'}"
        )
    fills = [*_fills(Side.BUY, buys), *_fills(Side.SELL, sells)]
    if not fills:
        raise SettingsError(
            "no orders given: add --buy QTY@PRICE or --sell QTY@PRICE, once per executed order"
        )
    instrument = Instrument(key=f"{segment}|ANY", symbol="ANY", name="any", segment=segment, kind=kind)
    day = schedule.charge_day(on, [Dealing(instrument=instrument, product=product, fills=fills)])
    return day.notes[0]


def with_closed_day(note: ContractNote, calendar: Calendar) -> ContractNote:
    """The note with a notice where nothing could be traded that day, as far as the calendar knows."""
    try:
        if calendar.is_trading_day(note.on):
            return note
        name = calendar.holiday_name(note.on) or "a weekend"
    except UncoveredDateError:
        return note
    return replace(note, notices=(*note.notices, f"{note.on} is no trading day ({name})"))


def note_as_dict(note: ContractNote) -> dict[str, object]:
    """JSON-ready: every line and `total`, all money as strings in rupees."""
    return {
        "on": note.on.isoformat(),
        "segment": str(note.segment),
        "buy_value": _money(note.buy_value),
        "sell_value": _money(note.sell_value),
        **{str(line): _money(amount) for line, amount in note.lines.items()},
        "total": _money(note.total),
        "gross": _money(note.gross),
        "net": _money(note.net),
        "notices": list(note.notices),
    }


def render_note(note: ContractNote) -> str:
    """The note as aligned text, line by line, in rupees."""
    rows = [
        ("bought", grouped(note.buy_value)),
        ("sold", grouped(note.sell_value)),
        *((_LABELS[line], grouped(amount)) for line, amount in note.lines.items()),
        ("total charges", grouped(note.total)),
        ("gross", grouped(note.gross)),
        ("net", grouped(note.net)),
    ]
    notices = [f"  note: {notice}" for notice in note.notices]
    return "\n".join([f"{note.segment} on {note.on}, rupees", *aligned(rows, right=(1,)), *notices])


def _fills(side: Side, orders: Sequence[str]) -> list[ChargedFill]:
    parsed = [parse_quantity_at_price(order) for order in orders]
    return [
        ChargedFill(f"{side} {number}", side, quantity, price)
        for number, (quantity, price) in enumerate(parsed, start=1)
    ]


def _money(amount: Decimal) -> str:
    return f"{amount:.2f}"
