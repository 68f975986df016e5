"""What sweeps and walk-forwards are made of: candles, policy, and a folder for the report."""

from pathlib import Path

from trading_bot.adapters.history import open_history
from trading_bot.backtest.sweeps.market import Market, market_of
from trading_bot.backtest.sweeps.policy import Policy, declared_policy
from trading_bot.domain.errors import HistoryError, SettingsError
from trading_bot.domain.ist import datetime_of
from trading_bot.settings.options import PlayedOptions


def policy_from(options: PlayedOptions) -> Policy:
    """The declared policy with the command's numbers. Raises SettingsError."""
    try:
        return declared_policy(options.cash, options.fee, options.quantity)
    except ValueError as error:
        raise SettingsError(f"--cash, --quantity: {error}") from error


def market_from(options: PlayedOptions) -> Market:
    """The candles that the command names. Raises HistoryError or UnknownInstrumentError."""
    folder, shares = open_history(options.data), []
    for symbol in dict.fromkeys(map(folder.name_of, options.symbols)) or folder.symbols:
        folder.require_minutes(symbol)
        days = [day for day in folder.days(symbol) if (options.first or day) <= day <= (options.last or day)]
        if not days:
            raise HistoryError(f"{folder.path}: '{symbol}' has no rows in the range of days; widen it")
        candles = folder.minute_candles(symbol, days[0], days[-1])
        shares.append((folder.instrument(symbol, days[-1]), candles[:5]))
    try:
        return market_of(shares)
    except ValueError as error:
        raise HistoryError(f"{folder.path}: {error}") from error


def fresh_name(kind: str, reports: Path, now_ms: int) -> str:
    """A name that no report has yet."""
    stem = f"{kind}-{datetime_of(now_ms):%Y%m%d-%H%M%S}"
    names = (f"{stem}{ending}" for ending in ("", *(f"-{number}" for number in range(2, 100))))
    return next(name for name in names if not (reports / name).exists())
