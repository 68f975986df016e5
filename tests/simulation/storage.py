"""The journal of a simulated process: commits take time, may be slow or fail, and a kill loses what waits."""

import asyncio
import tempfile
from contextlib import suppress
from pathlib import Path

from trading_bot.adapters.storage.journal.progress import Progress
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.domain.errors import StorageError
from trading_bot.engine.inputs import JournalFellBack


class Store:
    """What is on disk; it outlives processes. In memory, or in a real database."""

    def __init__(self, *, on_disk):
        self.rows = []
        self._folder = tempfile.TemporaryDirectory(prefix="simulation-") if on_disk else None
        self._journal = None

    def open(self):
        """Open it as a process does that starts; its rows."""
        if self._folder is None:
            return tuple(self.rows)
        path = Path(self._folder.name) / "journal.db"
        self._journal = open_inline_journal(path, clock_ms=lambda: 0, on_failure=_fail)
        with JournalReader(path) as reader:
            return tuple(reader.rows())

    async def write(self, rows):
        self.rows.extend(rows)
        if self._journal is not None:
            self._journal.append(rows)
            await self._journal.durable(rows[-1].sequence)

    def close(self):
        if self._journal is not None:
            self._journal.close()
            self._journal = None

    def remove(self):
        self.close()
        if self._folder is not None:
            self._folder.cleanup()


def _fail(error):
    raise error


class SimulatedJournal:
    """A `Journal` whose commits are timers; after the death of its process nothing reaches the store."""

    def __init__(self, store, last_sequence, *, world, process):
        self._store, self._world, self._process = store, world, process
        self._progress = Progress(last_sequence)
        self._waiting = []
        """Rows that no commit has taken yet."""
        self._waiters = []
        self._is_committing = False
        self._failure = None
        self.fails_next = False
        self.falls_back_after_s = None
        """Set: the database is locked for so long at the next commit, then the emergency journal goes on."""
        self.has_fallen_back = False

    def append(self, rows):
        if not self._process.is_alive:
            return
        self._progress.append(rows)
        self._waiting.extend(rows)
        self._start_commit()

    async def durable(self, sequence):
        if self._failure is not None:
            raise self._failure
        if sequence <= self._progress.committed:
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append((sequence, waiter))
        await waiter

    def _start_commit(self):
        if self._is_committing or self._failure is not None or not self._waiting:
            return
        self._is_committing = True
        rows, self._waiting = self._waiting, []
        slow = self._world.faults.hit("journal_slow")
        delay_s = slow.value if slow else self._world.schedule.world.commit_ms / 1_000
        if self.falls_back_after_s is not None and not self.has_fallen_back:
            delay_s += self.falls_back_after_s
        asyncio.get_running_loop().call_later(delay_s, self._commit, rows)

    def _commit(self, rows):
        self._is_committing = False
        if not self._process.is_alive or not self._process.passes("commit"):
            return
        if self.fails_next and self._world.clock.now_ms() < self._world.schedule.heal_ms:
            self._fail(StorageError("the disk is full, on purpose"))
            return
        if self.falls_back_after_s is not None and not self.has_fallen_back:
            self._fall_back()
        with suppress(StopIteration):
            self._store.write(rows).send(None)
        self._progress.committed = rows[-1].sequence
        self._world.oracle.on_durable(rows)
        self._release()
        self._start_commit()

    def _fall_back(self):
        """As `ThreadedJournal` does: rows are durable elsewhere, from where the next start brings them home.

        Nobody reads the store before that start, so it may have them at once.
        """
        self.has_fallen_back = True
        fell = JournalFellBack(at_ms=0, detail="database is locked, on purpose")
        asyncio.get_running_loop().create_task(self._process.engine.handle(fell), name="fall back")

    def _release(self):
        due = [waiter for sequence, waiter in self._waiters if sequence <= self._progress.committed]
        self._waiters = [one for one in self._waiters if one[0] > self._progress.committed]
        for waiter in due:
            if not waiter.done():
                waiter.set_result(None)

    def _fail(self, error):
        self._failure = error
        for _, waiter in self._waiters:
            if not waiter.done():
                waiter.set_exception(error)
        self._process.broke(f"journal: {error}")
