"""Backtests: the same engine and pretend broker over many days of history."""
