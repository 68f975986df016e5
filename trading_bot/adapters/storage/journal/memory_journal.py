"""A journal that forgets with the process: for backtests and tests."""

from collections.abc import Iterator, Sequence

from trading_bot.adapters.storage.journal.progress import Progress
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow


class MemoryJournal:
    """Rows in a list; every appended row counts as durable."""

    epoch = 1

    def __init__(self) -> None:
        self._rows: list[JournalRow] = []
        self._progress = Progress(0)
        self._is_closed = False

    @property
    def last_sequence(self) -> int:
        """Number of the newest row; 0 when there is none."""
        return self._progress.appended

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Keep rows. Raises StorageError when they do not follow the last row, or the journal is closed."""
        if self._is_closed:
            raise StorageError("the journal is closed")
        self._progress.append(rows)
        self._rows.extend(rows)
        self._progress.committed = self._progress.appended

    async def durable(self, sequence: int) -> None:
        """Return at once. Raises StorageError when nobody appended the row."""
        self._progress.is_durable(sequence)

    def rows(self, from_sequence: int = 0) -> Iterator[JournalRow]:
        """The kept rows from this number on, oldest first."""
        return iter(self._rows[max(0, from_sequence - 1) :])

    def close(self) -> None:
        """Take no more rows."""
        self._is_closed = True
