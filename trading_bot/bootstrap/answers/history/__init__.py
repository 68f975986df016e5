"""Candles of the past: loaded, shown, judged."""
