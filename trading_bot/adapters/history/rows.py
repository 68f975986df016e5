"""From cells to candles and ticks: prices to whole paise, and nothing wrong let through."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from trading_bot.adapters.history.files import HistoryFile, RawRows
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray, no_candles
from trading_bot.domain.errors import HistoryError
from trading_bot.domain.ist import MS_PER_MINUTE, datetime_of

_PAISE_PER_RUPEE = 100
_LARGEST_RUPEES = 1e9


class TickArrays(NamedTuple):
    """Ticks by column in the file's own order, which is that of arrival; all int64 of one length."""

    ts_ms: IntArray
    price: IntArray
    day_volume: IntArray
    """UNKNOWN where the source has none."""
    quantity: IntArray
    bid: IntArray
    bid_quantity: IntArray
    ask: IntArray
    ask_quantity: IntArray
    """Zeros where the source has no quotes."""

    @property
    def has_quotes(self) -> bool:
        """Whether any row has a best bid or offer."""
        return bool(self.bid.any() or self.ask.any())


FloatArray = npt.NDArray[np.float64]


class Found(NamedTuple):
    """The rows of a series in the order in which they lie there; prices in rupees, NaN where one is empty."""

    ts_ms: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray


def found_rows(rows: RawRows) -> Found:
    """The cells of a file as numbers."""
    empty = np.full(rows.row.size, np.nan)
    cells = {name: _numbers(column) for name, column in rows.cells.items()}
    return Found(rows.ts_ms, *(cells.get(name, empty) for name in ("open", "high", "low", "close", "volume")))


def candles_of(file: HistoryFile, rows: RawRows) -> CandleArrays:
    """Check and sort the rows, and drop exact repetitions.

    Raises HistoryError that names the first wrong cell, or two rows that contradict each other.
    """
    prices = {name: _paise(file, rows, name) for name in ("open", "high", "low", "close")}
    _refuse_impossible(file, rows, prices)
    volume = _quantities(file, rows, "volume")
    order = np.argsort(rows.ts_ms, kind="stable")
    columns = [rows.ts_ms[order], *(prices[name][order] for name in prices), volume[order]]
    repeats = np.flatnonzero(np.diff(columns[0]) == 0) + 1
    if not repeats.size:
        return CandleArrays(*columns)
    for at in repeats:
        if any(column[at] != column[at - 1] for column in columns):
            earlier, later = sorted((int(rows.row[order[at - 1]]), int(rows.row[order[at]])))
            instant = datetime_of(int(columns[0][at]))
            other = file.place(earlier, "ts").rsplit(": ", 1)[1]
            raise HistoryError(
                f"{file.place(later, 'ts')}: {instant:%Y-%m-%d %H:%M:%S} is there twice, with "
                f"different values (the other one is at {other}); delete one"
            )
    return CandleArrays(*(np.delete(column, repeats) for column in columns))


def ticks_of(file: HistoryFile, rows: RawRows) -> TickArrays:
    """Check the rows and keep their order and their defects. Raises HistoryError."""
    none = np.zeros(rows.row.size, dtype=np.int64)
    return TickArrays(
        ts_ms=rows.ts_ms,
        price=_paise(file, rows, "ltp"),
        day_volume=_quantities(file, rows, "cum_volume"),
        quantity=np.maximum(_quantities(file, rows, "ltq"), 0),
        bid=_paise(file, rows, "bid", is_quote=True) if "bid" in rows.cells else none,
        bid_quantity=np.maximum(_quantities(file, rows, "bid_qty"), 0),
        ask=_paise(file, rows, "ask", is_quote=True) if "ask" in rows.cells else none,
        ask_quantity=np.maximum(_quantities(file, rows, "ask_qty"), 0),
    )


def minutes_of(ticks: TickArrays) -> CandleArrays:
    """1-minute candles of one day's ticks.

    Ticks are put in order of exchange time first. A volume is the growth of the day's volume, so that the
    day's first candle holds what traded before its first tick, and a step back counts nothing.
    """
    if not ticks.ts_ms.size:
        return no_candles()
    order = np.argsort(ticks.ts_ms, kind="stable")
    minute = ticks.ts_ms[order] // MS_PER_MINUTE
    price = ticks.price[order]
    first = np.flatnonzero(np.diff(minute, prepend=minute[0] - 1))
    last = np.append(first[1:], minute.size) - 1
    day_volume = np.maximum.accumulate(ticks.day_volume[order])
    known = day_volume[last] != UNKNOWN
    volume = np.where(known, np.diff(np.maximum(day_volume[last], 0), prepend=0), UNKNOWN)
    return CandleArrays(
        start_ms=minute[first] * MS_PER_MINUTE,
        open=price[first],
        high=np.maximum.reduceat(price, first),
        low=np.minimum.reduceat(price, first),
        close=price[last],
        volume=volume,
    )


def _numbers(cells: Any) -> FloatArray:
    numbers: FloatArray = cells.to_numpy(zero_copy_only=False).astype(np.float64, copy=False)
    return numbers


def _paise(file: HistoryFile, rows: RawRows, column: str, *, is_quote: bool = False) -> IntArray:
    """Round rupees to the nearest paisa; an empty quote is 0, any other price must be positive."""
    rupees = _numbers(rows.cells[column])
    if is_quote:
        rupees = np.nan_to_num(rupees, nan=0.0)
    lowest = 0.0 if is_quote else 0.005
    wrong = np.flatnonzero(~((rupees >= lowest) & (rupees <= _LARGEST_RUPEES)))
    if wrong.size:
        first = int(wrong[0])
        found = "empty" if np.isnan(rupees[first]) else f"{rupees[first]:g}"
        raise HistoryError(
            f"{file.place(int(rows.row[first]), column)}: the price is {found}, not more than 0 rupees; "
            "correct it or delete the row"
        )
    return np.rint(rupees * _PAISE_PER_RUPEE).astype(np.int64)


def _quantities(file: HistoryFile, rows: RawRows, column: str) -> IntArray:
    """Whole units, UNKNOWN where the cell is empty or the file has no such column."""
    if column not in rows.cells:
        return np.full(rows.row.size, UNKNOWN, dtype=np.int64)
    units = _numbers(rows.cells[column])
    known = ~np.isnan(units)
    wrong = np.flatnonzero(known & ((units < 0) | (units != np.floor(units)) | np.isinf(units)))
    if wrong.size:
        first = int(wrong[0])
        raise HistoryError(
            f"{file.place(int(rows.row[first]), column)}: {units[first]:g} is not a whole number of units "
            "from 0 up; correct it or leave the cell empty"
        )
    return np.where(known, units, UNKNOWN).astype(np.int64)


def _refuse_impossible(file: HistoryFile, rows: RawRows, prices: dict[str, IntArray]) -> None:
    high, low = prices["high"], prices["low"]
    claims = [("high", high < low, "is below the low")]
    claims += [
        (name, (prices[name] > high) | (prices[name] < low), "lies outside low to high")
        for name in ("open", "close")
    ]
    for column, is_wrong, words in claims:
        wrong = np.flatnonzero(is_wrong)
        if wrong.size:
            first = int(wrong[0])
            raise HistoryError(
                f"{file.place(int(rows.row[first]), column)}: {column} "
                f"{prices[column][first] / 100:.2f} {words} (low {low[first] / 100:.2f}, "
                f"high {high[first] / 100:.2f}); correct it or delete the row"
            )
