"""Exact money: prices are integer paise, everything that is summed or charged is Decimal rupees."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

PAISE_PER_RUPEE: Final = 100
PAISA = Decimal("0.01")
ZERO = Decimal(0)


def paise(rupees: Decimal | str | int) -> int:
    """Convert an exact amount in rupees into whole paise.

    Raises ValueError when the amount is not a whole number of paise.
    """
    amount = Decimal(rupees) * PAISE_PER_RUPEE
    whole = int(amount)
    if whole != amount:
        raise ValueError(f"{rupees} rupees is not a whole number of paise")
    return whole


def paise_from_wire(rupees: float) -> int:
    """Convert a price that arrived as a binary float (JSON, protobuf) into the nearest paise."""
    return round(rupees * PAISE_PER_RUPEE)


def rupees(amount_paise: int) -> Decimal:
    """Convert whole paise into exact Decimal rupees."""
    return Decimal(amount_paise).scaleb(-2)


def round_to_paisa(amount: Decimal) -> Decimal:
    """Round an amount in rupees to the paisa, halves away from zero, as on a contract note."""
    return amount.quantize(PAISA, rounding=ROUND_HALF_UP)
