"""A position: the sum of the fills of one instrument, and nothing else."""

from decimal import Decimal

from trading_bot.domain.instrument import Product
from trading_bot.domain.money import rupees
from trading_bot.domain.order import Fill
from trading_bot.domain.signal import Direction
from trading_bot.domain.values import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Net quantity and the cash that flowed for it; exact, because both are integers.

    Gross profit at a price is ``cash + quantity * price``: no average is needed, so nothing is rounded.
    """

    instrument_key: str
    product: Product = Product.INTRADAY
    quantity: int = 0
    """Signed units: positive long, negative short."""
    cash: int = 0
    """Signed paise since the position was last flat: sales minus purchases, before charges."""
    entry_quantity: int = 0
    entry_value: int = 0
    """Units and paise of the fills that opened or enlarged it since it was last flat."""

    @property
    def is_flat(self) -> bool:
        """Whether nothing is held."""
        return self.quantity == 0

    @property
    def direction(self) -> Direction | None:
        """Long, short, or None when flat."""
        if self.quantity == 0:
            return None
        return Direction.LONG if self.quantity > 0 else Direction.SHORT

    @property
    def average_entry_price(self) -> Decimal | None:
        """Mean price of the entries in rupees, for display; None when nothing was entered."""
        if self.entry_quantity == 0:
            return None
        return rupees(self.entry_value) / self.entry_quantity

    def gross_pnl(self, last_price: int) -> Decimal:
        """Profit before charges in rupees if it were closed at `last_price` (paise)."""
        return rupees(self.cash + self.quantity * last_price)

    def apply(self, fill: Fill) -> "Position":
        """Return the position after the fill: the only way in which a position changes."""
        signed = fill.side.sign * fill.quantity
        opens = self.quantity == 0 or (self.quantity > 0) == (signed > 0)
        return replace(
            self,
            quantity=self.quantity + signed,
            cash=self.cash - signed * fill.price,
            entry_quantity=self.entry_quantity + (fill.quantity if opens else 0),
            entry_value=self.entry_value + (fill.value if opens else 0),
        )

    def without(self, fill: Fill) -> "Position":
        """Return the position after the exchange took a fill back that had been applied.

        Where its trade has ended since, the units are back as if they had been entered at the fill's price:
        what the ended trade made of them stays its result, and the sum of both is what really flowed.
        """
        return self.less(fill.side.sign * fill.quantity, fill.price)

    def less(self, signed: int, price: int) -> "Position":
        """Return the position without signed units that had come at `price` paise, as `without` does."""
        was_entry = self.quantity * signed > 0 and self.entry_quantity >= abs(signed)
        gone = abs(signed) if was_entry else 0
        quantity, entered = self.quantity - signed, self.entry_quantity - gone
        new = max(0, abs(quantity) - entered)
        return replace(
            self,
            quantity=quantity,
            cash=self.cash + signed * price,
            entry_quantity=entered + new,
            entry_value=self.entry_value + (new - gone) * price,
        )
