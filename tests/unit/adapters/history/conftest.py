"""Small folders of history."""

from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "ts,open,high,low,close,volume"


@pytest.fixture
def folder_of(tmp_path: Path) -> Callable[..., Path]:
    """Write files with the given lines and return their folder."""

    def write(**files: list[str]) -> Path:
        for name, lines in files.items():
            (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def minute_lines() -> list[str]:
    """Three minutes of one share on two days."""
    return [
        HEADER,
        "2026-01-05 09:15:00,100.00,101.00,99.50,100.50,1000",
        "2026-01-05 09:16:00,100.50,100.60,100.40,100.55,200",
        "2026-01-06 09:15:00,102.00,102.00,102.00,102.00,5",
    ]
