"""What prices, candles and time bring."""
