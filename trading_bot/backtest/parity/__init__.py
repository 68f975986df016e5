"""Compares one day that was played in two ways, and explains each difference: pure, two records in."""

from trading_bot.backtest.parity.compare import Comparison, compare
from trading_bot.backtest.parity.differences import Cause, Difference
from trading_bot.backtest.parity.played import PlayedDay
from trading_bot.backtest.parity.quotes import Quotes, QuoteTape, Span

__all__ = ["Cause", "Comparison", "Difference", "PlayedDay", "QuoteTape", "Quotes", "Span", "compare"]
