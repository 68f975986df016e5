"""What happens in a scenario, as it is written in config/stress/NAME.toml."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_bot.domain.section import ClockTime, Section

Move = Annotated[float, Field(gt=-0.9, lt=9)]
"""A change as a fraction of the price before it."""


class Days(StrEnum):
    """Which days of a run are stressed."""

    LAST = "last"
    EVERY = "every"


class PriceMove(Section):
    """All prices go another way, and stay there."""

    begin: ClockTime
    end: ClockTime
    """Evenly until then; from one trade to the next where it is equal to `begin`."""
    by: Move

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end < self.begin:
            raise ValueError(f"end ({self.end:%H:%M}) is before begin ({self.begin:%H:%M})")
        return self


class Halt(Section):
    """Nothing is traded."""

    begin: ClockTime
    end: ClockTime

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.end <= self.begin:
            raise ValueError(f"end ({self.end:%H:%M}) is not after begin ({self.begin:%H:%M})")
        return self


class Scenario(Section):
    """One day of stress."""

    description: str = Field(min_length=1)
    source: str = Field(min_length=1)
    """Where its figures come from."""
    days: Days = Days.LAST
    gap: Move = 0.0
    """Of the open against the close before."""
    volume: float = Field(default=1.0, ge=0, le=100)
    """What is traded, against what was recorded."""
    moves: tuple[PriceMove, ...] = ()
    halts: tuple[Halt, ...] = ()
