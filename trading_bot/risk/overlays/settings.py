"""Settings of the overlays: what each reads, and what follows from what it reads."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from trading_bot.domain.rules.scheduled_events import EventKind
from trading_bot.domain.section import Ratio, Section

Minutes = Annotated[int, Field(ge=0, le=375)]


class Tightening(Section):
    """What follows where an overlay speaks; the defaults ask for nothing, and nothing can loosen."""

    tighten_threshold: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Added to the score that a signal needs; what is needed never exceeds 1."""
    size_factor: Annotated[float, Field(gt=0, le=1)] = 1.0
    """The size is multiplied by it."""
    stop_factor: Annotated[float, Field(ge=1, le=5)] = 1.0
    """The stop's distance is multiplied by it; the size shrinks so that no more rupees are at risk."""
    leverage_factor: Annotated[float, Field(gt=0, le=1)] = 1.0
    """sizing.max_leverage is multiplied by it."""
    no_entries: bool = False
    """Whether nothing is entered."""

    @property
    def is_neutral(self) -> bool:
        """Whether it asks for nothing."""
        return (
            self.tighten_threshold <= 0
            and self.size_factor >= 1
            and self.stop_factor <= 1
            and self.leverage_factor >= 1
            and not self.no_entries
        )

    def without_refusal(self) -> "Tightening":
        """The same outside the time in which nothing is entered."""
        return Tightening(
            tighten_threshold=self.tighten_threshold,
            size_factor=self.size_factor,
            stop_factor=self.stop_factor,
            leverage_factor=self.leverage_factor,
        )

    def as_refusal(self) -> "Tightening":
        """The same, and nothing is entered."""
        return self.without_refusal().model_copy(update={"no_entries": True})


class Regime(StrEnum):
    """How the volatility index stands; what is calm and what is ordinary ask for the same: nothing."""

    ORDINARY = "ordinary"
    HIGH = "high"
    STRESS = "stress"


class VixReading(StrEnum):
    """Which value of the volatility index counts."""

    TODAY = "today"
    PREVIOUS_CLOSE = "previous_close"


class VixSettings(Section):
    """India VIX: where it stands among its own closes, and how much it has risen today."""

    enabled: bool = False
    """Whether it is subscribed and read."""
    instrument: str = Field(default="NSE_INDEX|India VIX", min_length=1, max_length=64)
    """Its instrument key."""
    reading: VixReading = VixReading.TODAY
    """today: the newest value, unknown while it is stale; previous_close: the last close, for data without
    minutes of it."""
    folder: Path | None = None
    """Folder with its history (INDIAVIX.csv, days or minutes); without, the data's own or the broker's."""
    lookback_sessions: Annotated[int, Field(ge=20, le=750)] = 250
    """Newest closes before the day among which the value is placed."""
    min_closes: Annotated[int, Field(ge=10, le=750)] = 40
    """Fewer of them, and the regime is unknown."""
    max_age_s: Annotated[int, Field(ge=5, le=3_600)] = 120
    """Older than this, today's value is stale and the regime unknown."""
    high_percentile: Annotated[float, Field(ge=0.5, le=1), Ratio("0.6", "0.95")] = 0.8
    """From this part of the closes at or below the value on, the regime is high."""
    stress_percentile: Annotated[float, Field(ge=0.5, le=1), Ratio("0.7", "1")] = 0.95
    """From this part on it is stress."""
    high_rise: Annotated[float, Field(gt=0, le=5), Ratio("0.03", "0.5")] = 0.1
    """From this rise since the last close on, the regime is high, whatever the percentile."""
    stress_rise: Annotated[float, Field(gt=0, le=5), Ratio("0.05", "1")] = 0.2
    """From this rise on it is stress."""
    unknown_as: Regime = Regime.HIGH
    """How an unknown regime is read: ordinary, high or stress."""
    high: Tightening = Tightening(tighten_threshold=0.05, size_factor=0.5, stop_factor=1.25)
    """What follows from a high regime."""
    stress: Tightening = Tightening(no_entries=True)
    """What follows from stress."""

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.high_percentile > self.stress_percentile or self.high_rise > self.stress_rise:
            raise ValueError("high_percentile and high_rise must not exceed those of stress")
        if self.min_closes > self.lookback_sessions:
            raise ValueError(
                f"min_closes ({self.min_closes}) must not exceed lookback_sessions ({self.lookback_sessions})"
            )
        return self

    def rule(self, regime: Regime) -> Tightening:
        """What follows from a regime."""
        return {Regime.ORDINARY: Tightening(), Regime.HIGH: self.high, Regime.STRESS: self.stress}[regime]


class EventRule(Tightening):
    """What follows from an event: size and the like on its day, no entries around its time."""

    no_entries_before_minutes: Minutes = 0
    """With no_entries: minutes before it begins from which nothing is entered."""
    no_entries_after_minutes: Minutes = 0
    """With no_entries: minutes after its end until which nothing is entered."""
    close_before_minutes: Minutes = 0
    """So many minutes before it begins, what it concerns is closed; 0: positions are left alone."""


class ExpiryDays(StrEnum):
    """Which expiries count as events of the market."""

    NONE = "none"
    MONTHLY = "monthly"
    ALL = "all"


class EventSettings(Section):
    """Scheduled events: a file of dates, and the expiry days that the market's rules give."""

    file: Path | None = None
    """The calendar, such as config/events.toml; without one there are no dated events."""
    expiry_days: ExpiryDays = ExpiryDays.NONE
    """none, monthly (shares' and the index's contracts of the month) or all (weekly ones as well)."""
    uncovered: Tightening = Tightening(size_factor=0.5)
    """What follows on a day that the calendar does not cover."""
    results: EventRule = EventRule(no_entries=True)
    """Quarterly results; without a time the whole day is theirs."""
    rbi: EventRule = EventRule(
        size_factor=0.5, no_entries=True, no_entries_before_minutes=30, no_entries_after_minutes=30
    )
    """Decisions on monetary policy."""
    budget: EventRule = EventRule(
        size_factor=0.5,
        stop_factor=1.5,
        no_entries=True,
        no_entries_before_minutes=60,
        no_entries_after_minutes=120,
    )
    """The Union Budget."""
    expiry: EventRule = EventRule(size_factor=0.75)
    """Expiry days."""
    other: EventRule = EventRule(size_factor=0.5)
    """Everything else."""

    @property
    def is_on(self) -> bool:
        """Whether there is anything to read."""
        return self.file is not None or self.expiry_days is not ExpiryDays.NONE

    def rule(self, kind: EventKind) -> EventRule:
        """What follows from a kind of event."""
        found: EventRule = getattr(self, kind.value)
        return found

    @property
    def closes_before(self) -> bool:
        """Whether any kind of event closes positions."""
        return any(self.rule(kind).close_before_minutes for kind in EventKind)


class CircuitSettings(Section):
    """Market-wide halts and the price bands of single shares; no halt ever holds up an exit."""

    market_wide: bool = True
    """Whether the market-wide breaker and the exchange's own word halt entries beyond the halt itself."""
    after_halt_minutes: Annotated[int, Field(ge=0, le=375)] = 15
    """Minutes after trading has begun again in which nothing is entered."""
    band_margin: Annotated[float, Field(ge=0, le=0.2), Ratio("0.002", "0.05")] = 0.0
    """Nearer to its price band than this fraction of the limit, a share is not entered towards it, nor where
    the limit is not known; 0: as near as it gets."""


class OverlaySettings(Section):
    """What makes entries fewer, smaller or rarer; exits, stops and square-off go on as they are."""

    vix: VixSettings = VixSettings()
    events: EventSettings = EventSettings()
    circuits: CircuitSettings = CircuitSettings()
