"""History that users bring: folders of Parquet or CSV files with candles or ticks."""

from trading_bot.adapters.history.folder import HistoryFolder
from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.opening import open_history
from trading_bot.adapters.history.rows import TickArrays
from trading_bot.adapters.history.warm_up import WarmUp, open_warm_up

__all__ = [
    "HistoryFolder",
    "HistoryKind",
    "TickArrays",
    "WarmUp",
    "open_history",
    "open_warm_up",
]
