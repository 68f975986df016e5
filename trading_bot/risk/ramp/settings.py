"""Settings of the roll-out ramp."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from trading_bot.domain.section import Ratio, Section

Days = Annotated[int, Field(ge=0, le=250)]


class RampStage(Section):
    """What one stage allows, and how long it lasts at least."""

    symbols: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Of run.symbols, so many are traded: the first ones."""
    position_fraction: Annotated[float, Field(gt=0, le=1), Ratio("0.001", "0.5")] = 0.005
    """Value of one position at most, as a fraction of base_capital; it never widens risk.sizing."""
    days: Days = 5
    """Sessions without an accident, in a row, before the next stage."""


class RampSettings(Section):
    """Mode live begins small and grows by what its journal shows; nothing of it touches exits."""

    enabled: bool = True
    """Whether mode live goes through the stages; paper days before it and three of real orders."""
    loosened: bool = False
    """The second half of a shorter, wider or absent ramp: it needs RAMP_LOOSENED=yes as well."""
    paper_days: Days = 5
    """Sessions in mode paper without an accident, in a row, before the first live one."""
    accidents: tuple[str, ...] = ("unprotected", "not_flat")
    """Kinds of incidents in the journal that make a session count for nothing, and the count begin anew."""
    first: RampStage = RampStage()
    """Where mode live begins."""
    second: RampStage = RampStage(symbols=3, position_fraction=0.02)
    """What follows."""
    third: RampStage = RampStage(symbols=10, position_fraction=0.05, days=10)
    """The last one that bounds anything."""

    @property
    def stages(self) -> tuple[tuple[str, RampStage], ...]:
        """All stages with their names, in order."""
        return ("first", self.first), ("second", self.second), ("third", self.third)


def looser_than_usual(settings: RampSettings) -> tuple[str, ...]:
    """What of a ramp allows more, or sooner, than the defaults do; empty where nothing does."""
    return tuple(_looser(settings, RampSettings()))


def _looser(settings: RampSettings, usual: RampSettings) -> Iterator[str]:
    if not settings.enabled:
        yield "enabled is no"
    if settings.paper_days < usual.paper_days:
        yield f"paper_days is {settings.paper_days}, below {usual.paper_days}"
    missing = [kind for kind in usual.accidents if kind not in settings.accidents]
    if missing:
        yield f"accidents lacks {', '.join(missing)}"
    for (name, stage), (_, least) in zip(settings.stages, usual.stages, strict=True):
        if stage.symbols > least.symbols:
            yield f"{name}.symbols is {stage.symbols}, above {least.symbols}"
        if stage.position_fraction > least.position_fraction:
            yield f"{name}.position_fraction is {stage.position_fraction}, above {least.position_fraction}"
        if stage.days < least.days:
            yield f"{name}.days is {stage.days}, below {least.days}"
