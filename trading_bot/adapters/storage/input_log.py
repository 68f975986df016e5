"""Every input of the engine in order, so that a day can be replayed: compressed chunks in files by day.

A file is a line that names the format, then chunks: length and CRC of the compressed bytes (two big-endian
32-bit numbers), then the bytes. A chunk holds records: one byte for text or bytes, 16 bits of kind length, 32
bits of payload length, kind, payload.
"""

import struct
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO, NamedTuple

import structlog

from trading_bot.domain.errors import StorageError
from trading_bot.domain.ist import date_of

_FORMAT = b"trading-bot input log 1\n"
_CHUNK = struct.Struct(">II")
_RECORD = struct.Struct(">BHI")
_TEXT, _BYTES = 0, 1
_SUFFIX = ".inputs"
_WAITING_MAX = 1_000_000
_RECORDS_PER_CHUNK = 20_000
_PAUSE_S = 0.25
_BYTES_PER_MB = 1_000_000
_log = structlog.get_logger()


class InputRecord(NamedTuple):
    """One input as it came."""

    kind: str
    payload: str | bytes


class FileInputLog:
    """Records inputs into files named `<day>.<number>.inputs`; a thread of its own does the writing.

    A crash of the process loses the last quarter of a second. Where the disk cannot follow, or refuses,
    recording stops for good and says so: a log with a hole would replay to something else.
    """

    def __init__(self, folder: Path, *, clock_ms: Callable[[], int], file_mb_max: int = 64) -> None:
        """Start the writer. `clock_ms` names the day of the files."""
        self._waiting: deque[tuple[str, str | bytes]] = deque()
        self._files = _Files(folder, clock_ms, file_mb_max * _BYTES_PER_MB)
        self._failure: str | None = None
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._write, name="input-log-writer", daemon=True)
        self._writer.start()

    @property
    def failure(self) -> str | None:
        """Why recording has stopped; None while it goes on."""
        return self._failure

    def record(self, kind: str, payload: str | bytes) -> None:
        """Keep one input; does not wait."""
        if self._failure is not None:
            return
        self._waiting.append((kind, payload))
        if len(self._waiting) > _WAITING_MAX:
            self._stop(f"more than {_WAITING_MAX} inputs wait for the disk")

    def close(self) -> None:
        """Write what waits and close the file."""
        self._closing.set()
        self._writer.join()
        self._files.close()
        self._failure = self._failure or "the log is closed"

    def _write(self) -> None:
        is_closing = False
        while not is_closing:
            is_closing = self._closing.wait(_PAUSE_S)
            try:
                self._drain()
            except (OSError, ValueError, struct.error) as error:
                self._stop(str(error))

    def _drain(self) -> None:
        while records := _taken(self._waiting):
            self._files.write(records)

    def _stop(self, reason: str) -> None:
        self._failure = reason
        self._waiting.clear()
        _log.error("input_log_stopped", reason=reason)


def read_input_log(path: Path) -> Iterator[InputRecord]:
    """Records of a file, or of all files of a folder, in order.

    A chunk that a crash left unfinished at the end of a file is left out. Raises StorageError for anything
    else that does not fit.
    """
    paths = [file for _, file in input_logs(path)] if path.is_dir() else [path]
    for file in paths:
        with file.open("rb") as stream:
            yield from _records_of(stream, file)


def input_logs(folder: Path) -> list[tuple[date, Path]]:
    """The files of a folder with their days, in the order in which they were written."""
    named = [(path.name.split("."), path) for path in folder.glob(f"*{_SUFFIX}")]
    ordered = sorted((date.fromisoformat(parts[0]), int(parts[1]), path) for parts, path in named)
    return [(on, path) for on, _, path in ordered]


class _Files:
    """The file being written, and when the next one begins."""

    def __init__(self, folder: Path, clock_ms: Callable[[], int], bytes_max: int) -> None:
        self._folder = folder
        self._clock_ms = clock_ms
        self._bytes_max = bytes_max
        self._stream: BinaryIO | None = None
        self._on = date.min

    def write(self, records: list[tuple[str, str | bytes]]) -> None:
        stream = self._current()
        body = zlib.compress(b"".join(_encoded(kind, payload) for kind, payload in records), level=1)
        stream.write(_CHUNK.pack(len(body), zlib.crc32(body)) + body)
        stream.flush()

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
        self._stream = None

    def _current(self) -> BinaryIO:
        on = date_of(self._clock_ms())
        if self._stream is not None and on == self._on and self._stream.tell() < self._bytes_max:
            return self._stream
        self.close()
        self._on = on
        self._stream = self._new(on)
        return self._stream

    def _new(self, on: date) -> BinaryIO:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        numbers = [int(path.name.split(".")[1]) for day, path in input_logs(self._folder) if day == on]
        path = self._folder / f"{on.isoformat()}.{max(numbers, default=0) + 1:03d}{_SUFFIX}"
        stream = path.open("xb")
        path.chmod(0o600)
        stream.write(_FORMAT)
        return stream


def _taken(waiting: deque[tuple[str, str | bytes]]) -> list[tuple[str, str | bytes]]:
    return [waiting.popleft() for _ in range(min(len(waiting), _RECORDS_PER_CHUNK))]


def _encoded(kind: str, payload: str | bytes) -> bytes:
    form = _BYTES if isinstance(payload, bytes) else _TEXT
    name, body = kind.encode(), payload if isinstance(payload, bytes) else payload.encode()
    return _RECORD.pack(form, len(name), len(body)) + name + body


def _records_of(stream: BinaryIO, path: Path) -> Iterator[InputRecord]:
    if stream.read(len(_FORMAT)) != _FORMAT:
        raise StorageError(f"{path} is not an input log")
    while len(header := stream.read(_CHUNK.size)) == _CHUNK.size:
        length, checksum = _CHUNK.unpack(header)
        body = stream.read(length)
        if len(body) < length:
            return
        if zlib.crc32(body) != checksum:
            raise StorageError(f"{path}: the chunk that ends at byte {stream.tell()} is damaged")
        yield from _decoded(zlib.decompress(body))


def _decoded(chunk: bytes) -> Iterator[InputRecord]:
    position = 0
    while position < len(chunk):
        form, name_length, body_length = _RECORD.unpack_from(chunk, position)
        name_end = position + _RECORD.size + name_length
        position = name_end + body_length
        body = chunk[name_end:position]
        kind = chunk[name_end - name_length : name_end].decode()
        yield InputRecord(kind, body if form == _BYTES else body.decode())
