"""The base of every settings section: frozen, and strict about what it does not know."""

import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(:00)?")


class Section(BaseModel):
    """One frozen group of settings, defined beside the component that reads it.

    The docstring under a field is its description: it is what `config/default.toml` says about the key.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True, use_attribute_docstrings=True
    )


@dataclass(frozen=True, slots=True)
class Fraction:
    """Marks a ratio that is written as a fraction of one: 0.01 is 1%.

    A value outside the two usual limits is accepted with a warning, since it smells of a misplaced percent.
    """

    usual_min: Decimal = Decimal(0)
    usual_max: Decimal = Decimal("Infinity")


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError('a time of day in India, written as "HH:MM"')
    return time.fromisoformat(value)


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
"""A time of day in India to the minute. Bare numbers are refused: they would be read as seconds."""
