"""Series of candles in one SQLite file: written piece by piece, merged, pruned, read by column."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import (
    Connection,
    Engine,
    delete,
    exists,
    func,
    insert,
    select,
    update,
)

from trading_bot.adapters.history.price_rows import DayIndex
from trading_bot.adapters.history.series_key import DAY_S, SeriesExtent, SeriesKey, digest_of
from trading_bot.adapters.history.store.connections import explained, reading_connection, writing_engine
from trading_bot.adapters.history.store.schema import CANDLES, COVERED, METADATA, SERIES, VERSION
from trading_bot.adapters.history.store.spans import Span, merged, without
from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, no_candles
from trading_bot.domain.ist import MS_PER_DAY, date_of, midnight_ms
from trading_bot.domain.rules.provenance import Adjustment, Provenance

_COLUMNS = ("start_ms", "open", "high", "low", "close", "volume")
_PUT = (
    "INSERT INTO candles (start_ms, open, high, low, close, volume, series_id) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (series_id, start_ms) DO UPDATE SET open = excluded.open, high = excluded.high, "
    "low = excluded.low, close = excluded.close, volume = excluded.volume"
)
_READ = (
    f"SELECT start_ms, open, high, low, close, COALESCE(volume, {UNKNOWN}) FROM candles "  # noqa: S608  # a constant
    "WHERE series_id = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms"
)
_INDEX = (
    "SELECT (start_ms + 19800000) / 86400000 AS day, COUNT(DISTINCT start_ms / 60000), MAX(start_ms % 60000) "
    "FROM candles WHERE series_id = ? GROUP BY day ORDER BY day"
)
_EVER_MS = 1 << 62
_ORDER = (SERIES.c.symbol, SERIES.c.interval_s, SERIES.c.fetched_at_ms.desc(), SERIES.c.id)


class Written(NamedTuple):
    """What a piece of candles changed in the store."""

    added: int
    changed: int
    """Candles that were there with other figures: the source corrected or adjusted them."""
    same: int


class CandleStore:
    """One file of series.

    Every method is a transaction of its own, so an interruption loses one at most. A store that is only read
    is seen as it was when it was opened, whatever a download writes meanwhile.
    """

    def __init__(self, path: Path, engine: Engine, seen: Connection | None = None) -> None:
        """Hold the connection through which the store is `seen`, where it is only read."""
        self.path = path
        self._engine = engine
        self._seen = seen

    def close(self) -> None:
        """Let go of the file."""
        if self._seen is not None:
            self._seen.close()
        self._engine.dispose()

    def listed(self) -> tuple[SeriesKey, ...]:
        """Every series, by symbol and interval; of several the one written last comes first."""
        with self.transaction() as connection:
            return tuple(_key(row) for row in connection.execute(select(SERIES).order_by(*_ORDER)))

    def filled(self) -> tuple[SeriesKey, ...]:
        """The series that have candles, in the same order."""
        having = exists().where(CANDLES.c.series_id == SERIES.c.id)
        with self.transaction() as connection:
            return tuple(
                _key(row) for row in connection.execute(select(SERIES).where(having).order_by(*_ORDER))
            )

    def put(self, key: SeriesKey, candles: CandleArrays, *, covers: Span | None = None) -> Written:
        """Merge a piece of candles into its series, and remember for which days the source was asked."""
        with self.transaction() as connection:
            series_id = _made(connection, key)
            written = _merge(connection, series_id, candles)
            if covers is not None:
                _cover(connection, series_id, covers)
            return written

    def candles(self, key: SeriesKey, first: date | None = None, last: date | None = None) -> CandleArrays:
        """Candles of the days from `first` to `last`, both included; None leaves an end open."""
        from_ms = -_EVER_MS if first is None else midnight_ms(first)
        to_ms = _EVER_MS if last is None else midnight_ms(last) + MS_PER_DAY
        with self.transaction() as connection:
            series_id = _id_of(connection, key)
            return no_candles() if series_id is None else _read(connection, series_id, from_ms, to_ms)

    def day_index(self, key: SeriesKey) -> DayIndex:
        """The days of a series, counted without reading its prices."""
        with self.transaction() as connection:
            rows = connection.exec_driver_sql(_INDEX, (_id_of(connection, key),)).all()
        table = np.array(rows, dtype=np.int64).reshape(-1, 3)
        return DayIndex(
            table[:, 0],
            table[:, 1],
            None if key.interval_s >= DAY_S else key.interval_s,
            not table[:, 2].any(),
        )

    def uncovered(self, key: SeriesKey, wanted: Span) -> list[Span]:
        """The days of a span that the series' source was not asked for yet."""
        with self.transaction() as connection:
            return without(wanted, _covered(connection, _id_of(connection, key)))

    def extent(self, key: SeriesKey) -> SeriesExtent:
        """How much there is of a series; reads all of it for the digest."""
        candles = self.candles(key)
        size = candles.start_ms.size
        return SeriesExtent(
            key=key,
            rows=size,
            first_on=date_of(int(candles.start_ms[0])) if size else None,
            last_on=date_of(int(candles.start_ms[-1])) if size else None,
            digest=digest_of(candles),
        )

    def prune(self, before: date, wanted: Callable[[SeriesKey], bool] = lambda _key: True) -> int:
        """Drop the candles of earlier days of the wanted series, and return how many there were."""
        dropped = 0
        for key in filter(wanted, self.listed()):
            with self.transaction() as connection:
                series_id = _id_of(connection, key)
                old = (CANDLES.c.series_id == series_id) & (CANDLES.c.start_ms < midnight_ms(before))
                dropped += connection.execute(
                    select(func.count()).select_from(CANDLES).where(old)
                ).scalar_one()
                connection.execute(delete(CANDLES).where(old))
                kept = [
                    (max(first, before), last)
                    for first, last in _covered(connection, series_id)
                    if last >= before
                ]
                _replace_covered(connection, series_id, kept)
        return dropped

    def forget(self, key: SeriesKey) -> None:
        """Drop a series whole."""
        with self.transaction() as connection:
            series_id = _id_of(connection, key)
            for table in (CANDLES, COVERED):
                connection.execute(delete(table).where(table.c.series_id == series_id))
            connection.execute(delete(SERIES).where(SERIES.c.id == series_id))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction, committed at its end. Raises HistoryError, in words, for what SQLite says."""
        with explained(self.path):
            if self._seen is not None:
                yield self._seen
                return
            with self._engine.begin() as connection:
                yield connection


def open_store(path: Path) -> CandleStore:
    """Open the store for writing, made where it is missing. Raises HistoryError where it is another file."""
    engine = writing_engine(path)
    with explained(path), engine.begin() as connection:
        METADATA.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA user_version={VERSION}")
    return CandleStore(path, engine)


def read_store(path: Path) -> CandleStore:
    """Open the store for reading; nothing is written, and nothing made. Raises HistoryError without one."""
    engine, seen = reading_connection(path)
    return CandleStore(path, engine, seen)


def _key(row: Any) -> SeriesKey:
    return SeriesKey(
        symbol=row.symbol,
        interval_s=row.interval_s,
        origin=Provenance(
            source=row.source,
            adjustment=Adjustment(row.adjustment),
            adjusted_as_of=date.fromisoformat(row.adjusted_as_of) if row.adjusted_as_of else None,
            fetched_at_ms=row.fetched_at_ms,
            note=row.note,
        ),
    )


def _id_of(connection: Connection, key: SeriesKey) -> int | None:
    series_id: int | None = connection.execute(
        select(SERIES.c.id).where(
            SERIES.c.symbol == key.symbol,
            SERIES.c.interval_s == key.interval_s,
            SERIES.c.source == key.origin.source,
            SERIES.c.adjustment == key.origin.adjustment.value,
        )
    ).scalar_one_or_none()
    return series_id


def _made(connection: Connection, key: SeriesKey) -> int:
    """The series' row, made or brought up to date."""
    as_of = key.origin.adjusted_as_of
    newest = {
        "adjusted_as_of": as_of.isoformat() if as_of else None,
        "fetched_at_ms": key.origin.fetched_at_ms,
        "note": key.origin.note,
    }
    series_id = _id_of(connection, key)
    if series_id is not None:
        connection.execute(update(SERIES).where(SERIES.c.id == series_id).values(**newest))
        return series_id
    row = {
        "symbol": key.symbol,
        "interval_s": key.interval_s,
        "source": key.origin.source,
        "adjustment": key.origin.adjustment.value,
        **newest,
    }
    made = connection.execute(insert(SERIES).values(**row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def _merge(connection: Connection, series_id: int, candles: CandleArrays) -> Written:
    """Write what is new or different."""
    if not candles.start_ms.size:
        return Written(0, 0, 0)
    span = int(candles.start_ms[0]), int(candles.start_ms[-1]) + 1
    there = _read(connection, series_id, *span)
    _, ours, theirs = np.intersect1d(candles.start_ms, there.start_ms, return_indices=True)
    is_known = np.zeros(candles.start_ms.size, dtype=bool)
    is_known[ours] = True
    is_same = np.zeros(candles.start_ms.size, dtype=bool)
    is_same[ours] = np.logical_and.reduce(
        [column[ours] == old[theirs] for column, old in zip(candles[1:], there[1:], strict=True)]
    )
    columns = [column[~is_same].tolist() for column in candles]
    volumes = [None if volume == UNKNOWN else volume for volume in columns[5]]
    rows = list(zip(*columns[:5], volumes, [series_id] * len(volumes), strict=True))
    if rows:
        connection.exec_driver_sql(_PUT, rows)
    same = int(is_same.sum())
    return Written(int((~is_known).sum()), int(is_known.sum()) - same, same)


def _read(connection: Connection, series_id: int, from_ms: int, to_ms: int) -> CandleArrays:
    rows = connection.exec_driver_sql(_READ, (series_id, from_ms, to_ms))
    flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    table = flat.reshape(-1, len(_COLUMNS))
    return CandleArrays(*(np.ascontiguousarray(table[:, place]) for place in range(len(_COLUMNS))))


def _covered(connection: Connection, series_id: int | None) -> list[Span]:
    rows = connection.execute(
        select(COVERED.c.first_on, COVERED.c.last_on).where(COVERED.c.series_id == series_id)
    )
    return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in rows]


def _cover(connection: Connection, series_id: int, span: Span) -> None:
    _replace_covered(connection, series_id, merged([*_covered(connection, series_id), span]))


def _replace_covered(connection: Connection, series_id: int | None, spans: Sequence[Span]) -> None:
    connection.execute(delete(COVERED).where(COVERED.c.series_id == series_id))
    if spans:
        rows = [
            {"series_id": series_id, "first_on": first.isoformat(), "last_on": last.isoformat()}
            for first, last in spans
        ]
        connection.execute(insert(COVERED), rows)
