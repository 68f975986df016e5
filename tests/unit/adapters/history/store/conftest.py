"""A store with some series in it."""

from datetime import date

import numpy as np
import pytest

from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store import open_store
from trading_bot.domain.candles.arrays import CandleArrays
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.provenance import Adjustment, Provenance

OPEN_MS = 33_300_000


def minutes(*days: int, count: int = 3, price: int = 10_000) -> CandleArrays:
    """The first minutes of some days of January 2026."""
    starts = np.concatenate(
        [midnight_ms(date(2026, 1, day)) + OPEN_MS + 60_000 * np.arange(count) for day in days]
    ).astype(np.int64)
    flat = np.full(starts.size, price, dtype=np.int64)
    return CandleArrays(starts, flat, flat + 5, flat - 5, flat, np.full(starts.size, 7, dtype=np.int64))


def key_of(symbol, source="upstox", *, interval_s=60, adjustment=Adjustment.UNKNOWN):
    return SeriesKey(
        symbol=symbol, interval_s=interval_s, origin=Provenance(source=source, adjustment=adjustment)
    )


@pytest.fixture
def filled(tmp_path):
    """Write series into a store and return its path: `filled({key: candles})`."""

    def fill(series):
        path = tmp_path / "data" / "history.db"
        store = open_store(path)
        for key, candles in series.items():
            store.put(key, candles)
        store.close()
        return path

    return fill
