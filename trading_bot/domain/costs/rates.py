"""The rates of charges by date: rows with a source, and what is used where no row says anything."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from typing import Literal, NamedTuple, TypeVar

from pydantic import Field, model_validator

from trading_bot.domain.instrument import Instrument, InstrumentKind, Product
from trading_bot.domain.rules.dated import Confidence, Dated, refuse_overlaps, row_on, uncovered
from trading_bot.domain.section import Section

STOCKS = "stocks"
"""Stands for every share as the underlying of an option."""
LIST_PLAN = "list"
_FILE = "charges.toml"
_PER_CRORE = Decimal("1e-7")
_PER_CENT = Decimal("0.01")
_ZERO = Decimal(0)

Side = Literal["buy", "sell", "both"]
RatedLine = Literal["stt", "exchange", "ipft", "sebi", "stamp"]
TaxedLine = Literal["brokerage", "exchange", "sebi", "ipft", "dp"]
RoundingUnit = Literal["rupee", "paisa"]
Exchange = Literal["NSE", "BSE"]


class ChargeClass(StrEnum):
    """What kind of dealing a rate is for."""

    DELIVERY = "delivery"
    INTRADAY = "intraday"
    FUTURE = "future"
    OPTION = "option"
    EXERCISE = "exercise"


class RateRow(Section):
    """One rate of one line, in percent or in rupees per crore of value."""

    line: RatedLine
    exchanges: tuple[Exchange, ...] = ("NSE", "BSE")
    classes: tuple[ChargeClass, ...] = Field(min_length=1)
    underlyings: tuple[str, ...] = ()
    """Only for options on these; empty for all that have no row of their own."""
    side: Side
    percent: Decimal | None = Field(default=None, ge=0, le=10)
    per_crore: Decimal | None = Field(default=None, ge=0, le=1_000_000)
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _has_one_rate(self) -> "RateRow":
        if (self.percent is None) == (self.per_crore is None):
            raise ValueError(
                f"the {self.line} row from {self.valid_from} needs either percent or per_crore, not both"
            )
        return self

    @property
    def fraction(self) -> Decimal:
        """The rate as a fraction of the value."""
        if self.percent is not None:
            return self.percent * _PER_CENT
        return (self.per_crore or _ZERO) * _PER_CRORE

    def on_values(self, buy_value: Decimal, sell_value: Decimal) -> Decimal:
        """The unrounded charge on buy and sell values in rupees."""
        base = {"buy": buy_value, "sell": sell_value, "both": buy_value + sell_value}[self.side]
        return base * self.fraction


class BrokerageRow(Section):
    """Brokerage per executed order: `flat` rupees, or `percent` of its value where that is less."""

    plan: str = Field(min_length=1)
    classes: tuple[ChargeClass, ...] = Field(min_length=1)
    flat: Decimal = Field(ge=0)
    percent: Decimal | None = Field(default=None, ge=0, le=10)
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1)
    confidence: Confidence

    def on_order(self, value: Decimal) -> Decimal:
        """The unrounded brokerage of one executed order of that value in rupees."""
        return self.flat if self.percent is None else min(self.flat, value * self.percent * _PER_CENT)


class TaxRow(Section):
    """Goods and services tax on the sum of some lines."""

    percent: Decimal = Field(ge=0, le=100)
    base: tuple[TaxedLine, ...]
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1)
    confidence: Confidence


class DepositoryRow(Section):
    """What the depository takes per share and day when delivered shares are sold."""

    rupees_per_sale: Decimal = Field(ge=0)
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1)
    confidence: Confidence


class SquareOffRow(Section):
    """What the broker takes for each order by which it closes positions itself, before tax."""

    rupees_per_order: Decimal = Field(ge=0)
    valid_from: date
    valid_until: date | None = None
    source: str = Field(min_length=1)
    confidence: Confidence


class ChargeCoverage(Section):
    """Until when the rates are known."""

    last: date
    source: str = Field(min_length=1)


class ChargeRounding(Section):
    """To what the two taxes are rounded, once per note."""

    stt: RoundingUnit = "rupee"
    stamp: RoundingUnit = "rupee"


class ChargeFacts(Section):
    """What charges.toml says."""

    coverage: ChargeCoverage
    rounding: ChargeRounding = ChargeRounding()
    rates: tuple[RateRow, ...]
    gst: tuple[TaxRow, ...]
    depository: tuple[DepositoryRow, ...]
    square_off: tuple[SquareOffRow, ...] = ()
    brokerage: tuple[BrokerageRow, ...]

    @model_validator(mode="after")
    def _rows_answer_each_question_once(self) -> "ChargeFacts":
        for line, rows in _grouped((rate_key(row, cls), row) for row in self.rates for cls in row.classes):
            refuse_overlaps(rows, f"rates of {line}")
        for line, plans in _grouped((f"{row.plan} {c}", row) for row in self.brokerage for c in row.classes):
            refuse_overlaps(plans, f"brokerage of {line}")
        refuse_overlaps(self.gst, "gst")
        refuse_overlaps(self.depository, "depository")
        refuse_overlaps(self.square_off, "square_off")
        known = {row.plan for row in self.brokerage}
        if LIST_PLAN not in known:
            raise ValueError(f'brokerage needs a plan named "{LIST_PLAN}", the one that others fall back to')
        return self

    @property
    def plans(self) -> tuple[str, ...]:
        """Names of the price lists."""
        return tuple(dict.fromkeys(row.plan for row in self.brokerage))


class Dealt(NamedTuple):
    """What decides which rates apply."""

    exchange: Exchange
    charge_class: ChargeClass
    underlying: str | None


RowType = TypeVar("RowType", bound=Dated)


class Found(NamedTuple):
    """A row and, where it is used beyond its own days, the sentence that says so."""

    row: RateRow | None
    notice: str | None


def rate_key(row: RateRow, charge_class: ChargeClass) -> str:
    """The question that a row answers, in words."""
    return f"{row.line} {charge_class} {'/'.join(row.exchanges)} {'/'.join(row.underlyings)}".strip()


def find_rate(facts: ChargeFacts, line: RatedLine, dealt: Dealt, on: date) -> Found:
    """The rate of a line; None where the line does not exist for such dealings."""
    rows = [
        row
        for row in facts.rates
        if row.line == line and dealt.charge_class in row.classes and dealt.exchange in row.exchanges
    ]
    own = [row for row in rows if dealt.underlying in row.underlyings]
    rows = own or [row for row in rows if not row.underlyings]
    if not rows:
        return Found(None, None)
    row, notice = at_or_first(rows, on, f"{line} of {dealt.charge_class} on {dealt.exchange}")
    return Found(row, notice)


def find_brokerage(
    facts: ChargeFacts, plan: str, charge_class: ChargeClass, on: date
) -> tuple[BrokerageRow, str | None]:
    """Brokerage of the plan, else of the list price with a notice."""
    rows = [row for row in facts.brokerage if charge_class in row.classes]
    row = row_on([row for row in rows if row.plan == plan], on)
    if row is not None:
        return row, None
    listed = [row for row in rows if row.plan == LIST_PLAN]
    row, notice = at_or_first(listed, on, f"brokerage of {charge_class}")
    if plan != LIST_PLAN:
        fallback = f'brokerage plan "{plan}" has no price on {on} for {charge_class}: "{LIST_PLAN}" is used'
        notice = fallback if notice is None else f"{fallback}; {notice}"
    return row, notice


def at_or_first(rows: list[RowType], on: date, what: str) -> tuple[RowType, str | None]:
    """The row of the day; before the first known row that one, with a notice.

    Raises UncoveredDateError on a day after the last row or in a gap.
    """
    row = row_on(rows, on)
    if row is not None:
        return row, None
    if not rows or on >= (first := min(rows, key=lambda row: row.valid_from)).valid_from:
        raise uncovered(f"The rate of {what}", on, rows, _FILE)
    return first, f"{what}: known from {first.valid_from}, and that rate is assumed for {on}"


def class_of(instrument: Instrument, product: Product) -> ChargeClass:
    """The class of an instrument dealt in a product. Raises ValueError for an index."""
    if instrument.kind is InstrumentKind.FUTURE:
        return ChargeClass.FUTURE
    if instrument.kind is InstrumentKind.OPTION:
        return ChargeClass.OPTION
    if instrument.kind is InstrumentKind.EQUITY:
        return ChargeClass.INTRADAY if product is Product.INTRADAY else ChargeClass.DELIVERY
    raise ValueError(f"{instrument.symbol} is an index: nothing can be bought or sold in it")


def underlying_of(instrument: Instrument) -> str | None:
    """The index behind a contract, `STOCKS` for a share, None where the instrument does not say."""
    if instrument.underlying_key is None:
        return None
    segment, _, name = instrument.underlying_key.partition("|")
    return name if segment.endswith("_INDEX") else STOCKS


def exchange_of(instrument: Instrument) -> Exchange:
    """NSE or BSE."""
    return "BSE" if instrument.segment.startswith("BSE") else "NSE"


def _grouped(keyed: Iterable[tuple[str, RowType]]) -> list[tuple[str, list[RowType]]]:
    ordered = sorted(keyed, key=lambda pair: pair[0])
    return [(key, [row for _, row in pairs]) for key, pairs in groupby(ordered, key=lambda pair: pair[0])]
