"""The market-wide circuit breaker: how long the exchanges stand still when an index has moved so far."""

from datetime import date, time

from pydantic import Field, model_validator

from trading_bot.domain.rules.dated import Confidence
from trading_bot.domain.section import ClockTime, Section


class BreakerHalt(Section):
    """How long a level halts the market, by the time at which it is reached."""

    before: ClockTime | None = None
    """It holds until this time of the day, exclusive; None: for the rest of it."""
    minutes: int | None = Field(default=None, ge=0)
    """0: no halt; None: for the rest of the day."""


class BreakerLevel(Section):
    """One level of the breaker."""

    move: float = Field(gt=0, lt=1)
    """Change of the index since its previous close, up or down, as a fraction."""
    halts: tuple[BreakerHalt, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_in_order(self) -> "BreakerLevel":
        times = [halt.before for halt in self.halts]
        known = [at for at in times[:-1] if at is not None]
        if times[-1] is not None or len(known) != len(times) - 1 or known != sorted(set(known)):
            raise ValueError("halts go by ascending `before`, and only the last has none")
        return self

    def minutes_at(self, at: time) -> int | None:
        """Length of a halt that begins at a time of the day; None: for the rest of the day."""
        return next(halt.minutes for halt in self.halts if halt.before is None or at < halt.before)


class BreakerRow(Section):
    """The rule of some span of days."""

    valid_from: date
    valid_until: date | None = None
    indices: tuple[str, ...] = Field(min_length=1)
    """Keys of the indices that are watched: one of them is enough."""
    auction_minutes: int = Field(ge=0)
    """Of the call auction with which trading begins again."""
    levels: tuple[BreakerLevel, ...] = Field(min_length=1)
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _levels_ascend(self) -> "BreakerRow":
        moves = [level.move for level in self.levels]
        if moves != sorted(set(moves)):
            raise ValueError("levels go by ascending `move`")
        return self

    def level_of(self, move: float) -> BreakerLevel | None:
        """The highest level that a change of the index has reached; None below all of them."""
        return next((level for level in reversed(self.levels) if abs(move) >= level.move), None)
