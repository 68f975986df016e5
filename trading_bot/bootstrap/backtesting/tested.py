"""One backtest from its folder of data to its result, with progress on the way."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from trading_bot.adapters.history import HistoryFolder, open_history
from trading_bot.adapters.history.quality import require_sound
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.backtest.honesty.decisions import signal_moments
from trading_bot.backtest.report.assumptions import market_assumptions
from trading_bot.backtest.result import BacktestResult, Collector
from trading_bot.bootstrap.answers.history import history_checks
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.bootstrap.backtesting.stress import load_scenario, stressed_folder
from trading_bot.bootstrap.backtesting.tick_days import TickDays
from trading_bot.domain.calendar import Calendar
from trading_bot.domain.errors import HistoryError, SettingsError, UncoveredDateError
from trading_bot.domain.market_rules import MarketRules
from trading_bot.report.charging import charger_of
from trading_bot.report.wording import plural
from trading_bot.risk.settings import StopStyle
from trading_bot.settings.options import BacktestOptions, Fidelity
from trading_bot.settings.tree import Settings


class Progress(Protocol):
    """Shows how far a backtest has come."""

    def advance(self, note: str) -> None:
        """One more part is over."""
        ...


ProgressMaker = Callable[[str, int], AbstractContextManager[Progress]]
"""Begins to show a task of so many parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A backtest that is over, and what it takes to play its days again."""

    settings: Settings
    options: BacktestOptions
    rules: MarketRules
    folder: HistoryFolder
    symbols: tuple[str, ...]
    days: tuple[date, ...]
    result: BacktestResult
    moments: tuple[int, ...]
    """When signals were raised."""
    defects: tuple[str, ...] = ()
    """What of the data is not sound and was accepted."""

    @property
    def candle_days(self) -> CandleDays | None:
        """The same days anew; None at another fidelity than that of candles."""
        if self.options.fidelity is not Fidelity.CANDLE:
            return None
        return CandleDays(
            settings=self.settings,
            rules=self.rules,
            folder=self.folder,
            symbols=self.symbols,
            days=self.days,
            seed=self.options.seed,
        )


def tested(
    settings: Settings, options: BacktestOptions, write: Callable[[str], None], progress: ProgressMaker
) -> Tested:
    """Play the days that are asked for.

    Raises HistoryError or UnknownInstrumentError for data that cannot be tested, SettingsError for settings.
    """
    _require_intraday(settings)
    rules = load_market_rules()
    folder = open_history(options.data)
    symbols = tuple(dict.fromkeys(map(folder.name_of, options.symbols))) or folder.symbols
    days = _trading_days(folder, symbols, options, rules.calendar)
    _require_tradable(folder, symbols, days[-1])
    checks = replace(history_checks(rules), symbols=symbols, first=days[0], last=days[-1])
    quality = require_sound(options.data, checks, accept_defects=options.accept_defects)
    if options.stress is not None:
        into = settings.run.data_dir / "stress" / options.stress
        folder = _stressed(folder, symbols, days, options.stress, into, write)
    collector = Collector(settings.simulator.opening_balance, charger_of(rules.charges))
    moments: list[int] = []
    chosen = CandleDays if options.fidelity is Fidelity.CANDLE else TickDays
    played = chosen(
        settings=settings, rules=rules, folder=folder, symbols=symbols, days=days, seed=options.seed
    )
    with progress("backtest", len(days)) as shown:
        for outcome in played.outcomes():
            collector.add(outcome)
            moments += signal_moments(outcome)
            trades = plural(collector.trade_count, "trade")
            shown.advance(f"{outcome.on}  {trades}  equity {collector.equity:,.0f}")
    fidelity = options.fidelity.value
    data = f"{options.data}, stress {options.stress}" if options.stress else str(options.data)
    result = collector.result(data=data, fidelity=fidelity, symbols=symbols)
    venue = settings.simulator.model_copy(update={"slippage_bps": settings.run.slippage_bps})
    return Tested(
        settings=settings,
        options=options,
        rules=rules,
        folder=folder,
        symbols=symbols,
        days=days,
        result=replace(result, assumptions=market_assumptions(fidelity, venue, settings.backtest)),
        moments=tuple(moments),
        defects=quality.refusals,
    )


def _require_intraday(settings: Settings) -> None:
    """Raise SettingsError for the policies of comparisons: the venue of a backtest knows single days only."""
    if settings.risk.exits.stops is not StopStyle.RESTING or not settings.risk.windows.square_off:
        raise SettingsError(
            "risk.exits.stops = on_close and risk.windows.square_off = no are for sweeps and walk-forwards: a"
            " backtest trades days.\n  fix: leave both at their defaults"
        )


def _require_tradable(folder: HistoryFolder, symbols: tuple[str, ...], on: date) -> None:
    """Raise HistoryError where everything is an index: the test would end with nothing, and not say why."""
    if not any(folder.instrument(symbol, on).is_tradable for symbol in symbols):
        raise HistoryError(
            f"{folder.path}: {', '.join(symbols)}: an index can be watched, not bought; add shares"
        )


def _stressed(  # noqa: PLR0917  # handed on once
    folder: HistoryFolder,
    symbols: tuple[str, ...],
    days: tuple[date, ...],
    name: str,
    into: Path,
    write: Callable[[str], None],
) -> HistoryFolder:
    """The folder with a scenario laid over it. Raises SettingsError."""
    scenario = load_scenario(name)
    write(f"stress {name}: {scenario.description}\n  {scenario.source}\n  candles: {into}")
    return open_history(stressed_folder(folder, symbols, days, scenario, into))


def _trading_days(
    folder: HistoryFolder, symbols: tuple[str, ...], options: BacktestOptions, calendar: Calendar
) -> tuple[date, ...]:
    """Days of the range with rows on which the exchange traded. Raises HistoryError when there are none."""
    for symbol in symbols:
        folder.require_minutes(symbol)
    found = sorted({day for symbol in symbols for day in folder.days(symbol)})
    if not found:
        raise HistoryError(f"{folder.path}: the files hold no rows; fill them or give another folder")
    first, last = options.first or found[0], options.last or found[-1]
    days = tuple(day for day in found if first <= day <= last and _is_covered(calendar, day))
    if not days:
        raise HistoryError(
            f"{folder.path}: no trading day from {first} to {last}; "
            f"the data goes from {found[0]} to {found[-1]}"
        )
    return days


def _is_covered(calendar: Calendar, day: date) -> bool:
    try:
        return calendar.is_trading_day(day)
    except UncoveredDateError:
        return False
