"""Trading on Diwali, which lasts an hour: the shortest session there is, so the cheapest to play whole."""

from datetime import date

DIWALI = date(2025, 10, 21)
BUSY = {"timeframe_minutes": 1, "threshold": 0.3, "trigger_within_candles": 20}
"""Settings of the strategy with which something is traded within the hour."""
BUSY_ENVIRONMENT = {f"TRADING_BOT__CONFLUENCE__{name.upper()}": str(value) for name, value in BUSY.items()}
