"""Every effective setting and where it comes from, as text or JSON; secrets are masked."""

import json
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr

from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.settings.fields import Leaf, leaves, value_at
from trading_bot.settings.load import LoadedSettings
from trading_bot.settings.sources import MASK
from trading_bot.settings.tree import Settings


class ShownSetting(NamedTuple):
    """One line of `config show`."""

    name: str
    value: Any
    origin: str


def shown_settings(loaded: LoadedSettings) -> tuple[ShownSetting, ...]:
    """Every setting in the order of definition; run.mode is the mode in effect."""
    return tuple(_shown(loaded, leaf) for leaf in leaves(Settings).values())


def settings_text(loaded: LoadedSettings) -> str:
    """An aligned table, one section after the other."""
    rows = [(row.name, _text(row.value), row.origin) for row in shown_settings(loaded)]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return "\n".join(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {origin}" for name, value, origin in rows)


def settings_json(loaded: LoadedSettings) -> str:
    """One object: dotted key -> value and origin. Decimals are strings."""
    rows = {row.name: {"value": row.value, "origin": row.origin} for row in shown_settings(loaded)}
    return json.dumps(rows, indent=2, default=str)


def plain_value(value: Any) -> Any:
    """A value made of what JSON knows; Decimals, times and paths become text, secrets a mask."""
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, (Decimal, Path, date)):
        return str(value)
    if isinstance(value, (tuple, list, frozenset)):
        return [plain_value(item) for item in value]
    return value


def _shown(loaded: LoadedSettings, leaf: Leaf) -> ShownSetting:
    value = plain_value(value_at(loaded.settings, leaf.key))
    origin = loaded.origin(leaf.key)
    if leaf.key == ("run", "mode") and value is None:
        reason = _reason_of_mode(loaded.settings.credentials)
        return ShownSetting(leaf.name, loaded.settings.mode.value, f"default, since {reason}")
    return ShownSetting(leaf.name, value, origin)


def _reason_of_mode(credentials: UpstoxSecrets) -> str:
    if credentials.is_configured:
        return "credentials are set"
    if credentials.api_key is not None:
        return "UPSTOX_API_SECRET is not set"
    return "no credentials are set" if credentials.api_secret is None else "UPSTOX_API_KEY is not set"


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, dict)):
        return ", ".join(map(str, value)) or "-"  # of a table its names: --json has all of it
    return str(value)
