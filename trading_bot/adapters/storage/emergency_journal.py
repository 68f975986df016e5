"""Rows for the hour when the database refuses: a file whose space was taken while there was some.

Exits must go on when the disk is full or the file is locked, and no order leaves without an intent on disk.
Each record is a line: CRC of the rest, then the row as a JSON list. Zeros follow the last record.
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


class EmergencyJournal:
    """A journal in a file of fixed size that is overwritten in place, so that it needs no free disk space."""

    def __init__(self, path: Path, *, bytes_max: int = 1_000_000) -> None:
        """Open the file, or make it and fill it with zeros. Raises StorageError."""
        self.path = path
        self._bytes_max = bytes_max
        try:
            self._descriptor = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
            self._reserve()
        except OSError as error:
            raise StorageError(f"the emergency journal {path} cannot be made: {error.strerror}") from error
        self._end = sum(len(_line(row)) for row in self.rows())

    def append_durably(self, rows: Sequence[JournalRow]) -> None:
        """Write rows and return once they are on disk. Raises StorageError when they are not."""
        lines = b"".join(_line(row) for row in rows)
        if self._end + len(lines) > self._bytes_max:
            raise StorageError(f"the emergency journal {self.path} is full: mend the database, then restart")
        try:
            os.pwrite(self._descriptor, lines, self._end)
            os.fdatasync(self._descriptor)
        except OSError as error:
            raise StorageError(f"the emergency journal {self.path}: {error.strerror}") from error
        self._end += len(lines)

    def rows(self) -> tuple[JournalRow, ...]:
        """The rows that were written whole, oldest first."""
        content = os.pread(self._descriptor, self._bytes_max, 0)
        rows = []
        for line in content.splitlines():
            checksum, text = line[:_CRC_DIGITS], line[_CRC_DIGITS:]
            if checksum != _checksum(text):
                break
            rows.append(JournalRow(*json.loads(text)))
        return tuple(rows)

    def clear(self) -> None:
        """Forget the rows, once they are in the database."""
        os.pwrite(self._descriptor, bytes(self._end), 0)
        os.fdatasync(self._descriptor)
        self._end = 0

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._descriptor)

    def _reserve(self) -> None:
        missing = self._bytes_max - os.fstat(self._descriptor).st_size
        if missing > 0:
            os.pwrite(self._descriptor, bytes(missing), self._bytes_max - missing)
            os.fsync(self._descriptor)


def _line(row: JournalRow) -> bytes:
    text = canonical_json([row.sequence, row.at_ms, row.kind, row.payload]).encode()
    return _checksum(text) + text + b"\n"


def _checksum(text: bytes) -> bytes:
    return f"{zlib.crc32(text):0{_CRC_DIGITS}x}".encode()
