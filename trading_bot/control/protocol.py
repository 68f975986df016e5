"""What is said over the daemon's local socket: one line of JSON each way.

Request: ``{"do": "status" | "pause" | "resume" | "flatten" | "panic", "by": who}``.
Answer: ``{"ok": true, ...}`` once the wish is journaled, or ``{"ok": false, "error": text}``.
"""

import json
from pathlib import Path
from typing import Any

from trading_bot.engine.inputs import OperatorWish

LONGEST_LINE = 1 << 20
"""Bytes of a request."""
LONGEST_ANSWER = 1 << 26
"""Bytes of an answer: the status of thousands of instruments and orders fits."""
STATUS = "status"
WISHES = frozenset(OperatorWish)
_LONGEST_SOCKET_PATH = 100
"""The kernel takes 107 bytes; longer paths get a short name in the system's temporary folder."""


def socket_path(database: Path) -> Path:
    """Where the daemon that owns a database listens: beside the database.

    Raises ValueError when the path is too long for a socket.
    """
    path = database.with_suffix(".sock").resolve()
    if len(str(path)) > _LONGEST_SOCKET_PATH:
        raise ValueError(f"{path} is too long for a socket: choose a data folder with a shorter path")
    return path


def line_of(message: dict[str, Any]) -> bytes:
    """One message as a line."""
    return json.dumps(message, separators=(",", ":"), default=str).encode() + b"\n"


def message_of(line: bytes) -> dict[str, Any]:
    """The message of a line. Raises ValueError when it is not a JSON object."""
    message = json.loads(line)
    if not isinstance(message, dict):
        raise ValueError("a request is a JSON object")  # noqa: TRY004  # the text is wrong, not a type of ours
    return message
