"""Times as files write them, into epoch milliseconds; a time without an offset is Indian time."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from trading_bot.domain.candles.arrays import IntArray
from trading_bot.domain.errors import HistoryError

Place = Callable[[int], str]
"""The words for a position in a column: file, row and column."""

_IST_OFFSET_MS = 19_800_000
_MS_PER_DAY = 86_400_000
_DATES = (
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y-%m-%d",
    "%d-%b-%Y",
    "%d-%m-%y",
    "%d-%b-%y",
    "%Y-%b-%d",
    "%d-%B-%Y",
    "%Y%m%d",
)
_CLOCKS = ("", "%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%I:%M:%S-%p", "%I:%M-%p", "%H%M%S")
_ISO = r"^\d{4}-\d{2}-\d{2}"
_OFFSET = r"(?:Z|[+-]\d{2}:?\d{2})$"
_DIGITS = r"^\d+$"
_COMPACT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_EPOCH_DIGITS = {9: 1_000.0, 10: 1_000.0, 13: 1.0, 16: 1e-3, 19: 1e-6}


def epoch_ms(values: Any, place: Place) -> IntArray:
    """Epoch milliseconds of an Arrow column of timestamps, dates, numbers or text.

    Raises HistoryError at the first value that is empty or that no known form fits.
    """
    column = pa.chunked_array([values]) if isinstance(values, pa.Array) else values
    if column.null_count:
        first = int(np.flatnonzero(column.is_null().to_numpy())[0])
        raise HistoryError(f"{place(first)}: the time is empty; fill it in or delete the row")
    if pa.types.is_timestamp(column.type):
        return _of_timestamps(column)
    if pa.types.is_date(column.type):
        return _integers(column.cast(pa.timestamp("ms"))) - _IST_OFFSET_MS
    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return _of_texts(column.cast(pa.int64()).cast(pa.string()), place)
    return _of_texts(pc.utf8_trim_whitespace(column.cast(pa.string())), place)


def _of_timestamps(column: Any) -> IntArray:
    in_ms = _integers(column.cast(pa.timestamp("ms", tz=column.type.tz), safe=False))
    return in_ms if column.type.tz else in_ms - _IST_OFFSET_MS


def _integers(column: Any) -> IntArray:
    numbers: IntArray = column.cast(pa.int64()).to_numpy().astype(np.int64, copy=False)
    return numbers


def _of_texts(column: Any, place: Place) -> IntArray:
    if len(column) == 0:
        return np.empty(0, dtype=np.int64)
    if pc.all(pc.match_substring_regex(column, _DIGITS)).as_py():
        return _of_digits(column, place)
    texts = pd.Series(column.to_numpy(zero_copy_only=False), dtype="string")
    if not texts.iloc[0].strip()[:4].isdigit():
        return _by_known_forms(texts, place)
    has_offset = texts.str.contains(_OFFSET, regex=True).to_numpy(dtype=bool) & (
        texts.str.len() > len("2026-01-01")
    )
    if not texts.str.contains(_ISO, regex=True).all():
        return _by_known_forms(texts, place)
    mixed = np.flatnonzero(has_offset != has_offset[0])
    if mixed.size:
        raise HistoryError(
            f"{place(int(mixed[0]))}: '{texts.iloc[int(mixed[0])]}' and '{texts.iloc[0]}' differ in "
            "having an offset; write all times in IST without one, or all with one"
        )
    parsed = pd.to_datetime(texts, format="ISO8601", utc=bool(has_offset[0]), errors="coerce")
    _refuse_unparsed(texts, parsed, place)
    return _series_ms(parsed, is_indian=not has_offset[0])


def _of_digits(column: Any, place: Place) -> IntArray:
    """Numbers: 20260102, 202601020915, 20260102091500, or an epoch in seconds down to nanoseconds."""
    texts = pd.Series(column.to_numpy(zero_copy_only=False), dtype="string")
    digits = len(texts.iloc[0])
    form = _COMPACT.get(digits)
    if form is not None:
        parsed = pd.to_datetime(texts, format=form, errors="coerce")
        _refuse_unparsed(texts, parsed, place)
        return _series_ms(parsed, is_indian=True)
    if digits not in _EPOCH_DIGITS:
        raise HistoryError(f"{place(0)}: '{texts.iloc[0]}' is not a time; write it as 2026-01-31 09:15:00")
    numbers = _integers(column.cast(pa.int64()))
    scale = _EPOCH_DIGITS[digits]
    return numbers * int(scale) if scale >= 1 else numbers // round(1 / scale)


def _by_known_forms(texts: "pd.Series[str]", place: Place) -> IntArray:
    """Try the usual forms; day before month unless only month before day fits all rows."""
    plain = texts.str.strip().str.replace(r"[/. ,T]+(?=\d{1,2}:)", "@", regex=True)
    plain = plain.str.replace(r"\s+(?=[AaPp][Mm]$)", "-", regex=True).str.replace(r"[/. ]", "-", regex=True)
    plain = plain.str.replace(r"(?<=:\d\d)-(?=\d+$)", ".", regex=True)
    best: pd.Series[pd.Timestamp] | None = None
    for form in _forms_of(plain.iloc[0]):
        parsed = pd.to_datetime(plain, format=form, errors="coerce")
        if not parsed.isna().any():
            return _series_ms(parsed, is_indian=True)
        if best is None or parsed.isna().sum() < best.isna().sum():
            best = parsed
    if best is None:
        raise HistoryError(f"{place(0)}: '{texts.iloc[0]}' is not a time; write it as 2026-01-31 09:15:00")
    _refuse_unparsed(texts, best, place)
    raise AssertionError("unreachable: an unparsed value was just refused")


def _forms_of(first: str) -> Iterator[str]:
    for date_form, clock_form in product(_DATES, _CLOCKS):
        form = f"{date_form}@{clock_form}" if clock_form else date_form
        if not pd.isna(pd.to_datetime(first, format=form, errors="coerce")):
            yield form


def _refuse_unparsed(texts: "pd.Series[str]", parsed: "pd.Series[pd.Timestamp]", place: Place) -> None:
    unparsed = np.flatnonzero(parsed.isna().to_numpy())
    if unparsed.size:
        first = int(unparsed[0])
        raise HistoryError(
            f"{place(first)}: '{texts.iloc[first]}' is not a time like the others ('{texts.iloc[0]}'); "
            "correct it or delete the row"
        )


def _series_ms(parsed: "pd.Series[pd.Timestamp]", *, is_indian: bool) -> IntArray:
    plain = parsed if is_indian else parsed.dt.tz_convert(None)
    in_ms: IntArray = plain.to_numpy().astype("datetime64[ms]").astype(np.int64)
    return in_ms - _IST_OFFSET_MS if is_indian else in_ms


def days_of(at_ms: IntArray) -> IntArray:
    """Days since 1970-01-01 in India of each instant."""
    return (at_ms + _IST_OFFSET_MS) // _MS_PER_DAY
