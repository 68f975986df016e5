"""Candles: built of ticks, folded into longer ones, held as arrays."""
