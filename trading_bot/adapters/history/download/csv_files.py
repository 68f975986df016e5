"""Series as CSV files, one for each symbol, that people and the loader read."""

import io
from pathlib import Path

import pandas as pd

from trading_bot.adapters.history.origin import PROVENANCE_FILE
from trading_bot.adapters.history.series_key import DAY_S, SeriesKey
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays

_OFFSET_MS = 19_800_000


def write_csv(folder: Path, key: SeriesKey, candles: CandleArrays) -> Path:
    """Write a series; a file that was there is replaced in one step."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{key.symbol}.csv"
    _replace(path, csv_text(candles, is_daily=key.interval_s >= DAY_S))
    _replace(folder / PROVENANCE_FILE, _provenance(key))
    return path


def csv_text(candles: CandleArrays, *, is_daily: bool) -> str:
    """Candles as the loader reads them; those of days and longer are stamped with a date only."""
    at = pd.to_datetime(candles.start_ms + _OFFSET_MS, unit="ms")
    frame = pd.DataFrame(
        {
            "date" if is_daily else "ts": at.strftime("%Y-%m-%d" if is_daily else "%Y-%m-%d %H:%M:%S"),
            **{name: getattr(candles, name) / 100 for name in ("open", "high", "low", "close")},
            "volume": pd.Series(candles.volume, dtype="Int64").mask(candles.volume == UNKNOWN),
        }
    )
    text = io.StringIO()
    frame.to_csv(text, index=False, float_format="%.2f")
    return text.getvalue()


def _provenance(key: SeriesKey) -> str:
    origin = key.origin
    note = f"prices as of {origin.adjusted_as_of}" if origin.adjusted_as_of else ""
    return f'source = "{origin.source}"\nadjustment = "{origin.adjustment}"\nnote = "{note}"\n'


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
