"""The report of a sweep: a table of all sets, the fills of the best, a heat map, lines for the terminal."""

from trading_bot.backtest.sweeps.report.console import console_text
from trading_bot.backtest.sweeps.report.write import write_sweep

__all__ = ["console_text", "write_sweep"]
