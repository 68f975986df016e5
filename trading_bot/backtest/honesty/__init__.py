"""What a backtest says against itself: the same days under changed conditions, and what luck would show."""
