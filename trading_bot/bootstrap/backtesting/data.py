"""The data of a run: which instruments and days of it are played, and what was done with it before."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.adapters.history.adjusting import adjusted_history
from trading_bot.adapters.history.quality import require_sound
from trading_bot.adapters.history.store_reference import is_store, store_reference
from trading_bot.adapters.market_rules import load_corporate_actions
from trading_bot.backtest.result import LeftOut
from trading_bot.bootstrap.answers.history.soundness import history_checks
from trading_bot.bootstrap.backtesting.largest import largest_of
from trading_bot.bootstrap.backtesting.trading_days import days_between, playable
from trading_bot.domain.errors import HistoryError, UncoveredDateError
from trading_bot.domain.rules.corporate_actions import CorporateAction, CorporateActions
from trading_bot.domain.rules.market_rules import MarketRules
from trading_bot.domain.rules.provenance import Adjustment
from trading_bot.domain.symbol_search import symbol_of_ticker
from trading_bot.settings.options import BacktestOptions, Fidelity, PlayedOptions

_NAMED = 3


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
    text, told = data_text(history, symbols), tuple[str, ...]()
    if options.fidelity is Fidelity.CANDLE:
        history, told = brought_to(history, symbols, days[-1])
    return ChosenData(
        history=history,
        symbols=symbols,
        days=days,
        left_out=left_out,
        told=(*chosen.told, *told),
        text=text,
        defects=quality.refusals,
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


def brought_to(
    history: PriceHistory, symbols: Sequence[str], on: date
) -> tuple[PriceHistory, tuple[str, ...]]:
    """Prices as traded, adjusted as of a day where every split is on record, and what was done, in words.

    Whatever is adjusted already, or of which nobody says what it is, stays as it is.
    """
    traded = [
        symbol
        for symbol in symbols
        if history.origin(symbol).adjustment is Adjustment.NONE and history.days(symbol)
    ]
    if not traded:
        return history, ()
    actions = load_corporate_actions()
    since = {symbol: _actions_since(actions, history, symbol, on) for symbol in traded}
    unknown = [symbol for symbol, found in since.items() if found is None]
    changed = [symbol for symbol, found in since.items() if found]
    told = []
    if unknown:
        told.append(
            f"Prices as traded of {_listed(unknown)}: not all of their splits and bonuses are on record "
            "(config/market/corporate_actions.toml), so none is taken out."
        )
    if changed:
        told.append(f"Splits and bonuses are taken out of the prices of {_listed(changed)}, as of {on}.")
        history = adjusted_history(history, actions, on, only=changed)
    return history, tuple(told)


def _actions_since(
    actions: CorporateActions, history: PriceHistory, symbol: str, on: date
) -> tuple[CorporateAction, ...] | None:
    """What happened from the first day of the data on; None where not all of it is known."""
    try:
        return actions.between(symbol_of_ticker(symbol), history.days(symbol)[0], on)
    except UncoveredDateError:
        return None


def _listed(symbols: Sequence[str]) -> str:
    more = len(symbols) - _NAMED
    return ", ".join(symbols[:_NAMED]) + (f" and {more} more" if more > 0 else "")
