"""History: folders of Parquet or CSV files with candles or ticks, and the store of candles."""

from trading_bot.adapters.history.layout import HistoryKind
from trading_bot.adapters.history.opening import open_history
from trading_bot.adapters.history.price_history import PriceHistory
from trading_bot.adapters.history.rows import TickArrays
from trading_bot.adapters.history.warm_up import WarmUp, open_warm_up

__all__ = [
    "HistoryKind",
    "PriceHistory",
    "TickArrays",
    "WarmUp",
    "open_history",
    "open_warm_up",
]
