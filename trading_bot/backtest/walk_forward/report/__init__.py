"""The report of a walk-forward: windows, the stitched record, how steady the choices are."""

from trading_bot.backtest.walk_forward.report.console import console_text
from trading_bot.backtest.walk_forward.report.write import write_walk_forward

__all__ = ["console_text", "write_walk_forward"]
