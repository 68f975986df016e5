"""Which rows of a file belong to which of the instruments that share it, found in one pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trading_bot.domain.candles.arrays import IntArray


class SharedPart(NamedTuple):
    """The columns of some rows that tell whose they are and when."""

    names: Any
    series: Any | None
    """None where the file has none."""
    ts_ms: IntArray


Owner = tuple[str, str | None]
"""Name and series of an instrument, as a file has them; the series may be missing."""


@dataclass(frozen=True, slots=True)
class SharedIndex:
    """The rows of each instrument of a file, in the file's order, and the time of every row."""

    rows: dict[Owner, IntArray]
    ts_ms: IntArray

    def of(self, owner: Owner, from_ms: int | None, to_ms: int | None) -> IntArray:
        """Rows of an instrument with `from_ms` <= time < `to_ms`; None leaves an end open."""
        rows = self.rows[owner]
        times = self.ts_ms[rows]
        chosen = np.ones(rows.size, dtype=bool)
        if from_ms is not None:
            chosen &= times >= from_ms
        if to_ms is not None:
            chosen &= times < to_ms
        return rows[chosen]


def shared_index(parts: Iterable[SharedPart]) -> SharedIndex:
    """Read the parts of a file in their order; rows without a name belong to nobody."""
    numbers: dict[Owner, int] = {}
    owners, times = [], [np.empty(0, dtype=np.int64)]
    for part in parts:
        owners.append(_owners(part, numbers))
        times.append(part.ts_ms)
    owner = np.concatenate([np.empty(0, dtype=np.int64), *owners])
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(len(numbers) + 1))
    rows = {one: order[bounds[number] : bounds[number + 1]] for one, number in numbers.items()}
    return SharedIndex(rows, np.concatenate(times))


def _owners(part: SharedPart, numbers: dict[Owner, int]) -> IntArray:
    """A number for the owner of each row, -1 for nobody; new owners get the next ones."""
    names, series = _codes(part.names), None if part.series is None else _codes(part.series)
    pair = names.codes * (1 if series is None else series.texts.size)
    pair += 0 if series is None else series.codes
    found, place = np.unique(pair, return_inverse=True)
    own = np.full(found.size, -1, dtype=np.int64)
    for at, code in enumerate(found.tolist()):
        name, kind = divmod(code, 1 if series is None else series.texts.size)
        if text := names.texts[name]:
            owner = (text, None if series is None else series.texts[kind] or None)
            own[at] = numbers.setdefault(owner, len(numbers))
    return own[place]


class _Codes(NamedTuple):
    codes: IntArray
    texts: Any
    """By code, trimmed; "" for what is empty."""


def _codes(column: Any) -> _Codes:
    texts = pc.fill_null(pc.utf8_trim_whitespace(column.cast(pa.string())), "")
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    encoded = pc.dictionary_encode(texts)
    return _Codes(
        encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64),
        np.array(encoded.dictionary.to_pylist(), dtype=object),
    )
