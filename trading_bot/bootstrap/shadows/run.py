"""Shadows from their settings to their report."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date

from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.backtest.shadows.compare import Compared
from trading_bot.backtest.shadows.console import console_text
from trading_bot.backtest.shadows.document import comparison_document
from trading_bot.backtest.shadows.page import shadows_html
from trading_bot.bootstrap.backtesting.tested import ProgressMaker
from trading_bot.bootstrap.modes import started_logs
from trading_bot.bootstrap.places import reports_folder, shadows_folder
from trading_bot.bootstrap.shadows.finding import FolderOfDays, JournalOfDays, RecordedDays, chosen_days
from trading_bot.bootstrap.shadows.kept import KeptDays
from trading_bot.bootstrap.shadows.play import DayPlayer, deciding_print, settings_print
from trading_bot.bootstrap.shadows.stages import Stage
from trading_bot.bootstrap.shadows.trials import record_shadow, trials_of
from trading_bot.domain.errors import HistoryError, SettingsError, StorageError, UserFacingError
from trading_bot.domain.instrument import Segment
from trading_bot.domain.ist import MS_PER_DAY, midnight_ms
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.report.day.charging import charger_of
from trading_bot.report.write import place_report
from trading_bot.settings.options import ShadowOptions
from trading_bot.settings.run import Mode
from trading_bot.settings.shadows import differences, shadow_names, shadow_settings
from trading_bot.settings.tree import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What a call is about."""

    settings: Settings
    options: ShadowOptions
    shadows: Mapping[str, Settings]
    """All that are configured: the report has every one."""
    names: tuple[str, ...]
    """Those that are played."""
    days: RecordedDays
    rules: MarketRules

    def kept(self, name: str) -> KeptDays:
        return KeptDays(shadows_folder(self.settings) / name / self.days.name)


def run_shadow(
    settings: Settings,
    options: ShadowOptions,
    write: Callable[[str], None],
    progress: ProgressMaker,
    now_ms: int,
    *,
    as_json: bool = False,
) -> int:
    """Play what is not kept yet, report, and return 0, or 1 where a day or a shadow could not be played.

    Raises SettingsError where none that is asked for can be, UserFacingError for days that are not there.
    """
    wanted = shadow_names(settings, options.names)
    shadows, broken = _shadows(settings, options.file)
    names = tuple(name for name in wanted if name in shadows)
    if not names:
        raise SettingsError("\n".join(broken[name] for name in wanted))
    rules = load_market_rules()
    with ExitStack() as owned:
        owned.enter_context(started_logs(_with_own_logs(settings), is_quiet=True))
        try:
            days = _days(settings, options, rules, owned)
            asked = _Asked(
                settings=settings, options=options, shadows=shadows, names=names, days=days, rules=rules
            )
            missed, played = _played(asked, progress, now_ms)
            missed = (*(broken[name] for name in wanted if name in broken), *missed)
            compared = _counted(asked, played, now_ms)
        except StorageError as error:
            raise UserFacingError(str(error)) from error
    document = comparison_document(compared, days.words, missed)
    contents: dict[str, str | bytes] = {
        "shadows.json": json.dumps(document, indent=1, ensure_ascii=False) + "\n",
        "report.html": shadows_html(compared, days.words),
    }
    folder = place_report(contents, reports_folder(settings), f"shadow-{days.name}")
    asked_for = [one for one in compared if one.name in names]
    write(json.dumps(document, indent=2) if as_json else console_text(asked_for, days.words, folder, missed))
    return 1 if missed else 0


def _with_own_logs(settings: Settings) -> Settings:
    """Logs in a folder of their own: the daemon's are rotated by the daemon, which may run beside."""
    logs = settings.logs.model_copy(update={"folder": settings.logs.folder / "shadow"})
    return settings.model_copy(update={"logs": logs})


def _shadows(settings: Settings, file: str) -> tuple[dict[str, Settings], dict[str, str]]:
    """The settings of each shadow, and why others cannot be: one of them keeps none of the rest from playing.

    One that decides as the baseline, or as another, is among the latter.
    """
    found: dict[str, Settings] = {}
    broken: dict[str, str] = {}
    seen = {deciding_print(settings): ""}
    for name in settings.shadow:
        try:
            made = shadow_settings(settings, name, file)
            decides = _deciding(made, f"{file} [shadow.{name}]".lstrip(), seen)
        except SettingsError as error:
            broken[name] = str(error)
            continue
        seen[decides] = name
        found[name] = made
    return found, broken


def _deciding(made: Settings, label: str, seen: Mapping[str, str]) -> str:
    """The print of what decides. Raises SettingsError for one that is there, or a strategy that is not."""
    try:
        decides = deciding_print(made)
    except SettingsError as error:
        raise SettingsError(f"{label}: {error}") from error
    if decides in seen:
        like = f"[shadow.{seen[decides]}]" if seen[decides] else "what is in effect"
        raise SettingsError(
            f"{label} decides as {like} does: what it changes is not used by "
            f"{', '.join(made.run.strategies)}.\n  fix: change what is, or remove the table"
        )
    return decides


def _days(settings: Settings, options: ShadowOptions, rules: MarketRules, owned: ExitStack) -> RecordedDays:
    if options.data is not None:
        return FolderOfDays(options, rules)
    return JournalOfDays(settings, rules, options.seed, owned)


def _played(asked: _Asked, progress: ProgressMaker, now_ms: int) -> tuple[tuple[str, ...], set[str]]:
    """Play every day that is asked for and not kept.

    Returns what could not be played, in words, and the shadows that have played.
    """
    chosen = chosen_days(asked.days, asked.options)
    _require_over(asked, chosen, now_ms)
    if isinstance(asked.days, FolderOfDays):
        asked.days.require_sound(chosen[0], chosen[-1])
    player = DayPlayer(settings=asked.settings, days=asked.days, charger=charger_of(asked.rules.charges))
    missed: list[str] = []
    played: set[str] = set()
    with progress("shadow", len(chosen) * len(asked.names)) as shown:
        for on in chosen:
            try:
                stage = asked.days.stage(on)
            except (HistoryError, StorageError) as error:
                missed.append(str(error))
                continue
            for name in asked.names:
                try:
                    played |= _play(asked, player, stage, name)
                except HistoryError as error:
                    missed.append(f"{name}, {error}")
                shown.advance(f"{on} {name}")
    return tuple(dict.fromkeys(missed)), played


def _play(asked: _Asked, player: DayPlayer, stage: Stage, name: str) -> set[str]:
    """Play a day unless it is kept; the shadow's name where it was played."""
    kept, shadow = asked.kept(name), asked.shadows[name]
    known = None if asked.options.is_anew else kept.of(stage.on)
    if known is not None and known.prints == player.prints(stage, shadow):
        return set()
    kept.keep(player.compared(stage, name, shadow))
    return {name}


def _require_over(asked: _Asked, chosen: tuple[date, ...], now_ms: int) -> None:
    """Raise SettingsError for a day that is still traded: half of it would be compared with half of it."""
    is_now = asked.options.data is None and asked.settings.mode is not Mode.REPLAY
    today = chosen[-1]
    if is_now and midnight_ms(today) <= now_ms < midnight_ms(today) + MS_PER_DAY:
        session = asked.rules.calendar.session(today, Segment.NSE_EQ)
        if session is not None and now_ms < session.close_ms:
            raise SettingsError(
                f"{today} is not over: a shadow plays whole days.\n  fix: wait, or --to a day before"
            )


def _counted(asked: _Asked, played: set[str], now_ms: int) -> tuple[Compared, ...]:
    """Every shadow over all its days, counted among everything that was tried, the others included."""
    found = {name: _compared(asked, name) for name in asked.shadows}
    for name in sorted(played):
        record_shadow(asked.settings, asked.shadows[name], found[name], asked.days.name, now_ms)
    return tuple(
        replace(one, trials=trials_of(asked.settings, asked.shadows[name], one.days))
        for name, one in found.items()
    )


def _compared(asked: _Asked, name: str) -> Compared:
    """All kept days of a shadow that were played as it is now."""
    ours, theirs = settings_print(asked.settings), settings_print(asked.shadows[name])
    every = tuple(asked.kept(name).all())
    days = tuple(day for day in every if day.prints[:2] == (ours, theirs))
    return Compared(
        name=name,
        changed=differences(asked.settings, asked.shadows[name]),
        days=days,
        left_out=tuple(day.on for day in every if day not in days),
        looks=len(asked.shadows),
        cash=asked.settings.simulator.opening_balance,
    )
