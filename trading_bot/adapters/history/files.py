"""Reading a range of days out of one Parquet or CSV file, without holding more of it than that."""

import csv
import gzip
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from trading_bot.adapters.history.layout import Layout, layout_of
from trading_bot.adapters.history.shared_file import SharedIndex, SharedPart, shared_index
from trading_bot.adapters.history.times import epoch_ms
from trading_bot.domain.candles.arrays import IntArray
from trading_bot.domain.errors import HistoryError

_DELIMITERS = ",;\t|"
_CSV_TABLES_MAX = 3
"""Parsed CSV files that are kept: such a file has to be read whole to find one day in it."""
_GROUP_ROWS_MAX = 4_000_000
"""Rows of shared Parquet files that are kept: a row group has to be read whole to find a day of one in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFile:
    """One instrument's rows: a file, or those rows of it that carry the instrument's name."""

    path: Path
    layout: Layout
    only_symbol: str | None = None
    only_series: str | None = None

    @property
    def is_csv(self) -> bool:
        """Whether rows are lines of text."""
        return self.path.suffix.lower() != ".parquet"

    def place(self, row: int, column: str) -> str:
        """Words for one cell; rows of text are counted as an editor does, those of Parquet from 1."""
        where = f"line {row + 2}" if self.is_csv else f"row {row + 1}"
        return f"{self.path}: {where}, column '{self.layout.columns.get(column, column)}'"


class RawRows(NamedTuple):
    """Rows as found: their place in the file, their time, and the other columns as Arrow arrays."""

    row: IntArray
    ts_ms: IntArray
    cells: dict[str, Any]


class Wanted(NamedTuple):
    """What to read: columns by our names, and times `from_ms` <= time < `to_ms`; None leaves an end open."""

    columns: Sequence[str] = ()
    from_ms: int | None = None
    to_ms: int | None = None


class FileReader:
    """Reads history files; keeps what was parsed last, and whose rows are whose in files that are shared."""

    def __init__(self) -> None:
        self._csv_tables: OrderedDict[Path, Any] = OrderedDict()
        self._groups: OrderedDict[tuple[Path, int], Any] = OrderedDict()
        self._shared: dict[Path, SharedIndex] = {}

    def rows(self, file: HistoryFile, wanted: Wanted) -> RawRows:
        """Rows in the file's order. Raises HistoryError."""
        if file.only_symbol is not None:
            return self._shared_rows(file, file.only_symbol, wanted)
        parts = [part for part in self._parts(file, wanted) if part.row.size]
        if not parts:
            empty = np.empty(0, dtype=np.int64)
            return RawRows(empty, empty, _no_cells(wanted))
        cells = {name: pa.concat_arrays([part.cells[name] for part in parts]) for name in wanted.columns}
        return RawRows(
            np.concatenate([part.row for part in parts]),
            np.concatenate([part.ts_ms for part in parts]),
            cells,
        )

    def split(self, file: HistoryFile) -> tuple[HistoryFile, ...]:
        """The instruments of a file by its symbol column, and by its series where it has one; else itself."""
        layout = file.layout
        if layout.symbol is None:
            return (file,)
        found = sorted(self._index(file).rows, key=lambda owner: (owner[0], owner[1] or ""))
        return tuple(replace(file, only_symbol=name, only_series=series) for name, series in found)

    def _index(self, file: HistoryFile) -> SharedIndex:
        """Whose rows are whose, read once for all that share the file."""
        if file.path not in self._shared:
            self._shared[file.path] = shared_index(self._shared_parts(file))
        return self._shared[file.path]

    def _shared_parts(self, file: HistoryFile) -> Iterator[SharedPart]:
        layout, first_row = file.layout, 0
        keys = [name for name in (layout.columns["ts"], layout.clock, layout.symbol, layout.series) if name]
        for table in self._tables(file, keys):
            yield SharedPart(
                table.column(layout.symbol),
                table.column(layout.series) if layout.series else None,
                _instants(file, table, first_row),
            )
            first_row += table.num_rows

    def _tables(self, file: HistoryFile, columns: list[str]) -> Iterator[Any]:
        if file.is_csv:
            yield self._csv_table(file)
            return
        parquet = _read_parquet(file.path)
        for group in range(parquet.metadata.num_row_groups):
            yield _read_group(file, parquet, group, columns)

    def _shared_rows(self, file: HistoryFile, symbol: str, wanted: Wanted) -> RawRows:
        index = self._index(file)
        rows = index.of((symbol, file.only_series), wanted.from_ms, wanted.to_ms)
        cells = self._shared_cells(file, rows, wanted) if rows.size and wanted.columns else _no_cells(wanted)
        return RawRows(rows, index.ts_ms[rows], cells)

    def _shared_cells(self, file: HistoryFile, rows: IntArray, wanted: Wanted) -> dict[str, Any]:
        """The other columns of ascending rows; only row groups that hold some of them are read."""
        if file.is_csv:
            table = self._csv_table(file)
            return _cells(file, table.take(pa.array(rows)), wanted)
        parquet, parts, end = _read_parquet(file.path), [], 0
        for group in range(parquet.metadata.num_row_groups):
            first, end = end, end + parquet.metadata.row_group(group).num_rows
            begin, stop = np.searchsorted(rows, (first, end))
            if begin < stop:
                table = self._group(file, parquet, group)
                parts.append(_cells(file, table.take(pa.array(rows[begin:stop] - first)), wanted))
        return {name: pa.concat_arrays([part[name] for part in parts]) for name in wanted.columns}

    def _group(self, file: HistoryFile, parquet: Any, group: int) -> Any:
        """A row group with every column that is used: the next instrument's day lies in it as well."""
        key = (file.path, group)
        if key in self._groups:
            self._groups.move_to_end(key)
            return self._groups[key]
        used = [own for name, own in file.layout.columns.items() if name != "ts"]
        table = _read_group(file, parquet, group, used)
        self._groups[key] = table
        while sum(kept.num_rows for kept in self._groups.values()) > _GROUP_ROWS_MAX:
            self._groups.popitem(last=False)
        return table

    def _parts(self, file: HistoryFile, wanted: Wanted) -> list[RawRows]:
        if file.is_csv:
            return [_part(file, self._csv_table(file), 0, wanted)]
        parquet = _read_parquet(file.path)
        parts, first_row = [], 0
        for group in range(parquet.metadata.num_row_groups):
            parts.append(_parquet_part(file, parquet, group, first_row, wanted))
            first_row += parquet.metadata.row_group(group).num_rows
        return parts

    def _csv_table(self, file: HistoryFile) -> Any:
        if file.path in self._csv_tables:
            self._csv_tables.move_to_end(file.path)
            return self._csv_tables[file.path]
        table = _parse_csv(file)
        self._csv_tables[file.path] = table
        if len(self._csv_tables) > _CSV_TABLES_MAX:
            self._csv_tables.popitem(last=False)
        return table


def open_file(path: Path) -> HistoryFile:
    """Read a file's column names. Raises HistoryError when it is unreadable or not history."""
    names = (
        _read_parquet(path).schema_arrow.names if path.suffix.lower() == ".parquet" else _csv_header(path)[0]
    )
    return HistoryFile(path=path, layout=layout_of(path, names))


def _read_parquet(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (OSError, pa.ArrowException) as error:
        raise HistoryError(
            f"{path}: not readable as Parquet ({error}); copy or convert the file again"
        ) from error


def _csv_header(path: Path) -> tuple[list[str], str]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as lines
        ):
            header = lines.readline()
    except (OSError, UnicodeDecodeError) as error:
        raise HistoryError(f"{path}: not readable as text ({error}); save it as CSV in UTF-8") from error
    delimiter = max(_DELIMITERS, key=header.count)
    return next(csv.reader([header], delimiter=delimiter), []), delimiter


def _parse_csv(file: HistoryFile) -> Any:
    """Read a CSV file whole, each used column as text first so that a wrong cell can be named."""
    layout = file.layout
    names, delimiter = _csv_header(file.path)
    used = {*layout.columns.values(), *filter(None, (layout.clock, layout.symbol, layout.series))}
    try:
        table = pa_csv.read_csv(
            file.path,
            read_options=pa_csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=pa_csv.ParseOptions(delimiter=delimiter),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(used, pa.string()),
                include_columns=sorted(used),
                strings_can_be_null=True,
            ),
        )
    except (OSError, pa.ArrowException) as error:
        raise HistoryError(
            f"{file.path}: not readable as CSV: {error}; each line needs {len(names)} cells"
        ) from error
    arrays, used_names = [_times_column(file, table)], [layout.columns["ts"]]
    for ours, own in layout.columns.items():
        if ours != "ts":
            arrays.append(_numbers(file, ours, table.column(own)))
            used_names.append(own)
    for own in filter(None, (layout.symbol, layout.series)):
        arrays.append(table.column(own))
        used_names.append(own)
    return pa.table(arrays, names=used_names)


def _times_column(file: HistoryFile, table: Any) -> Any:
    texts = table.column(file.layout.columns["ts"])
    if file.layout.clock is not None:
        texts = pc.binary_join_element_wise(texts, table.column(file.layout.clock), " ")
    instants = epoch_ms(texts, lambda row: file.place(row, "ts"))
    return pa.array(instants, pa.int64()).cast(pa.timestamp("ms", tz="UTC"))


def _numbers(file: HistoryFile, column: str, texts: Any) -> Any:
    plain = pc.replace_substring(pc.utf8_trim_whitespace(texts), ",", "")
    try:
        return pc.if_else(pc.equal(plain, ""), None, plain).cast(pa.float64())
    except pa.ArrowInvalid:
        for row, text in enumerate(plain.to_pylist()):
            _refuse_unless_number(file, row, column, text)
        raise


def _refuse_unless_number(file: HistoryFile, row: int, column: str, text: str | None) -> None:
    try:
        float(text or "0")
    except ValueError as error:
        raise HistoryError(
            f"{file.place(row, column)}: '{text}' is not a number; correct it or delete the row"
        ) from error


def _parquet_part(file: HistoryFile, parquet: Any, group: int, first_row: int, wanted: Wanted) -> RawRows:
    """Read the times of one row group, and its other columns only if a row lies in the range."""
    keys = [name for name in (file.layout.columns["ts"], file.layout.clock) if name]
    found = _part(file, _read_group(file, parquet, group, keys), first_row, wanted._replace(columns=()))
    if not found.row.size or not wanted.columns:
        return found._replace(cells=_no_cells(wanted))
    own = [file.layout.columns[name] for name in wanted.columns]
    table = _read_group(file, parquet, group, own).take(found.row - first_row)
    return found._replace(cells=_cells(file, table, wanted))


def _read_group(file: HistoryFile, parquet: Any, group: int, columns: list[str]) -> Any:
    try:
        return parquet.read_row_group(group, columns=columns)
    except (OSError, pa.ArrowException) as error:
        raise HistoryError(
            f"{file.path}: not readable as Parquet ({error}); convert the file again"
        ) from error


def _cells(file: HistoryFile, table: Any, wanted: Wanted) -> dict[str, Any]:
    return {name: _float_cells(file, name, table) for name in wanted.columns}


def _no_cells(wanted: Wanted) -> dict[str, Any]:
    return {name: pa.array([], pa.float64()) for name in wanted.columns}


def _float_cells(file: HistoryFile, name: str, table: Any) -> Any:
    column = table.column(file.layout.columns[name]).combine_chunks()
    if (
        pa.types.is_integer(column.type)
        or pa.types.is_floating(column.type)
        or pa.types.is_decimal(column.type)
    ):
        return column.cast(pa.float64())
    if pa.types.is_null(column.type):
        return column.cast(pa.float64())
    return _numbers(file, name, column.cast(pa.string()))


def _part(file: HistoryFile, table: Any, first_row: int, wanted: Wanted) -> RawRows:
    ts_ms = _instants(file, table, first_row)
    chosen = np.ones(ts_ms.size, dtype=bool)
    if wanted.from_ms is not None:
        chosen &= ts_ms >= wanted.from_ms
    if wanted.to_ms is not None:
        chosen &= ts_ms < wanted.to_ms
    rows = np.flatnonzero(chosen)
    cells = {
        name: table.column(file.layout.columns[name]).combine_chunks().take(pa.array(rows))
        for name in wanted.columns
    }
    return RawRows(rows + first_row, ts_ms[rows], cells)


def _instants(file: HistoryFile, table: Any, first_row: int) -> IntArray:
    column = table.column(file.layout.columns["ts"])
    if file.layout.clock is not None and not file.is_csv:
        clock = table.column(file.layout.clock)
        column = pc.binary_join_element_wise(column.cast(pa.string()), clock.cast(pa.string()), " ")
    return epoch_ms(column, lambda row: file.place(row + first_row, "ts"))
