"""Named days of stress, laid over recorded candles."""
