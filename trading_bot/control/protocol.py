"""What is said over the daemon's local socket: one line of JSON each way.

Request: ``{"do": "status" | "pause" | "resume" | "flatten" | "panic", "by": who}``, or
``"stop_strategy"`` and ``"start_strategy"`` with ``"subject": name``.
Answer: ``{"ok": true, ...}`` once the wish is journaled, or ``{"ok": false, "error": text}``.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trading_bot.domain.errors import SettingsError
from trading_bot.engine.inputs import OperatorWish

LONGEST_LINE = 1 << 20
"""Bytes of a request."""
LONGEST_ANSWER = 1 << 26
"""Bytes of an answer: the status of thousands of instruments and orders fits."""
STATUS = "status"
WISHES = frozenset(OperatorWish)
STRATEGY_WISHES = frozenset({OperatorWish.STOP_STRATEGY, OperatorWish.START_STRATEGY})
"""Those that are about one strategy, and name it."""
_LONGEST_ADDRESS = 100
"""The kernel takes 107 bytes."""
_OPEN_FOLDERS = Path("/proc/self/fd")


def socket_path(database: Path) -> Path:
    """Where the daemon that owns a database listens: beside the database."""
    return database.with_suffix(".sock").resolve()


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """What to bind or connect to for a path: the path itself, or a short way to it where it is too long.

    Linux finds a file through an open folder's number, however deep the folder lies. Raises SettingsError
    where the system has no such way.
    """
    if len(str(path)) <= _LONGEST_ADDRESS:
        yield str(path)
        return
    if not _OPEN_FOLDERS.is_dir():
        raise SettingsError(
            f"run.data_dir: {path} has {len(str(path))} characters, the daemon's socket may have "
            f"{_LONGEST_ADDRESS}: choose a data folder with a shorter path"
        )
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield str(_OPEN_FOLDERS / str(folder) / path.name)
    finally:
        os.close(folder)


def line_of(message: dict[str, Any]) -> bytes:
    """One message as a line."""
    return json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"


def message_of(line: bytes) -> dict[str, Any]:
    """The message of a line. Raises ValueError when it is not a JSON object."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a request is a JSON object")  # noqa: TRY004  # the text is wrong, not a type of ours
    return message
