"""What a day's trades cost, as the report asks for it: one note for the day, shared among its trades."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trading_bot.domain.allotment import share_charges
from trading_bot.domain.costs.charges import ChargedFill, ChargeSchedule, Dealing
from trading_bot.domain.instrument import Instrument, Product
from trading_bot.domain.money import ZERO
from trading_bot.domain.order import Fill


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeFills:
    """The day's fills of one trade."""

    instrument: Instrument
    product: Product
    fills: tuple[Fill, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCosts:
    """Charges of a day in rupees, each amount in whole paise."""

    lines: Mapping[str, Decimal]
    """By kind, in the order of a contract note."""
    parts: tuple[Mapping[str, Decimal], ...]
    """By kind for each trade, in the order in which the trades were given."""
    notices: tuple[str, ...] = ()
    """What was assumed because no rate of that day is on record."""

    def __post_init__(self) -> None:
        for kind, amount in self.lines.items():
            shared = sum((part.get(kind, ZERO) for part in self.parts), ZERO)
            if shared != amount:
                raise ValueError(f"charges: {kind} is {amount}, but the trades' shares add up to {shared}")

    @property
    def total(self) -> Decimal:
        """All charges of the day."""
        return sum(self.lines.values(), ZERO)


Charger = Callable[[date, Sequence[TradeFills]], DayCosts]
"""Charges a day's trades; together they hold every fill of the day exactly once."""


def charger_of(schedule: ChargeSchedule) -> Charger:
    """Return the charger that follows the dated rates of a schedule."""

    def charge(on: date, trades: Sequence[TradeFills]) -> DayCosts:
        shared = share_charges(schedule, on, [[_dealing(trade)] for trade in trades])
        return DayCosts(lines=shared.day.by_kind, parts=shared.parts, notices=shared.day.notices)

    return charge


def _dealing(trade: TradeFills) -> Dealing:
    fills = [
        ChargedFill(fill.order_id, fill.side, fill.quantity, fill.price, fill.by_broker)
        for fill in trade.fills
    ]
    return Dealing(instrument=trade.instrument, product=trade.product, fills=fills)
