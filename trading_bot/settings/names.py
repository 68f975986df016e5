"""Environment names: the short ones that people know, and the nested form that reaches every key."""

import difflib
import re
from collections.abc import Mapping
from types import MappingProxyType

from trading_bot.settings.fields import Key, Leaf

NESTED_PREFIX = "TRADING_BOT__"
NESTED_SEPARATOR = "__"
FILE_SUFFIX = "_FILE"
_INTERVAL = re.compile(r"(\d+)\s*(m|min|minutes?|h|hours?)", re.IGNORECASE)
_MINUTES_PER_HOUR = 60
_OWN_PREFIXES = ("TRADING_BOT", "UPSTOX_", "ALERT_URL")
_FOREIGN = frozenset({"TRADING_BOT_SHARED_DATA"})
"""Names with our prefix that are not settings: where tests and tools find market data."""

SHORT_NAMES: Mapping[str, Key] = MappingProxyType(
    {
        "UPSTOX_API_KEY": ("credentials", "api_key"),
        "UPSTOX_API_SECRET": ("credentials", "api_secret"),
        "UPSTOX_REDIRECT_URI": ("credentials", "redirect_uri"),
        "UPSTOX_ACCESS_TOKEN": ("credentials", "access_token"),
        "TRADING_BOT_MODE": ("run", "mode"),
        "LIVE_TRADING": ("run", "live_trading"),
        "RAMP_LOOSENED": ("live", "ramp", "loosened"),
        "SYMBOLS": ("run", "symbols"),
        "DEFAULT_SYMBOL": ("run", "default_symbol"),
        "TRADE_INTERVAL": ("confluence", "timeframe_minutes"),
        "LIVE_PROCESSING_INTERVAL_SECONDS": ("confluence", "provisional_interval_s"),
        "SLIPPAGE_BPS": ("run", "slippage_bps"),
        "BASE_CAPITAL": ("risk", "sizing", "base_capital"),
        "MAX_RISK_PER_TRADE": ("risk", "sizing", "max_risk_per_trade"),
        "MAX_LEVERAGE": ("risk", "sizing", "max_leverage"),
        "CAPITAL_PER_SYMBOL_ALLOWANCE": ("risk", "sizing", "capital_per_symbol"),
        "MAX_CONCURRENT_POSITIONS": ("risk", "limits", "max_concurrent_positions"),
        "MAX_TRADES_PER_SYMBOL_PER_DAY": ("risk", "limits", "max_trades_per_symbol_per_day"),
        "MAX_TRADES_PER_DAY_GLOBAL": ("risk", "limits", "max_trades_per_day"),
        "MAX_ORDERS_PER_MINUTE": ("risk", "limits", "max_entries_per_minute"),
        "DAILY_LOSS_LIMIT": ("risk", "limits", "max_daily_loss"),
        "ATR_MULTIPLIER": ("risk", "exits", "atr_stop_multiple"),
        "TRAILING_MULTIPLIER": ("risk", "exits", "atr_trail_multiple"),
        "MIN_ENTRY_TIME_AFTER_OPEN": ("risk", "windows", "min_entry_after_open_minutes"),
        "NO_NEW_ENTRY_AFTER_TIME": ("risk", "windows", "no_new_entry_after"),
        "EXIT_TIMEOUT_SECONDS": ("risk", "exits", "exit_step_timeout_s"),
        "LOG_LEVEL": ("logs", "level"),
        "ALERT_URL_1": ("alerts", "channel_1", "url"),
        "ALERT_URL_2": ("alerts", "channel_2", "url"),
        "ALERT_URL_3": ("alerts", "channel_3", "url"),
        "TELEGRAM_COMMANDS": ("alerts", "telegram_commands"),
    }
)


def key_of(name: str, leaves: Mapping[Key, Leaf]) -> Key | None:
    """The setting that an environment name stands for, None when it stands for nothing."""
    upper = name.upper()
    if upper in SHORT_NAMES:
        return SHORT_NAMES[upper]
    if not upper.startswith(NESTED_PREFIX):
        return None
    key = tuple(upper.removeprefix(NESTED_PREFIX).lower().split(NESTED_SEPARATOR))
    return key if key in leaves else None


def usual_text(name: str, text: str) -> str:
    """The text in the form that the setting wants: a trade interval may be written as 15minute or 1h."""
    if name.upper() != "TRADE_INTERVAL" or not (match := _INTERVAL.fullmatch(text.strip())):
        return text
    unit = _MINUTES_PER_HOUR if match.group(2).lower().startswith("h") else 1
    return str(int(match.group(1)) * unit)


def is_ours(name: str) -> bool:
    """Whether an environment name claims to be one of our settings by its prefix."""
    return name.upper().startswith(_OWN_PREFIXES) and name.upper() not in _FOREIGN


def nested_name(key: Key) -> str:
    """The nested environment name of a setting."""
    return NESTED_PREFIX + NESTED_SEPARATOR.join(key).upper()


def closest_name(name: str, leaves: Mapping[Key, Leaf], cutoff: float = 0.6) -> str | None:
    """The environment name that was probably meant."""
    candidates = [*SHORT_NAMES, *map(nested_name, leaves)]
    candidates += [known + FILE_SUFFIX for known, key in SHORT_NAMES.items() if leaves[key].is_secret]
    return next(iter(difflib.get_close_matches(name.upper(), candidates, n=1, cutoff=cutoff)), None)


def closest_key(key: Key, leaves: Mapping[Key, Leaf]) -> str | None:
    """The dotted key that was probably meant: the same name elsewhere, else the most alike."""
    elsewhere = [known for known in leaves if known[-1] == key[-1]]
    if elsewhere:
        return ".".join(elsewhere[0])
    known_names = [".".join(known) for known in leaves]
    matches = difflib.get_close_matches(".".join(key), known_names, n=1, cutoff=0.6)
    if matches:
        return matches[0]
    last_names = {known[-1]: ".".join(known) for known in leaves}
    close = difflib.get_close_matches(key[-1], last_names, n=1, cutoff=0.7)
    return last_names[close[0]] if close else None
