"""Who wrote the rows of an emergency journal, and what they follow: one run for each process."""

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from trading_bot.adapters.storage.canonical import canonical_json
from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal
from trading_bot.adapters.storage.journal.hash_chain import ChainHead
from trading_bot.adapters.storage.journal.journal_file import JournalFile
from trading_bot.adapters.storage.journal.progress import Progress
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

_BEGAN = "emergency_began"


@dataclass(frozen=True, slots=True)
class EmergencyRun:
    """The rows of one process."""

    after: ChainHead | None
    """The row of the database that they follow; None when the database could not be read."""
    rows: tuple[JournalRow, ...]


def runs_of(rows: Sequence[JournalRow]) -> tuple[EmergencyRun, ...]:
    """The runs in an emergency journal, oldest first.

    Rows that no run began, as an older form of the file has them, follow no row that is known.
    """
    runs: list[tuple[ChainHead | None, list[JournalRow]]] = []
    for row in rows:
        if row.kind == _BEGAN:
            follows = json.loads(row.payload)["hash"]
            runs.append((ChainHead(row.sequence, follows) if follows else None, []))
            continue
        if not runs:
            runs.append((None, []))
        runs[-1][1].append(row)
    return tuple(EmergencyRun(after, tuple(written)) for after, written in runs)


class RunWriter:
    """Writes the rows of this process; its first commit says what they follow."""

    def __init__(self, file: EmergencyJournal, after: ChainHead | None) -> None:
        self._file = file
        self._after = after
        self._has_begun = False

    def commit(self, rows: Sequence[JournalRow]) -> None:
        """Write the rows, all or none. Raises StorageError."""
        began = [] if self._has_begun else [self._began(rows[0].at_ms)]
        self._file.append_durably([*began, *rows])
        self._has_begun = True

    def _began(self, at_ms: int) -> JournalRow:
        head = self._after or ChainHead(0, "")
        return JournalRow(head.sequence, at_ms, _BEGAN, canonical_json({"hash": head.hash}))


class RunJournal:
    """A journal that is kept in the emergency file from its first row on."""

    def __init__(self, file: EmergencyJournal, after: ChainHead | None) -> None:
        self._writer = RunWriter(file, after)
        self._progress = Progress(after.sequence if after else 0)

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Write rows, waiting for the disk. Raises StorageError when they do not follow the last row."""
        self._progress.append(rows)
        if rows:
            with suppress(StorageError):  # whoever waits for the row is told
                self._progress.commit(self._writer, rows)

    async def durable(self, sequence: int) -> None:
        """Return at once. Raises StorageError when the row is not on disk."""
        self._progress.is_durable(sequence)


class FallingBack:
    """Commits to the database, and from the first commit that fails on to the emergency file."""

    def __init__(
        self, file: JournalFile, emergency: EmergencyJournal, on_fall: Callable[[StorageError], None]
    ) -> None:
        self._file = file
        self._emergency = emergency
        self._on_fall = on_fall
        self._writer: RunWriter | None = None

    @property
    def has_fallen(self) -> bool:
        """Whether the database takes no rows any more."""
        return self._writer is not None

    def commit(self, rows: Sequence[JournalRow]) -> None:
        """Write the rows to whichever takes them. Raises StorageError when neither does."""
        if self._writer is not None:
            self._writer.commit(rows)
            return
        try:
            self._file.commit(rows)
        except StorageError as error:
            writer = RunWriter(self._emergency, self._file.head)
            try:
                writer.commit(rows)
            except StorageError as second:
                raise StorageError(f"{error}; {second}") from error
            self._writer = writer
            self._on_fall(error)
