"""How far a journal has come: appended, committed, or failed for good."""

from collections.abc import Sequence
from typing import Protocol

from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow


class Commits(Protocol):
    """What writes rows durably."""

    def commit(self, rows: Sequence[JournalRow]) -> None:
        """Write the rows. Raises StorageError."""
        ...


class Progress:
    """Counts rows in and out. `append` belongs to the caller's thread, `commit` to the writer's."""

    def __init__(self, sequence: int) -> None:
        self.appended = sequence
        self.committed = sequence
        self.failure: StorageError | None = None

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Count rows that are queued.

        Raises StorageError when one does not follow the row before it; none of them is counted then.
        """
        sequence = self.appended
        for row in rows:
            if row.sequence != sequence + 1:
                raise StorageError(f"journal row {row.sequence} cannot follow row {sequence}")
            sequence = row.sequence
        self.appended = sequence

    def commit(self, file: Commits, rows: Sequence[JournalRow]) -> None:
        """Write rows and count them; once a commit has failed, discard them.

        Raises StorageError when this commit fails.
        """
        if self.failure is not None:
            return
        try:
            file.commit(rows)
        except StorageError as error:
            self.failure = error
            raise
        self.committed = rows[-1].sequence

    def is_durable(self, sequence: int) -> bool:
        """Whether the row is on disk.

        Raises StorageError when it never will be, or when nobody appended it.
        """
        if sequence <= self.committed:
            return True
        if self.failure is not None:
            raise self.not_written(sequence)
        if sequence > self.appended:
            raise StorageError(f"journal row {sequence} was never appended; the last one is {self.appended}")
        return False

    def not_written(self, sequence: int) -> StorageError:
        """The error of a row that did not reach the disk."""
        return StorageError(f"journal row {sequence} was not written: {self.failure}")
