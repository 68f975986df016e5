"""An intraday trading daemon for Indian shares and derivatives on the Upstox API."""

__version__ = "0.1.0"
