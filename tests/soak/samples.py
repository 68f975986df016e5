"""What a process takes of the machine at one moment, measured from outside wherever that is possible."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

AFTER_CLOSE = 16 * 60
"""The minute under which the sample of the idle hours is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The figures of one process at one time of one day."""

    day: int
    """Counted from 1."""
    minute: int
    """Of the day, in session time."""
    process: int
    """Counted from 1: a killed process and the next one are not compared."""
    resident_kb: int
    proportional_kb: int
    descriptors: int
    threads: int
    tasks: int
    database_bytes: int
    """Pages in use."""
    write_ahead_bytes: int
    rows: int
    """Rows of the journal and of the candles, which are what grows."""
    log_bytes: int

    @property
    def is_idle(self) -> bool:
        """Whether it was taken after the close, when nothing is traded."""
        return self.minute == AFTER_CLOSE


def process_figures(pid: int) -> dict[str, int]:
    """What the system says of a process. Raises OSError when there is none."""
    folder = Path("/proc") / str(pid)
    memory = _kilobytes(folder / "smaps_rollup")
    return {
        "resident_kb": memory["Rss"],
        "proportional_kb": memory["Pss"],
        "descriptors": sum(1 for _ in (folder / "fd").iterdir()),
        "threads": sum(1 for _ in (folder / "task").iterdir()),
    }


def lowest(looks: list[dict[str, int]]) -> dict[str, int]:
    """Of several looks the lowest of each figure: what is only passing through is no growth."""
    return {name: min(look[name] for look in looks) for name in looks[0]}


def file_figures(database: Path, logs: Path) -> dict[str, int]:
    """How large journal and logs are, and how many rows made the journal so."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)
    try:
        pages, free, size = (
            int(connection.execute(f"PRAGMA {name}").fetchone()[0])
            for name in ("page_count", "freelist_count", "page_size")
        )
        rows = sum(
            int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
            for table in ("journal", "candles")
        )
    finally:
        connection.close()
    beside = database.with_name(database.name + "-wal")
    return {
        "database_bytes": (pages - free) * size,
        "write_ahead_bytes": beside.stat().st_size if beside.exists() else 0,
        "rows": rows,
        "log_bytes": sum(file.stat().st_size for file in logs.iterdir()),
    }


def _kilobytes(file: Path) -> Mapping[str, int]:
    lines = (line.split() for line in file.read_text(encoding="ascii").splitlines()[1:])
    return {words[0].rstrip(":"): int(words[1]) for words in lines}
