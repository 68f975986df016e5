"""A writer that is killed at any moment loses nothing that it was told is on disk."""

import subprocess
import sys

import pytest

from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal

WRITER = """
import asyncio, os, sys
from pathlib import Path
from trading_bot.adapters.storage.opening import open_journal
from trading_bot.engine.ports import JournalRow

async def main():
    journal = open_journal(Path(sys.argv[1]), clock_ms=lambda: 0, on_failure=lambda error: os.abort())
    sequence = 0
    while True:
        rows = [JournalRow(sequence + part, sequence, "noted", "{}") for part in (1, 2, 3)]
        journal.append(rows)
        sequence += 3
        await journal.durable(sequence)
        os.write(1, b"%d\\n" % sequence)

asyncio.run(main())
"""


@pytest.mark.parametrize("acknowledged_before_the_kill", [1, 2, 40, 90])
def test_what_was_acknowledged_survives_a_kill(tmp_path, acknowledged_before_the_kill):
    path = tmp_path / "journal.db"
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        for _ in range(acknowledged_before_the_kill):
            assert writer.stdout.readline()
        writer.kill()
        rest = writer.stdout.read().split(b"\n")[:-1]
    acknowledged = int(rest[-1]) if rest else 3 * acknowledged_before_the_kill

    journal = open_inline_journal(path, clock_ms=lambda: 0, on_failure=lambda error: None)
    journal.close()

    with JournalReader(path) as reader:
        assert reader.verify().sequence == journal.last_sequence
    assert journal.last_sequence >= acknowledged
    assert journal.last_sequence % 3 == 0  # a commit is whole or absent
