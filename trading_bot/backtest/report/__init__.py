"""The report of a backtest: its figures as page, tables, pictures and lines for the terminal."""

from trading_bot.backtest.report.console import console_text
from trading_bot.backtest.report.write import write_backtest

__all__ = ["console_text", "write_backtest"]
