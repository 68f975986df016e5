"""Where a roll-out stands: a function of the sessions that the journals of paper and live show."""

from collections.abc import Sequence
from datetime import date

from trading_bot.domain.values import dataclass
from trading_bot.risk.ramp.settings import RampSettings, RampStage


@dataclass(frozen=True, slots=True, kw_only=True)
class TradedDay:
    """A session that was run from its open to its close."""

    on: date
    accident: str = ""
    """What went wrong; empty where nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RampStanding:
    """The stage, and how far the next one is."""

    name: str
    """paper, first, second, third, or full."""
    allows: RampStage | None
    """What it allows; None in paper, where nothing is at stake, and after the last stage."""
    days_done: int
    days_needed: int
    """0 in the last stage."""
    last_accident: TradedDay | None = None
    """The newest session that began the count anew."""

    @property
    def is_ready_for_live(self) -> bool:
        """Whether real orders may be sent at all."""
        return self.name != _PAPER

    @property
    def days_left(self) -> int:
        """Sessions without an accident until the next stage."""
        return max(0, self.days_needed - self.days_done)


_PAPER = "paper"
_FULL = "full"


def ramp_standing(
    paper: Sequence[TradedDay],
    live: Sequence[TradedDay],
    settings: RampSettings,
    *,
    has_begun: bool = False,
) -> RampStanding:
    """Count sessions, oldest first; an accident begins the count of its stage anew, and goes back none.

    `has_begun` says that live was traded already: then nobody is sent back to paper, where what is held could
    not be looked after.
    """
    if not (has_begun or live):
        done, accident = _in_a_row(paper)
        if done < settings.paper_days:
            return RampStanding(
                name=_PAPER,
                allows=None,
                days_done=done,
                days_needed=settings.paper_days,
                last_accident=accident,
            )
    left, last = list(live), None
    for name, stage in settings.stages:
        done = 0
        while left and done < stage.days:
            day = left.pop(0)
            done, last = (0, day) if day.accident else (done + 1, last)
        if done < stage.days:
            return RampStanding(
                name=name, allows=stage, days_done=done, days_needed=stage.days, last_accident=last
            )
    return RampStanding(name=_FULL, allows=None, days_done=0, days_needed=0, last_accident=last)


def _in_a_row(days: Sequence[TradedDay]) -> tuple[int, TradedDay | None]:
    """How many sessions lie behind the newest accident, and which that was."""
    done = 0
    for day in reversed(days):
        if day.accident:
            return done, day
        done += 1
    return done, None
