"""One backtest from its folder of data to its result, with progress on the way."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.adapters.history.origin import universe_of
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.backtest.honesty.decisions import signal_moments
from trading_bot.backtest.report.assumptions import market_assumptions
from trading_bot.backtest.result import BacktestResult, Collector
from trading_bot.bootstrap.backtesting.candle_days import CandleDays
from trading_bot.bootstrap.backtesting.data import chosen_data
from trading_bot.bootstrap.backtesting.stress import load_scenario, stressed_folder
from trading_bot.bootstrap.backtesting.tick_days import TickDays
from trading_bot.bootstrap.places import history_path
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.money import grouped
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.rules.provenance import Universe
from trading_bot.report.day.charging import charger_of
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
    folder: PriceHistory
    symbols: tuple[str, ...]
    days: tuple[date, ...]
    result: BacktestResult
    moments: tuple[int, ...]
    """When signals were raised."""
    defects: tuple[str, ...] = ()
    """What of the data is not sound and was accepted."""
    is_chosen_late: bool = False
    """Whether the symbols were chosen by what nobody knew before the first day."""

    @property
    def universe(self) -> Universe:
        """How the shares were chosen, as the data say, or as the run did it."""
        return Universe.SURVIVORS if self.is_chosen_late else universe_of(self.folder.path)

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
    chosen = chosen_data(options, rules, history_path(settings))
    folder, symbols, days = chosen.history, chosen.symbols, chosen.days
    if options.stress is not None:
        into = settings.run.data_dir / "stress" / options.stress
        folder = _stressed(folder, symbols, days, options.stress, into, write)
    collector = Collector(settings.simulator.opening_balance, charger_of(rules.charges))
    moments: list[int] = []
    kind = CandleDays if options.fidelity is Fidelity.CANDLE else TickDays
    played = kind(
        settings=settings, rules=rules, folder=folder, symbols=symbols, days=days, seed=options.seed
    )
    with progress("backtest", len(days)) as shown:
        for outcome in played.outcomes():
            collector.add(outcome)
            moments += signal_moments(outcome)
            trades = plural(collector.trade_count, "trade")
            shown.advance(f"{outcome.on}  {trades}  equity {grouped(collector.equity, 0)}")
    fidelity = options.fidelity.value
    data = f"{chosen.text}, stress {options.stress}" if options.stress else chosen.text
    result = collector.result(data=data, fidelity=fidelity, symbols=symbols)
    venue = settings.simulator.model_copy(update={"slippage_bps": settings.run.slippage_bps})
    return Tested(
        settings=settings,
        options=options,
        rules=rules,
        folder=folder,
        symbols=symbols,
        days=days,
        result=replace(
            result,
            assumptions=market_assumptions(fidelity, venue, settings.backtest),
            left_out=chosen.left_out,
            of_data=chosen.told,
        ),
        moments=tuple(moments),
        defects=chosen.defects,
        is_chosen_late=chosen.is_chosen_late,
    )


def _require_intraday(settings: Settings) -> None:
    """Raise SettingsError for the policies of comparisons: the venue of a backtest knows single days only."""
    if settings.risk.exits.stops is not StopStyle.RESTING or not settings.risk.windows.square_off:
        raise SettingsError(
            "risk.exits.stops = on_close and risk.windows.square_off = no are for sweeps and walk-forwards: a"
            " backtest trades days.\n  fix: leave both at their defaults"
        )


def _stressed(  # noqa: PLR0917  # handed on once
    folder: PriceHistory,
    symbols: tuple[str, ...],
    days: tuple[date, ...],
    name: str,
    into: Path,
    write: Callable[[str], None],
) -> PriceHistory:
    """The folder with a scenario laid over it. Raises SettingsError."""
    scenario = load_scenario(name)
    write(f"stress {name}: {scenario.description}\n  {scenario.source}\n  candles: {into}")
    return open_history(stressed_folder(folder, symbols, days, scenario, into))
