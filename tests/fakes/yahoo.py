"""Answers like `yfinance.download` of yfinance 1.7.0, seen with the answers of Yahoo's chart call made up.

Columns are a MultiIndex `Price`, `Ticker`, sorted by name; without `auto_adjust` there is `Adj Close`; the
index is `Date`, without a zone, in seconds; rows without prices are left out. A ticker without data gives an
empty frame.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

_COLUMNS = ("Adj Close", "Close", "High", "Low", "Open", "Volume")


@dataclass
class FakeYahoo:
    """Daily rows by ticker: day, open, high, low, close, volume."""

    rows: dict[str, list[tuple[Any, ...]]]
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    failure: Exception | None = None

    def __call__(
        self,
        tickers: str,
        start: str,
        end: str,
        *,
        interval: str,
        auto_adjust: bool,
        actions: bool,
        progress: bool,
        threads: bool,
        timeout: float,
    ) -> pd.DataFrame:
        assert (interval, auto_adjust, actions, progress, threads) == ("1d", False, False, False, False)
        self.asked.append((tickers, start, end))
        if self.failure is not None:
            raise self.failure
        chosen = [row for row in self.rows.get(tickers, ()) if start <= row[0] < end]
        columns = pd.MultiIndex.from_product([_COLUMNS, [tickers]], names=["Price", "Ticker"])
        index = pd.DatetimeIndex([row[0] for row in chosen], name="Date").astype("datetime64[s]")
        table = [[row[4] * 0.9, row[4], row[2], row[3], row[1], row[5]] for row in chosen]
        frame = pd.DataFrame(np.array(table, dtype=float).reshape(-1, len(_COLUMNS)), index, columns)
        return frame.astype({("Volume", tickers): "int64"}) if chosen else frame


def quiet_rows(first: date, last: date, price: float = 1402.55) -> list[tuple[Any, ...]]:
    """A row for each weekday, with floats as Yahoo sends them."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        (day.isoformat(), price, price + 1.049988, price - 1.0, price + 0.000122, 1000)
        for day in days
        if day.weekday() < 5
    ]
