"""One day over the wire and as a backtest, compared."""
