"""Rows for the hour when the database refuses: a file whose space was taken while there was some.

Exits must go on when the disk is full or the file is locked, and no order leaves without an intent on disk.
A line holds the rows of one commit: CRC of the rest, then the rows as a JSON list. Zeros follow the last one.
"""

import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from trading_bot.adapters.storage.canonical import canonical_json
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

_CRC_DIGITS = 8
_BYTES = 4_000_000
"""A day of exits: some ten thousand rows."""


def emergency_path(database: Path) -> Path:
    """Where the emergency journal of a database lies: beside it."""
    return database.with_suffix(".emergency")


def kept_rows(path: Path) -> tuple[JournalRow, ...]:
    """The rows of a file that need not exist; it is not changed. Raises StorageError."""
    try:
        return _rows_of(path.read_bytes())
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise StorageError(f"the emergency journal {path} cannot be read: {error.strerror}") from error


class EmergencyJournal:
    """A journal in a file of fixed size that is overwritten in place, so that it needs no free disk space."""

    def __init__(self, path: Path, *, bytes_max: int = _BYTES) -> None:
        """Open the file, or make it and fill it with zeros. Raises StorageError."""
        self.path = path
        self._bytes_max = bytes_max
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            self._reserve()
            self._end = self._cut_torn_line()
        except OSError as error:
            raise StorageError(f"the emergency journal {path} cannot be made: {error.strerror}") from error

    def append_durably(self, rows: Sequence[JournalRow]) -> None:
        """Write rows, all or none of them, and return once they are on disk.

        Raises StorageError when they are not.
        """
        line = _line(rows)
        if self._end + len(line) > self._bytes_max:
            raise StorageError(f"the emergency journal {self.path} is full: mend the database, then restart")
        try:
            self._write(line, self._end)
        except OSError as error:
            raise StorageError(f"the emergency journal {self.path}: {error.strerror}") from error
        self._end += len(line)

    def rows(self) -> tuple[JournalRow, ...]:
        """The rows that were written whole, oldest first."""
        return _rows_of(os.pread(self._descriptor, self._bytes_max, 0))

    def clear(self) -> None:
        """Forget the rows, once they are in the database. Raises StorageError."""
        try:
            self._write(bytes(self._end), 0)
        except OSError as error:
            raise StorageError(
                f"the emergency journal {self.path} cannot be cleared: {error.strerror}"
            ) from error
        self._end = 0

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _reserve(self) -> None:
        missing = self._bytes_max - os.fstat(self._descriptor).st_size
        if missing > 0:
            self._write(bytes(missing), self._bytes_max - missing)

    def _cut_torn_line(self) -> int:
        """Wipe what a crash left behind the last whole line, so that no part of it can ever count."""
        content = os.pread(self._descriptor, self._bytes_max, 0)
        end = sum(len(line) for line in _whole_lines(content))
        torn = content[end:].rstrip(b"\0")
        if torn:
            self._write(bytes(len(torn)), end)
        return end

    def _write(self, content: bytes, offset: int) -> None:
        written = 0
        while written < len(content):
            written += os.pwrite(self._descriptor, content[written:], offset + written)
        os.fsync(self._descriptor)


def _rows_of(content: bytes) -> tuple[JournalRow, ...]:
    lines = (json.loads(line[_CRC_DIGITS:]) for line in _whole_lines(content))
    return tuple(JournalRow(*row) for rows in lines for row in rows)


def _whole_lines(content: bytes) -> list[bytes]:
    """The lines up to the first that is not as it was written."""
    whole: list[bytes] = []
    for line in content.splitlines(keepends=True):
        checksum, text = line[:_CRC_DIGITS], line[_CRC_DIGITS:-1]
        if not line.endswith(b"\n") or checksum != _checksum(text):
            break
        whole.append(line)
    return whole


def _line(rows: Sequence[JournalRow]) -> bytes:
    text = canonical_json([[row.sequence, row.at_ms, row.kind, row.payload] for row in rows]).encode()
    return _checksum(text) + text + b"\n"


def _checksum(text: bytes) -> bytes:
    return f"{zlib.crc32(text):0{_CRC_DIGITS}x}".encode()
