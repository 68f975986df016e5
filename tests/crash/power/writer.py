"""Writes a journal as the daemon does, and says which of its rows it was told are on disk.

python -m tests.crash.power.writer DATABASE ROWS [ROWS UNTIL IT FALLS BACK]
"""

import asyncio
import os
import sys
from pathlib import Path

from trading_bot.adapters.storage.emergency.emergency_journal import EmergencyJournal, emergency_path
from trading_bot.adapters.storage.journal.journal_file import JournalFile
from trading_bot.adapters.storage.journal.sqlite_journal import Fallback
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.adapters.storage.settings import StorageSettings
from trading_bot.domain.errors import StorageError
from trading_bot.engine.ports import JournalRow

_PAYLOAD = '{"text":"' + "x" * 6_000 + '"}'
"""So large that the log reaches the size at which it is folded in."""


def main(database: Path, count: int, until: int) -> None:
    """Open, write, acknowledge, and be killed before the end."""
    emergency = EmergencyJournal(emergency_path(database), bytes_max=2_000_000)
    journal = open_journal(
        database,
        clock_ms=lambda: 1_800_000_000_000,
        on_failure=lambda error: os.abort(),
        settings=StorageSettings(wal_mb_max=1, backup_age_hours_min=0),
        fallback=Fallback(emergency, lambda error: None),
    )
    if until:
        _refuse_after(until)
    asyncio.run(_write(journal, count))
    os._exit(0)


async def _write(journal, count: int) -> None:
    first = journal.last_sequence
    for sequence in range(first + 1, first + count, 3):
        rows = [JournalRow(sequence + part, 1_800_000_000_000, "noted", _PAYLOAD) for part in range(3)]
        journal.append(rows)
        await journal.durable(sequence + 2)
        os.write(1, b"%d\n" % (sequence + 2))


def _refuse_after(sequence: int) -> None:
    commit = JournalFile.commit

    def refusing(self, rows):
        if rows[0].sequence > sequence:
            raise StorageError("refused")
        commit(self, rows)

    JournalFile.commit = refusing


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int((sys.argv[3:] or ["0"])[0]))
