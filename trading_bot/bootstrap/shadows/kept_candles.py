"""The minutes that the daemon kept beside its journal, as a folder like any other."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

from trading_bot.adapters.history.origin import PROVENANCE_FILE
from trading_bot.adapters.history.series_key import SeriesKey
from trading_bot.adapters.history.store.store import CandleStore, read_store
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.backtesting.stress import write_candles
from trading_bot.domain.candles.arrays import arrays_of
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.instrument import Instrument
from trading_bot.domain.ist import MS_PER_DAY, MS_PER_MINUTE, MS_PER_SECOND, midnight_ms
from trading_bot.domain.money import rupees
from trading_bot.domain.rules.provenance import Adjustment

if TYPE_CHECKING:
    from trading_bot.domain.market_data import Candle

_MINUTE_S = MS_PER_MINUTE // MS_PER_SECOND
_EVER_MS = 1 << 60
_HISTORY = "history"
_COLUMNS = ("name", "symbol", "instrument_key", "tick_size_paise", "lot_size", "freeze_quantity",
            "closing_auction_eligible", "expiry", "strike", "right", "underlying_key")  # fmt: skip


def days_with_candles(reader: JournalReader, days: Iterable[date]) -> tuple[date, ...]:
    """Those of the days of which minutes are kept."""
    return tuple(day for day in days if _has_candles(reader, day))


def write_kept_candles(reader: JournalReader, store: Path, into: Path) -> None:
    """Write every kept minute, and before the first of them those that were downloaded.

    Raises HistoryError where no candle is of an instrument that is known.
    """
    by_key: dict[str, list[Candle]] = {}
    for key, candle in reader.candles(0, _EVER_MS):
        by_key.setdefault(key, []).append(candle)
    listed = [one for one in reader.instruments() if one.key in by_key]
    if not listed:
        raise HistoryError("no kept candle is of an instrument that is listed in the journal")
    for one in listed:
        write_candles(into / f"{one.symbol}.parquet", arrays_of(by_key[one.key]))
    _write_instruments(into / "instruments.csv", listed)
    _write_origin(into, "the daemon's own record", Adjustment.NONE)
    if store.is_file():
        _write_downloaded(listed, store, into / _HISTORY)


def _has_candles(reader: JournalReader, on: date) -> bool:
    begin_ms = midnight_ms(on)
    return next(reader.candles(begin_ms, begin_ms + MS_PER_DAY - 1), None) is not None


def _write_downloaded(listed: Sequence[Instrument], store: Path, into: Path) -> None:
    """Warm-up goes further back than the daemon has run."""
    with closing(read_store(store)) as source:
        keys = list(_downloaded(listed, source))
        if not keys:
            return
        into.mkdir()
        for key in keys:
            write_candles(into / f"{key.symbol}.parquet", source.candles(key))
    adjustments = {key.origin.adjustment for key in keys}
    _write_origin(into, "the store", adjustments.pop() if len(adjustments) == 1 else Adjustment.UNKNOWN)


def _downloaded(listed: Sequence[Instrument], source: CandleStore) -> Iterator[SeriesKey]:
    minutes = [key for key in source.filled() if key.interval_s == _MINUTE_S]
    for one in listed:
        key = next((key for key in minutes if key.symbol == one.symbol), None)
        if key is not None:
            yield key


def _write_origin(folder: Path, source: str, adjustment: Adjustment) -> None:
    text = f'source = "{source}"\nadjustment = "{adjustment.value}"\n'
    (folder / PROVENANCE_FILE).write_text(text, encoding="utf-8")


def leave_out_downloaded(folder: Path, symbols: Iterable[str]) -> None:
    """Take away what was downloaded of some symbols; `write_kept_candles` has written the folder."""
    earlier = folder / _HISTORY
    for symbol in symbols:
        (earlier / f"{symbol}.parquet").unlink()
    if earlier.is_dir() and not any(earlier.glob("*.parquet")):
        rmtree(earlier)


def _write_instruments(path: Path, listed: Sequence[Instrument]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, _COLUMNS)
        writer.writeheader()
        for one in listed:
            writer.writerow(
                {
                    "name": one.symbol,
                    "symbol": one.symbol,
                    "instrument_key": one.key,
                    "tick_size_paise": one.tick_size,
                    "lot_size": one.lot_size,
                    "freeze_quantity": one.freeze_quantity,
                    "closing_auction_eligible": "yes" if one.closing_auction_eligible else "no",
                    "expiry": one.expiry_on,
                    "strike": None if one.strike is None else rupees(one.strike),
                    "right": one.right,
                    "underlying_key": one.underlying_key,
                }
            )
