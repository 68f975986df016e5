"""What sweeps and walk-forwards are made of: candles, policy, and a folder for the report."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from trading_bot.adapters.history import PriceHistory, open_history
from trading_bot.adapters.history.quality import require_sound
from trading_bot.adapters.market_rules import load_market_rules
from trading_bot.backtest.sweeps.market import Market, market_of
from trading_bot.backtest.sweeps.policy import Policy, declared_policy
from trading_bot.bootstrap.answers.history import history_checks
from trading_bot.bootstrap.backtesting.data import chosen_symbols, data_text
from trading_bot.bootstrap.backtesting.price_scale import brought_to
from trading_bot.bootstrap.places import history_path, reports_folder, trials_path
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.domain.ist import datetime_of
from trading_bot.domain.section import complaints
from trading_bot.settings.options import PlayedOptions
from trading_bot.settings.tree import Settings


def require_places(settings: Settings) -> None:
    """Make the folders that the end of a run writes to, before it begins. Raises SettingsError."""
    for folder in (reports_folder(settings), trials_path(settings).parent):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"{folder}: cannot be made: {error.strerror}\n  fix: set run.data_dir to a folder that can "
                "be written to"
            ) from error
        if not os.access(folder, os.W_OK):
            raise SettingsError(f"{folder}: cannot be written to\n  fix: change its rights, or run.data_dir")
    trials = trials_path(settings)
    if trials.exists() and not (trials.is_file() and os.access(trials, os.R_OK | os.W_OK)):
        raise SettingsError(
            f"{trials}: the record of trials is no file that can be read and written\n  fix: change its "
            "rights, or move it away; what it counted is then not known any more"
        )


def policy_from(options: PlayedOptions) -> Policy:
    """The declared policy with the command's numbers. Raises SettingsError."""
    try:
        return declared_policy(options.cash, options.fee, options.quantity)
    except ValidationError as error:
        raise SettingsError(f"--cash, --quantity: {complaints(error)}") from error


def market_from(settings: Settings, options: PlayedOptions, write: Callable[[str], None]) -> Market:
    """The candles that the command names; what was done with them is told.

    Raises HistoryError or UnknownInstrumentError. What `history check` refuses is refused here
    as well: a hole or a split would choose the numbers.
    """
    folder = open_history(options.data)
    symbols, choice, _ = chosen_symbols(folder, options, history_path(settings))
    spans = [_span(folder, symbol, options) for symbol in symbols]
    checks = replace(
        history_checks(load_market_rules()), symbols=symbols, first=options.first, last=options.last
    )
    require_sound(options.data, checks, accept_defects=options.accept_defects)
    folder, told = brought_to(folder, symbols, max(last for _, last in spans))
    write(f"data: {data_text(folder, symbols)}")
    for text in (*choice, *told):
        write(f"note: {text}")
    shares = [
        (folder.instrument(symbol, last), folder.minute_candles(symbol, first, last)[:5])
        for symbol, (first, last) in zip(symbols, spans, strict=True)
    ]
    try:
        return market_of(shares)
    except ValueError as error:
        raise HistoryError(f"{folder.path}: {error}") from error


def _span(folder: PriceHistory, symbol: str, options: PlayedOptions) -> tuple[date, date]:
    """First and last day of a share in the range."""
    folder.require_minutes(symbol)
    days = [day for day in folder.days(symbol) if (options.first or day) <= day <= (options.last or day)]
    if not days:
        raise HistoryError(f"{folder.path}: '{symbol}' has no rows in the range of days; widen it")
    return days[0], days[-1]


def fresh_name(kind: str, reports: Path, now_ms: int) -> str:
    """A name that no report has yet."""
    stem = f"{kind}-{datetime_of(now_ms):%Y%m%d-%H%M%S}"
    names = (f"{stem}{ending}" for ending in ("", *(f"-{number}" for number in range(2, 100))))
    return next(name for name in names if not (reports / name).exists())
