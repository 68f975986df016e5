"""The journal in SQLite: on a writer thread of its own, or inline where time is virtual."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal
from trading_bot.adapters.storage.emergency.emergency_run import FallingBack
from trading_bot.adapters.storage.journal.journal_file import Job, JournalFile
from trading_bot.adapters.storage.journal.progress import Progress
from trading_bot.adapters.storage.journal.waiters import Waiters
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

T = TypeVar("T")
FailureCallback = Callable[[StorageError], None]


class Fallback(NamedTuple):
    """Where rows go when the file refuses them."""

    journal: EmergencyJournal
    on_fall: FailureCallback
    """Called once, on the writer's thread, when the rows that the file refused are safe."""


_ROWS_PER_COMMIT_MAX = 1_000
_PAUSE_S = 0.5
"""How long nothing has to be written before the write-ahead log is folded in."""


class ThreadedJournal:
    """A journal whose disk work is done by one thread: whatever is queued becomes one commit.

    After a failed commit every later row fails as well: what is not written in order is not written at all.
    """

    def __init__(
        self, file: JournalFile, *, on_failure: FailureCallback, fallback: Fallback | None = None
    ) -> None:
        """Start the writer. `on_failure` is called once, on the writer's thread, when a commit fails.

        With a `fallback` rows go there from the first commit that the file refuses, and nothing has failed.
        """
        self._file = file
        self._falling = FallingBack(file, fallback.journal, fallback.on_fall) if fallback else None
        self._progress = Progress(file.head.sequence)
        self._on_failure = on_failure
        self._waiters = Waiters()
        self._queue: SimpleQueue[Sequence[JournalRow] | _Request | None] = SimpleQueue()
        self._is_closed = False
        self._writer = threading.Thread(target=self._write, name="journal-writer", daemon=True)
        self._writer.start()

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._file.path

    @property
    def has_fallen_back(self) -> bool:
        """Whether the file takes no rows any more."""
        return self._falling is not None and self._falling.has_fallen

    @property
    def epoch(self) -> int:
        """How often the file has been opened for writing, this time included."""
        return self._file.epoch

    @property
    def last_sequence(self) -> int:
        """Number of the newest row that was appended, on disk or not; 0 when there is none."""
        return self._progress.appended

    @property
    def last_durable(self) -> int:
        """Number of the newest row that is on disk."""
        return self._progress.committed

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Queue rows for the next group commit; does not wait.

        Raises StorageError when they do not follow the last row, or the journal is closed.
        """
        _require_open(self.path, is_closed=self._is_closed)
        self._progress.append(rows)
        self._queue.put(tuple(rows))

    async def durable(self, sequence: int) -> None:
        """Return once the row with this number is on disk. Raises StorageError when its commit failed."""
        if self._progress.is_durable(sequence):
            return
        row_on_disk = self._waiters.add(sequence)
        self._settle()  # the writer may have finished between the look and the wait
        await row_on_disk

    async def run(self, job: Job[T]) -> T:
        """Do a job on the writing connection when no rows are waiting, and return what it returns.

        Raises StorageError when the disk refuses or has refused rows, and whatever the job itself raises.
        """
        _require_open(self.path, is_closed=self._is_closed)
        if self.has_fallen_back:
            raise StorageError(f"{self.path} takes no rows any more")
        result: Future[T] = Future()
        self._queue.put(_Request(self._file, job, result))
        return await asyncio.wrap_future(result)

    def close(self) -> None:
        """Write what is queued, do the jobs that wait, and close the file. Blocks until then."""
        if self._is_closed:
            return
        self._is_closed = True
        self._queue.put(None)
        self._writer.join()
        self._file.close()

    def _settle(self) -> None:
        self._waiters.release(self._progress.committed)
        if self._progress.failure is not None:
            self._waiters.fail(self._progress.not_written)

    # --- on the writer's thread ---------------------------------------------------------------------------

    def _write(self) -> None:
        work = _Work()
        is_log_folded = True
        while not work.is_finished:
            self._collect(work, timeout_s=None if is_log_folded else _PAUSE_S)
            if work.rows:
                self._commit(work.taken_rows())
            elif work.requests:
                work.requests.popleft().serve()
            elif not work.is_closing:
                self._file.checkpoint()
                is_log_folded = True
                continue
            is_log_folded = False
            self._file.checkpoint_if_large()

    def _collect(self, work: "_Work", timeout_s: float | None) -> None:
        """Take what is queued; wait for something only when there is nothing else to do."""
        try:
            work.add(self._queue.get(block=not work.requests, timeout=timeout_s))
            while not work.is_full:
                work.add(self._queue.get_nowait())
        except Empty:
            return

    def _commit(self, rows: Sequence[JournalRow]) -> None:
        try:
            self._progress.commit(self._falling or self._file, rows)
        except StorageError as error:
            self._on_failure(error)
        finally:
            self._waiters.wake(self._settle)


class InlineJournal:
    """The same journal without a thread, for virtual time: whoever awaits a row writes all that is queued."""

    def __init__(self, file: JournalFile, *, on_failure: FailureCallback) -> None:
        """Take over the open file. `on_failure` is called once, when a commit fails."""
        self._file = file
        self._progress = Progress(file.head.sequence)
        self._on_failure = on_failure
        self._queued: list[JournalRow] = []
        self._is_closed = False

    @property
    def path(self) -> Path:
        """The journal's file."""
        return self._file.path

    @property
    def epoch(self) -> int:
        """How often the file has been opened for writing, this time included."""
        return self._file.epoch

    @property
    def last_sequence(self) -> int:
        """Number of the newest row that was appended, on disk or not; 0 when there is none."""
        return self._progress.appended

    def append(self, rows: Sequence[JournalRow]) -> None:
        """Queue rows for the next commit, which is made at once only when very many wait.

        Raises StorageError when they do not follow the last row, or the journal is closed.
        """
        _require_open(self.path, is_closed=self._is_closed)
        self._progress.append(rows)
        self._queued.extend(rows)
        if len(self._queued) >= _ROWS_PER_COMMIT_MAX:
            self._flush()

    async def durable(self, sequence: int) -> None:
        """Write what is queued if this row is among it. Raises StorageError when its commit failed."""
        if self._progress.is_durable(sequence):
            return
        self._flush()
        self._progress.is_durable(sequence)

    async def run(self, job: Job[T]) -> T:
        """Do a job on the writing connection after the rows that are queued, and return what it returns.

        Raises StorageError when the disk refuses, and whatever the job itself raises.
        """
        _require_open(self.path, is_closed=self._is_closed)
        self._flush()
        return self._file.run(job)

    def close(self) -> None:
        """Write what is queued and close the file."""
        if self._is_closed:
            return
        self._is_closed = True
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        rows, self._queued = self._queued, []
        if not rows:
            return
        try:
            self._progress.commit(self._file, rows)
        except StorageError as error:
            self._on_failure(error)
        self._file.checkpoint_if_large()


class _Request:
    """A job and the future of its result."""

    def __init__(self, file: JournalFile, job: Job[T], result: Future[T]) -> None:
        self._do = partial(_deliver, file, job, result)

    def serve(self) -> None:
        self._do()


def _deliver(file: JournalFile, job: Job[T], result: Future[T]) -> None:
    if not result.set_running_or_notify_cancel():
        return
    try:
        result.set_result(file.run(job))
    except BaseException as error:  # noqa: BLE001 - whatever a job raises belongs to the one who awaits it
        result.set_exception(error)


class _Work:
    """What the writer took from the queue and has not done yet."""

    def __init__(self) -> None:
        self.rows: list[JournalRow] = []
        self.requests: deque[_Request] = deque()
        self.is_closing = False

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= _ROWS_PER_COMMIT_MAX or self.is_closing

    @property
    def is_finished(self) -> bool:
        return self.is_closing and not self.rows and not self.requests

    def add(self, item: Sequence[JournalRow] | _Request | None) -> None:
        if item is None:
            self.is_closing = True
        elif isinstance(item, _Request):
            self.requests.append(item)
        else:
            self.rows.extend(item)

    def taken_rows(self) -> list[JournalRow]:
        rows, self.rows = self.rows, []
        return rows


def _require_open(path: Path, *, is_closed: bool) -> None:
    if is_closed:
        raise StorageError(f"{path}: the journal is closed")
