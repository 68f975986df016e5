"""Exact money: prices are integer paise, everything that is summed or charged is Decimal rupees."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

PAISE_PER_RUPEE: Final = 100
PAISA = Decimal("0.01")
ZERO = Decimal(0)
_SMALLEST_GROUP: Final = 3
_GROUP: Final = 2


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


def grouped(amount: Decimal | float, places: int = 2, *, signed: bool = False) -> str:
    """A number with so many decimals, its digits grouped as in India: 12,34,567.80.

    With `signed` there is a plus before what is above zero.
    """
    text = f"{amount:.{places}f}"
    whole, dot, fraction = text.lstrip("-").partition(".")
    is_zero = not (whole + fraction).strip("0")
    sign = "" if is_zero else "-" if text[0] == "-" else "+" if signed else ""
    head, tail = whole[:-_SMALLEST_GROUP], whole[-_SMALLEST_GROUP:]
    groups = [head[max(0, end - _GROUP) : end] for end in range(len(head), 0, -_GROUP)]
    return f"{sign}{','.join([*reversed(groups), tail])}{dot}{fraction}"


def round_to_paisa(amount: Decimal) -> Decimal:
    """Round an amount in rupees to the paisa, halves away from zero, as on a contract note."""
    return amount.quantize(PAISA, rounding=ROUND_HALF_UP)
