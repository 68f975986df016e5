"""The parameters of the crossing averages."""

from typing import Self

from pydantic import Field, model_validator

from trading_bot.domain.section import Section


class EmaCrossSettings(Section):
    """Lengths in candles."""

    timeframe_s: int = Field(default=60, ge=60, le=86_400)
    """Seconds of a candle."""
    fast: int = Field(default=20, ge=2, le=500)
    """Length of the fast average."""
    slow: int = Field(default=50, ge=3, le=1_000)
    """Length of the slow average."""
    atr: int = Field(default=14, ge=2, le=200)
    """Length of the average true range (Wilder)."""
    ignored: int = Field(default=200, ge=0, le=5_000)
    """Candles at the beginning in which no position is opened."""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.fast >= self.slow:
            raise ValueError(f"fast ({self.fast}) must be shorter than slow ({self.slow})")
        return self
