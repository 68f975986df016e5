"""From a path to a history: a folder with its files, or the store with its series."""

from collections.abc import Sequence
from pathlib import Path

from trading_bot.adapters.history.file_rows import FileRows
from trading_bot.adapters.history.files import FileReader, HistoryFile, open_file
from trading_bot.adapters.history.naming import INSTRUMENTS_FILE, read_instruments, symbol_of
from trading_bot.adapters.history.origin import origin_of
from trading_bot.adapters.history.price_history import PriceHistory
from trading_bot.adapters.history.store_reference import is_store
from trading_bot.adapters.history.tick_size import TickSizeOf
from trading_bot.domain.errors import HistoryError

_SUFFIXES = (".parquet", ".csv", ".csv.gz")
_ORDINARY_SERIES = "EQ"


def open_history(
    path: Path, *, tick_size_of: TickSizeOf | None = None, chosen_by: str = "--data"
) -> PriceHistory:
    """Open a folder of Parquet or CSV files (also gzipped), one per instrument, or the store.

    One file may hold several instruments where a symbol column tells them apart. The store is a file that
    ends with `.db`; behind a `#` may stand which of its series are meant: `history.db#upstox/unknown/1m`.

    Without a rule for tick sizes they are read off the prices. Raises HistoryError that says which file is
    wrong, or by which option or setting another series is chosen.
    """
    if is_store(path):
        from trading_bot.adapters.history.store.stored_rows import open_stored  # noqa: PLC0415  # with SQLAlchemy

        return PriceHistory(path, open_stored(path, chosen_by), tick_size_of=tick_size_of)
    paths = _data_files(path)
    reader = FileReader()
    files: dict[str, HistoryFile] = {}
    stems = [symbol_of(_stem(file_path)) for file_path in paths]
    for file_path, short in zip(paths, stems, strict=True):
        own = short if stems.count(short) == 1 else _stem(file_path).upper()
        for symbol, file in _split(reader, open_file(file_path), own):
            if symbol in files:
                raise HistoryError(
                    f"{file_path}: '{symbol}' is in {files[symbol].path.name} as well; keep one"
                )
            files[symbol] = file
    kinds = {file.layout.kind: file for file in files.values()}
    if len(kinds) > 1:
        names = " and ".join(f"{file.path.name} ({kind})" for kind, file in sorted(kinds.items()))
        raise HistoryError(
            f"{path}: candles and ticks in one folder: {names}; put them in folders of their own"
        )
    return PriceHistory(
        path,
        FileRows(files, origin_of(path), reader),
        named=read_instruments(path / INSTRUMENTS_FILE),
        tick_size_of=tick_size_of,
    )


def histories_in(path: Path, symbols: Sequence[str] = ()) -> tuple[Path, ...]:
    """What a path stands for: the folders with data files from it down, or the series of the store by kind.

    Kinds of series that hold none of the symbols are left out. Itself where there is neither.
    """
    if is_store(path):
        from trading_bot.adapters.history.store.stored_rows import kinds_in  # noqa: PLC0415  # with SQLAlchemy

        return kinds_in(path, symbols)
    if not path.is_dir():
        return (path,)
    folders = sorted({path, *(below for below in path.rglob("*") if below.is_dir())})
    return tuple(folder for folder in folders if any(map(_is_data, _entries(folder)))) or (path,)


def _data_files(path: Path) -> list[Path]:
    if not path.is_dir():
        what = (
            "is a file; give the folder that holds it, or a store of candles (.db)"
            if path.exists()
            else "does not exist; check the path"
        )
        raise HistoryError(f"{path}: the data folder {what}")
    entries = _entries(path)
    found = [entry for entry in entries if _is_data(entry)]
    if found:
        return found
    below = [child.name for child in entries if child.is_dir() and any(map(_is_data, _entries(child)))]
    hint = (
        f"; did you mean one of its folders {', '.join(below)}?"
        if below
        else "; put one file per instrument there"
    )
    raise HistoryError(f"{path}: no Parquet or CSV files in the folder{hint}")


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except PermissionError as error:
        raise HistoryError(
            f"{folder}: the folder may not be read by this user; give it that right (chmod u+rx)"
        ) from error


def _is_data(entry: Path) -> bool:
    return entry.is_file() and entry.name.lower().endswith(_SUFFIXES) and entry.name != INSTRUMENTS_FILE


def _stem(path: Path) -> str:
    name = path.name
    suffix = next(suffix for suffix in reversed(_SUFFIXES) if name.lower().endswith(suffix))
    return name[: -len(suffix)]


def _split(reader: FileReader, file: HistoryFile, own: str) -> Sequence[tuple[str, HistoryFile]]:
    return [(_name(part) or own, part) for part in reader.split(file)]


def _name(part: HistoryFile) -> str | None:
    """The name of an instrument within a file: a series other than EQ is appended, as brokers write it."""
    if part.only_symbol is None:
        return None
    has_series = part.only_series not in (None, _ORDINARY_SERIES)
    return (f"{part.only_symbol}-{part.only_series}" if has_series else part.only_symbol).upper()
