"""The compared days on disk: one file for each, by shadow and by where the days come from."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from trading_bot.backtest.shadows.day import ComparedDay
from trading_bot.backtest.shadows.document import day_in, day_json

_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class KeptDays:
    """Everything that one shadow has played on days of one record."""

    folder: Path

    def of(self, on: date) -> ComparedDay | None:
        """A day as it is kept; None where it is not. Raises StorageError for a file that is none."""
        path = self._path(on)
        return day_in(path.read_text(encoding="utf-8"), str(path)) if path.is_file() else None

    def all(self) -> Iterator[ComparedDay]:
        """Every day, ascending. Raises StorageError likewise."""
        for path in sorted(self.folder.glob(f"*{_SUFFIX}")):
            yield day_in(path.read_text(encoding="utf-8"), str(path))

    def keep(self, day: ComparedDay) -> None:
        """Keep a day whole or not at all, in the place of what was kept of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = self.folder / f".{day.on}-{os.getpid()}"
        scratch.write_text(day_json(day), encoding="utf-8")
        scratch.replace(self._path(day.on))

    def _path(self, on: date) -> Path:
        return self.folder / f"{on}{_SUFFIX}"
