"""Settings of the run as a whole."""

import re
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from trading_bot.domain.section import Section

_INTERVAL = re.compile(r"(\d{1,3})\s*(m|min|minutes?|h|hours?)?", re.IGNORECASE)
_INTERVAL_MINUTES = (1, 2, 3, 5, 10, 15, 30, 60)


class Mode(StrEnum):
    """Which clock, feed, broker and journal stand behind the engine."""

    LIVE = "live"
    PAPER = "paper"
    ALERTS = "alerts"
    REPLAY = "replay"


def _interval(value: Any) -> str:
    match = _INTERVAL.fullmatch(str(value).strip())
    unit = (match.group(2) or "m").lower() if match else ""
    minutes = int(match.group(1)) * (60 if unit.startswith("h") else 1) if match else 0
    if minutes not in _INTERVAL_MINUTES:
        allowed = ", ".join(f"{minutes}minute" for minutes in _INTERVAL_MINUTES)
        raise ValueError(f"one of {allowed}")
    return f"{minutes}minute"


class RunSettings(Section):
    """What runs, on what, and where its files go."""

    mode: Mode | None = None
    """live, paper, alerts or replay; without it, paper where there are credentials, else replay."""
    live_trading: bool = False
    """The second half of the opt-in to real orders: mode live needs LIVE_TRADING=yes as well."""
    symbols: tuple[str, ...] = ()
    """What to trade, for example ["RELIANCE.NS", "TCS"]; when empty, all that the data has
    (replay) or default_symbol."""
    default_symbol: str = Field(default="RELIANCE.NS", min_length=1, max_length=64)
    """What is traded when no symbols are named."""
    trade_interval: Annotated[str, BeforeValidator(_interval)] = "15minute"
    """Candles that the strategy decides on: 1minute to 60minute."""
    slippage_bps: Decimal = Field(default=Decimal("0.5"), ge=0, le=500)
    """Basis points (hundredths of a percent) that simulated fills are worse than the market."""
    exit_after_close: bool = False
    """Whether the daemon ends after the session's report instead of idling until the next session."""
    data_dir: Path = Path("data")
    """Folder of journals, reports and the token."""

    @property
    def trade_interval_s(self) -> int:
        """Seconds of the strategy's candles."""
        return int(self.trade_interval.removesuffix("minute")) * 60
