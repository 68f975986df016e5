"""What the ramp does to mode live: refuses it, bounds it, and says where it stands."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.bootstrap.places import database_of
from trading_bot.bootstrap.ramp.facts import has_begun, traded_days
from trading_bot.domain.errors import SettingsError, StorageError, UncoveredDateError
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.calendar import Calendar
from trading_bot.risk.ramp.standing import RampStanding, ramp_standing
from trading_bot.risk.sizing import exact
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import Settings


class Bounded(NamedTuple):
    """What a day runs with, and why, in one line."""

    settings: Settings
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ramp:
    """The roll-out of an account as its journals tell it."""

    settings: Settings
    standing: RampStanding

    @classmethod
    def of(cls, settings: Settings) -> "Ramp":
        """Read the journals of paper and live. Raises StorageError when one of them cannot be read."""
        ramp = settings.live.ramp
        live = database_of(settings, Mode.LIVE)
        return cls(
            settings=settings,
            standing=ramp_standing(
                traded_days(database_of(settings, Mode.PAPER), ramp.accidents),
                traded_days(live, ramp.accidents),
                ramp,
                has_begun=has_begun(live),
            ),
        )

    def bounded(self) -> Settings:
        """The settings that a live day runs with: fewer symbols and smaller positions, nothing else."""
        stage = self.standing.allows
        if not self.settings.live.ramp.enabled or stage is None:
            return self.settings
        run, risk = self.settings.run, self.settings.risk
        fraction = min(risk.sizing.max_position_fraction, stage.position_fraction)
        sizing = risk.sizing.model_copy(update={"max_position_fraction": fraction})
        symbols = run.chosen_symbols[: stage.symbols]
        return self.settings.model_copy(
            update={
                "run": run.model_copy(update={"symbols": symbols}),
                "risk": risk.model_copy(update={"sizing": sizing}),
            }
        )

    def text(self, calendar: Calendar, today: date) -> str:
        """Stage, what it allows, and when the next one comes, in one line."""
        if not self.settings.live.ramp.enabled:
            return "ramp switched off"
        standing = self.standing
        parts = [f"ramp: {standing.name} stage", *self._allowed(), *self._until(calendar, today)]
        if standing.last_accident is not None:
            accident = standing.last_accident
            parts.append(f"counted anew since {accident.on} ({accident.accident})")
        return ", ".join(parts)

    def _allowed(self) -> list[str]:
        stage = self.standing.allows
        if stage is None:
            return ["no bounds of its own"] if self.standing.is_ready_for_live else ["no real orders"]
        rupees = self.settings.risk.sizing.base_capital * exact(stage.position_fraction)
        symbols = f"{stage.symbols} symbol{'s' if stage.symbols > 1 else ''}"
        return [f"{symbols}, {grouped(rupees, 0)} rupees a position at most"]

    def _until(self, calendar: Calendar, today: date) -> list[str]:
        standing = self.standing
        if not standing.days_needed:
            return []
        done = f"{standing.days_done} of {standing.days_needed} sessions done"
        return [done, f"the next stage from {_session_after(calendar, today, standing.days_left)} on"]


def require_ramp(settings: Settings, calendar: Calendar, today: date) -> None:
    """Raise SettingsError where mode live comes too early: what is missing, and how long it takes."""
    if settings.mode is not Mode.LIVE or not settings.live.ramp.enabled:
        return
    try:
        standing = Ramp.of(settings).standing
    except StorageError as error:
        if has_begun(database_of(settings, Mode.LIVE)):
            return  # what is held has to be looked after; the day itself then runs at its smallest
        raise SettingsError(
            f"where the ramp before mode live stands cannot be told: {error}.\n"
            "  fix: mend or move away the journal of paper"
        ) from error
    if standing.is_ready_for_live:
        return
    accident = standing.last_accident
    since = f"; the count began anew after {accident.on} ({accident.accident})" if accident else ""
    left, first = standing.days_left, _session_after(calendar, today, standing.days_left)
    raise SettingsError(
        f"mode live needs {standing.days_needed} whole sessions in a row in mode paper without an accident "
        f"and has {standing.days_done}{since}: {left} more, so {first} is the first live day.\n"
        "  fix: python main.py --mode paper until then; live.ramp says what is asked for"
    )


def bounded(settings: Settings, calendar: Calendar, on: date) -> Bounded:
    """A live day; with journals that cannot be read, it is one of the first stage."""
    try:
        ramp = Ramp.of(settings)
    except StorageError:
        ramp = Ramp(settings=settings, standing=ramp_standing((), (), settings.live.ramp, has_begun=True))
    return Bounded(ramp.bounded(), ramp.text(calendar, on))


def ramp_text(settings: Settings, on: date) -> str:
    """Where the roll-out stands, for whoever asks while no daemon runs; empty in the other modes."""
    if settings.mode is not Mode.LIVE:
        return ""
    return bounded(settings, load_market_rules().calendar, on).text


def on_paper(settings: Settings, calendar: Calendar, on: date) -> Bounded:
    """A day of paper: nothing is bounded, and how many are still needed before live is told."""
    try:
        ramp = Ramp.of(settings)
    except StorageError:
        return Bounded(settings, "")
    is_needed = settings.live.ramp.enabled and not ramp.standing.is_ready_for_live
    return Bounded(settings, ramp.text(calendar, on) if is_needed else "")


def unbounded(settings: Settings, _calendar: Calendar, _on: date) -> Bounded:
    """A day without real orders."""
    return Bounded(settings, "")


def _session_after(calendar: Calendar, today: date, sessions: int) -> str:
    """The first session after so many more, today's included where it is one."""
    try:
        day = today if calendar.is_trading_day(today) else calendar.next_trading_day(today)
        for _ in range(sessions):
            day = calendar.next_trading_day(day)
    except UncoveredDateError:
        return "a day beyond the calendar"
    return str(day)
