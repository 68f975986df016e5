"""The data of a run: which instruments and days of it are played, and what was done with it before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.adapters.history.quality import require_sound
from trading_bot.adapters.history.store_reference import is_store, store_reference
from trading_bot.backtest.result import LeftOut
from trading_bot.bootstrap.answers.history.soundness import history_checks
from trading_bot.bootstrap.backtesting.largest import largest_of
from trading_bot.bootstrap.backtesting.price_scale import brought_with_warm_up
from trading_bot.bootstrap.backtesting.trading_days import days_between, playable
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.settings.options import BacktestOptions, Fidelity, PlayedOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenData:
    """What a backtest plays."""

    history: PriceHistory
    symbols: tuple[str, ...]
    days: tuple[date, ...]
    left_out: tuple[LeftOut, ...]
    told: tuple[str, ...]
    """What was done with prices, in sentences."""
    text: str
    """Where they come from."""
    defects: tuple[str, ...]
    """What `history check` refuses and the user accepts."""
    is_chosen_late: bool
    """Whether the symbols were chosen by what nobody knew before the first day."""


class ChosenSymbols(NamedTuple):
    """The history's own names of what is asked for."""

    symbols: tuple[str, ...]
    told: tuple[str, ...]
    """How they were chosen, where the program chose."""
    is_late: bool = False


def chosen_data(options: BacktestOptions, rules: MarketRules, store: Path) -> ChosenData:
    """Open, choose, judge; the store knows what companies are worth.

    Raises HistoryError or UnknownInstrumentError for data that cannot be tested.
    """
    history = open_history(options.data)
    chosen = chosen_symbols(history, options, store)
    symbols = chosen.symbols
    asked = days_between(history, symbols, options.first, options.last)
    days, left_out = playable(rules.calendar, asked, str(options.data))
    _require_tradable(history, symbols, days[-1])
    checks = replace(history_checks(rules), symbols=symbols, first=days[0], last=days[-1])
    quality = require_sound(options.data, checks, accept_defects=options.accept_defects)
    is_by_candles = options.fidelity is Fidelity.CANDLE
    brought = brought_with_warm_up(history, symbols, days[-1], each_day=not is_by_candles)
    if not options.accept_defects:
        brought.require_one_scale()
    return ChosenData(
        history=brought.history if is_by_candles else history,
        symbols=symbols,
        days=days,
        left_out=left_out,
        told=(*chosen.told, *brought.told),
        text=data_text(history, symbols),
        defects=(*quality.refusals, *brought.off_scale.values()),
        is_chosen_late=chosen.is_late,
    )


def chosen_symbols(
    history: PriceHistory, options: BacktestOptions | PlayedOptions, store: Path
) -> ChosenSymbols:
    """Find what is asked for. Raises HistoryError or UnknownInstrumentError."""
    symbols = tuple(dict.fromkeys(map(history.name_of, options.symbols))) or history.symbols
    if options.largest is None:
        return ChosenSymbols(symbols, ())
    found = largest_of(history, symbols, options.largest, options.first, store)
    return ChosenSymbols(found.symbols, (found.text,), found.is_late)


def _require_tradable(history: PriceHistory, symbols: Sequence[str], on: date) -> None:
    """Raise HistoryError where everything is an index: the test would end with nothing, and not say why."""
    if not any(history.instrument(symbol, on).is_tradable for symbol in symbols):
        raise HistoryError(
            f"{history.path}: {', '.join(symbols)}: an index can be watched, not bought; add shares"
        )


def data_text(history: PriceHistory, symbols: Sequence[str]) -> str:
    """Where a run's candles come from: the folder, or the store with the series that were taken."""
    if not is_store(history.path):
        return str(history.path)
    labels = sorted({history.series(symbol).label for symbol in symbols})
    return f"{store_reference(history.path).path}#{' #'.join(labels)}"
