"""What goes into a contract note and what comes out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from trading_bot.domain.instrument import Instrument, Product, Segment
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import Side


class ChargeLine(StrEnum):
    """The lines of a contract note, in the order in which they are printed."""

    BROKERAGE = "brokerage"
    STT = "stt"
    EXCHANGE = "exchange"
    IPFT = "ipft"
    SEBI = "sebi"
    STAMP = "stamp"
    DP = "dp"
    GST = "gst"


SQUARE_OFF = "square_off"
"""The kind of the broker's fee for closing positions by itself, with its tax: no line of a note."""


class ChargedFill(NamedTuple):
    """One fill as far as charges care; fills of one order share its id and pay one brokerage."""

    order_id: str
    side: Side
    quantity: int
    price: int
    """Paise."""
    by_broker: bool = False
    """Whether the broker squared off by itself: each such order costs a fee."""


class Exercise(NamedTuple):
    """A long option that was in the money at expiry and settled in cash."""

    quantity: int
    intrinsic: int
    """Settlement value less strike (the other way round for a put), in paise per unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """What was dealt in one instrument and product on one day."""

    instrument: Instrument
    product: Product
    fills: Sequence[ChargedFill] = ()
    exercise: Exercise | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractNote:
    """One day of one segment. All amounts in rupees."""

    on: date
    segment: Segment
    buy_value: Decimal
    sell_value: Decimal
    """Sales, and the cash of exercised options."""
    lines: Mapping[ChargeLine, Decimal]
    """Every line, rounded; zero where it does not apply."""
    notices: tuple[str, ...]
    """What was assumed because no rate of that day is on record."""

    @property
    def total(self) -> Decimal:
        """All charges."""
        return sum(self.lines.values(), ZERO)

    @property
    def gross(self) -> Decimal:
        """Sales minus purchases, before charges."""
        return self.sell_value - self.buy_value

    @property
    def net(self) -> Decimal:
        """Sales minus purchases, after charges."""
        return self.gross - self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCharges:
    """The contract notes of one day, and what is booked beside them."""

    on: date
    notes: tuple[ContractNote, ...]
    square_off: Decimal = ZERO
    """The broker's fees for closing positions by itself, with their tax."""
    assumed: tuple[str, ...] = ()
    """What was assumed of that fee."""

    @property
    def by_kind(self) -> dict[str, Decimal]:
        """Each line summed over the segments, in rupees; the fee only where there is one."""
        lines = {str(line): sum((note.lines[line] for note in self.notes), ZERO) for line in ChargeLine}
        return lines | ({SQUARE_OFF: self.square_off} if self.square_off else {})

    @property
    def total(self) -> Decimal:
        """All charges of the day."""
        return sum((note.total for note in self.notes), self.square_off)

    @property
    def gross(self) -> Decimal:
        """Sales minus purchases of the day, before charges."""
        return sum((note.gross for note in self.notes), ZERO)

    @property
    def net(self) -> Decimal:
        """Sales minus purchases of the day, after charges."""
        return self.gross - self.total

    @property
    def notices(self) -> tuple[str, ...]:
        """Every assumption, once."""
        noted = [notice for note in self.notes for notice in note.notices]
        return tuple(dict.fromkeys([*noted, *self.assumed]))
