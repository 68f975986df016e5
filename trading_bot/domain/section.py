"""The base of every settings section: frozen, and strict about what it does not know."""

import re
from datetime import time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

PERCENT, BASIS_POINTS = 100, 10_000
_LEAST_BASIS_POINTS = Decimal("0.01")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:00)?")


class Section(BaseModel):
    """One frozen group of settings, defined beside the component that reads it.

    The docstring under a field is its description: it is what `config/default.toml` says about the key.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, use_attribute_docstrings=True
    )


class Ratio:
    """Marks a ratio, and says in which unit it is written.

    A value outside the two usual limits is accepted with a warning, since it smells of another unit; what
    lies far outside is refused by the limits of its field.
    """

    __slots__ = ("per_one", "usual_max", "usual_min")

    def __init__(self, usual_min: str = "0", usual_max: str = "Infinity", *, per_one: int = 1) -> None:
        self.usual_min, self.usual_max = Decimal(usual_min), Decimal(usual_max)
        self.per_one = per_one
        """1: a fraction of one; 100: percent; 10,000: basis points."""

    @property
    def unit(self) -> str:
        """How it is written, in words."""
        return {
            1: "a fraction of one, 0.01 is 1%",
            PERCENT: "in percent, 1 is 1%",
            BASIS_POINTS: "in basis points, 100 are 1%",
        }[self.per_one]


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('a time of day in India, written as "HH:MM"')
    return time.fromisoformat(value)


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
"""A time of day in India to the minute. Bare numbers are refused: they would be read as seconds."""


def _not_a_fraction(value: Decimal) -> Decimal:
    if 0 < value < _LEAST_BASIS_POINTS:
        raise ValueError("0, or from 0.01 to 500 basis points, of which 100 are 1%")
    return value


BasisPoints = Annotated[
    Decimal, Field(ge=0, le=500), AfterValidator(_not_a_fraction), Ratio("0.1", "100", per_one=BASIS_POINTS)
]
"""Hundredths of a percent. Fractions of one are refused: they would be next to nothing."""


def complaints(error: ValidationError) -> str:
    """What is wrong with the values of a section, in one line: each with its name, value and reason."""
    texts = []
    for one in error.errors():
        message, name = one["msg"].removeprefix("Value error, "), ".".join(map(str, one["loc"]))
        texts.append(f"{name} = {one['input']!r}: {message}" if name else message)
    return "; ".join(texts)
