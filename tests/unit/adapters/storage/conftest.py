"""Journals on disk with a fixed clock."""

from collections.abc import Callable
from pathlib import Path

import pytest

from trading_bot.adapters.storage.canonical import canonical_json
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.engine.ports import JournalRow

NOW_MS = 1_795_060_800_000  # 2026-11-19 09:30 in India


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.db"


@pytest.fixture
def settings() -> StorageSettings:
    return StorageSettings(busy_timeout_ms=20)


@pytest.fixture
def row() -> Callable[..., JournalRow]:
    def make(sequence: int, kind: str = "noted", at_ms: int = NOW_MS, **payload: object) -> JournalRow:
        return JournalRow(sequence, at_ms, kind, canonical_json(payload))

    return make


@pytest.fixture
def written(path: Path, row: Callable[..., JournalRow]) -> Callable[..., None]:
    """Write rows to the journal and close it; without rows, write three."""

    def write(*rows: JournalRow, settings: StorageSettings | None = None, now_ms: int = NOW_MS) -> None:
        journal = open_inline_journal(
            path, clock_ms=lambda: now_ms, on_failure=lambda error: None, settings=settings
        )
        journal.append(rows or [row(number) for number in range(1, 4)])
        journal.close()

    return write
