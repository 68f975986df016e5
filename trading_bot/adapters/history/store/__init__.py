"""The candle store: downloaded and imported series in one SQLite file, each with its origin."""

from trading_bot.adapters.history.store.store import CandleStore, Written, open_store, read_store

__all__ = ["CandleStore", "Written", "open_store", "read_store"]
