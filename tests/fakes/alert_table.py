"""The table of docs/alerts.md, as tests compare it with what is told."""

import re
from pathlib import Path
from typing import NamedTuple

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
_ROW = re.compile(r"^\| `(\w+)` \| ([a-z, ]+) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


class Row(NamedTuple):
    """What the page says of one kind."""

    levels: frozenset[str]
    shape: re.Pattern[str]
    when: str
    what_to_do: str


def alert_rows() -> dict[str, Row]:
    """The rows by kind."""
    page = _PAGE.read_text(encoding="utf-8")
    return {
        kind: Row(frozenset(levels.split(", ")), _pattern(shape), when, todo)
        for kind, levels, shape, when, todo in _ROW.findall(page)
    }


def _pattern(shape: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, shape.split("…"))), re.DOTALL)


def is_in_table(kind: str, level: str, text: str) -> bool:
    """Whether the page knows a message of this level and shape."""
    row = alert_rows()[kind]
    return level in row.levels and row.shape.fullmatch(text) is not None
