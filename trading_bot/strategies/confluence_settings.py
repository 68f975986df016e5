"""Every parameter of the confluence strategy."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_bot.domain.bar_length import BarLength
from trading_bot.domain.section import Ratio, Section
from trading_bot.domain.signal import Direction


class RollingBars(StrEnum):
    """Length of the bars whose averages are a gate."""

    OFF = "off"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def length(self) -> BarLength | None:
        """The length; None where the gate is off."""
        return None if self is RollingBars.OFF else BarLength(self.value)


Period = Annotated[int, Field(ge=2, le=1_000, description="Candles of the strategy's timeframe")]
Weight = Annotated[float, Field(ge=0, le=100, description="Share of this indicator's vote in the score")]
RsiLevel = Annotated[float, Field(ge=0, le=100)]


class ConfluenceSettings(Section):
    """What the indicators look at, how they vote, and what must hold beside the vote.

    Ratios are fractions: 0.01 is 1%.
    """

    timeframe_minutes: Annotated[int, Field(ge=1, le=375, description="Length of a candle")] = 15
    provisional_interval_s: Annotated[
        int,
        Field(ge=0, le=900, description="Seconds between looks at the forming candle; 0 waits for its close"),
    ] = 0
    directions: Annotated[
        tuple[Direction, ...],
        Field(
            min_length=1,
            description="Sides on which this strategy raises signals; one on another side is not raised at "
            "all and closes no trade either. risk.entries.directions denies entries of any strategy",
        ),
    ] = (Direction.LONG, Direction.SHORT)

    rsi_period: Period = 14
    macd_fast: Period = 12
    macd_slow: Period = 26
    macd_signal: Period = 9
    supertrend_period: Period = 10
    supertrend_multiplier: Annotated[
        float, Field(ge=0.1, le=20, description="Distance of the band from the middle of the bar, in ATRs")
    ] = 3.0
    ema_period: Annotated[
        int, Field(ge=2, le=1_000, description="Trend filter: long only above this average, short only below")
    ] = 200
    atr_period: Period = 14

    rsi_weight: Weight = 1.0
    macd_weight: Weight = 1.0
    supertrend_weight: Weight = 1.0
    threshold: Annotated[
        float, Field(gt=0, le=1, description="Smallest size of the score, which runs from -1 to 1")
    ] = 0.6

    rsi_long_above: Annotated[
        RsiLevel, Field(description="The RSI votes long above this; rising over it is a trigger for long")
    ] = 50.0
    rsi_long_up_to: Annotated[
        RsiLevel, Field(description="Beyond this the RSI is overbought and no longer votes long")
    ] = 75.0
    rsi_short_below: Annotated[
        RsiLevel, Field(description="The RSI votes short below this; falling under it is a trigger for short")
    ] = 50.0
    rsi_short_down_to: Annotated[
        RsiLevel, Field(description="Beyond this the RSI is oversold and no longer votes short")
    ] = 25.0

    trigger_within_candles: Annotated[
        int, Field(ge=1, le=100, description="Candles, the newest included, in which a trigger is fresh")
    ] = 3
    rolling_bars: Annotated[
        RollingBars,
        Field(
            description="off, day, week or month: enter only above (short: below) two averages of the closes "
            "of complete bars of that length"
        ),
    ] = RollingBars.OFF
    rolling_fast: Annotated[int, Field(ge=2, le=1_000, description="Bars of the shorter of them")] = 9
    rolling_slow: Annotated[int, Field(ge=3, le=1_000, description="Bars of the longer one")] = 200
    rolling_unknown_passes: Annotated[
        bool, Field(description="Whether to enter where too few complete bars are known")
    ] = False
    max_bar_range: Annotated[
        float,
        Field(gt=0, le=0.5, description="Shock brake: largest high less low, as a fraction of the close"),
        Ratio("0.002", "0.25"),
    ] = 0.04
    max_spread: Annotated[
        float,
        Field(gt=0, le=0.05, description="Largest ask less bid, as a fraction of their middle"),
        Ratio("0.0001", "0.02"),
    ] = 0.001
    min_volume_ratio: Annotated[
        float, Field(ge=0, le=10, description="Least volume of the candle, as a multiple of the recent mean")
    ] = 0.5
    volume_candles: Annotated[int, Field(ge=1, le=1_000, description="Candles in the recent mean")] = 20

    @property
    def longest_period(self) -> int:
        """The largest number of candles that any of the figures looks back on."""
        return max(
            self.rsi_period,
            self.macd_fast,
            self.macd_slow + self.macd_signal,
            self.supertrend_period,
            self.ema_period,
            self.atr_period,
            self.volume_candles,
        )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.macd_fast >= self.macd_slow:
            raise ValueError(f"macd_fast ({self.macd_fast}) must be below macd_slow ({self.macd_slow})")
        if self.rolling_fast >= self.rolling_slow:
            raise ValueError(
                f"rolling_fast ({self.rolling_fast}) must be below rolling_slow ({self.rolling_slow})"
            )
        if self.rsi_long_above >= self.rsi_long_up_to:
            raise ValueError("rsi_long_above must be below rsi_long_up_to, else the RSI never votes long")
        if self.rsi_short_below <= self.rsi_short_down_to:
            raise ValueError("rsi_short_below must be above rsi_short_down_to, else it never votes short")
        if self.rsi_weight + self.macd_weight + self.supertrend_weight <= 0:
            raise ValueError("at least one of rsi_weight, macd_weight, supertrend_weight must be above 0")
        return self
