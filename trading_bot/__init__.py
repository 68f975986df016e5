"""An intraday trading daemon for Indian shares and derivatives on the Upstox API."""

from trading_bot.native import prefer_compiled

__version__ = "0.1.0"

prefer_compiled()
