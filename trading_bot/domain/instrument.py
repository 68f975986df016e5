"""What can be traded or watched: shares, indices, futures and options."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum


class Segment(StrEnum):
    """Exchange segments, spelled as in an Upstox instrument key."""

    NSE_EQ = "NSE_EQ"
    BSE_EQ = "BSE_EQ"
    NSE_FO = "NSE_FO"
    BSE_FO = "BSE_FO"
    NSE_INDEX = "NSE_INDEX"
    BSE_INDEX = "BSE_INDEX"

    @property
    def is_cash(self) -> bool:
        """Whether shares trade here."""
        return self in (Segment.NSE_EQ, Segment.BSE_EQ)

    @property
    def is_derivatives(self) -> bool:
        """Whether futures and options trade here."""
        return self in (Segment.NSE_FO, Segment.BSE_FO)

    @property
    def is_index(self) -> bool:
        """Whether only index values are published here: nothing can be ordered."""
        return self in (Segment.NSE_INDEX, Segment.BSE_INDEX)


class InstrumentKind(StrEnum):
    """The four kinds that rules and charges distinguish."""

    EQUITY = "equity"
    INDEX = "index"
    FUTURE = "future"
    OPTION = "option"


class OptionRight(StrEnum):
    """Call or put."""

    CALL = "CE"
    PUT = "PE"


class Product(StrEnum):
    """How the broker carries a position, spelled as on the wire."""

    INTRADAY = "I"
    DELIVERY = "D"


class Rounding(StrEnum):
    """The direction in which a computed price goes to the tick."""

    DOWN = "down"
    UP = "up"
    NEAREST = "nearest"


_DECIMAL_ROUNDING = {
    Rounding.DOWN: ROUND_FLOOR,
    Rounding.UP: ROUND_CEILING,
    Rounding.NEAREST: ROUND_HALF_UP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One row of the broker's instrument master, as of one trading day."""

    key: str
    """The broker's instrument key, for example ``NSE_EQ|INE002A01018``."""
    symbol: str
    name: str
    segment: Segment
    kind: InstrumentKind
    lot_size: int = 1
    """Units per lot; quantities are always in units."""
    tick_size: int = 5
    """Smallest price step, in paise."""
    freeze_quantity: int | None = None
    """Largest single order in units, exclusive of nothing; None where the exchange sets none."""
    isin: str | None = None
    exchange_token: str | None = None
    closing_auction_eligible: bool = False
    """Whether continuous trading stops at 15:15 for a closing auction (shares with derivatives)."""
    expiry_on: date | None = None
    strike: int | None = None
    """Strike price in paise, options only."""
    right: OptionRight | None = None
    underlying_key: str | None = None

    @property
    def is_tradable(self) -> bool:
        """Whether orders can be placed in it at all."""
        return self.kind is not InstrumentKind.INDEX

    @property
    def product(self) -> Product:
        """How it is traded: intraday, but options as carried, since none can be bought intraday."""
        return Product.DELIVERY if self.kind is InstrumentKind.OPTION else Product.INTRADAY

    def round_price(self, price_paise: float | Decimal, rounding: Rounding) -> int:
        """Round a computed price in paise to this instrument's tick; the only way back from float."""
        steps = (Decimal(price_paise) / self.tick_size).quantize(
            Decimal(1), rounding=_DECIMAL_ROUNDING[rounding]
        )
        return int(steps) * self.tick_size

    def is_on_tick(self, price_paise: int) -> bool:
        """Whether the price is a whole number of ticks."""
        return price_paise % self.tick_size == 0

    def whole_lots(self, quantity: float | Decimal) -> int:
        """Largest whole-lot quantity, in units, that does not exceed the given one."""
        return max(0, int(quantity) // self.lot_size) * self.lot_size

    def slices(self, quantity: int) -> tuple[int, ...]:
        """Split a quantity into orders that each stay at or below the largest whole lot within the freeze.

        Raises ValueError when the quantity is not a positive whole number of lots.
        """
        if quantity <= 0 or quantity % self.lot_size:
            raise ValueError(f"{self.symbol}: {quantity} is not a positive multiple of lot {self.lot_size}")
        if self.freeze_quantity is None:
            return (quantity,)
        largest = max(self.lot_size, self.whole_lots(self.freeze_quantity))
        full, rest = divmod(quantity, largest)
        return (largest,) * full + ((rest,) if rest else ())

    def closing_slices(self, quantity: int) -> tuple[int, ...]:
        """The same for what is held: the lot may have changed since, and what is odd comes last."""
        whole = self.whole_lots(quantity)
        odd = quantity - whole
        return (*(self.slices(whole) if whole else ()), *((odd,) if odd else ()))
