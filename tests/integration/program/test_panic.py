"""`--panic-exit` without a daemon that answers: latched first, whatever keeps it from closing anything."""

import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.acceptance.programs import environment
from tests.fakes.emergency_files import fall_back
from tests.fakes.scripted_day import rows_of, whole_day
from tests.fakes.upstox_day import TOKEN
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.bootstrap.daemon import settings_hash
from trading_bot.bootstrap.earlier import earlier_book
from trading_bot.bootstrap.market import panic as market_panic
from trading_bot.bootstrap.panicking import panic
from trading_bot.domain.errors import SettingsError, UncoveredDateError
from trading_bot.engine.records import decode_event
from trading_bot.settings.load import Places, load_settings

PANIC = "--panic-exit --yes"
_HOLDS_A_LOCK = (
    "import sys; from pathlib import Path; from trading_bot.adapters.instance_lock import *;"
    "lock = acquire_instance_lock(Path(sys.argv[1]), started_at_ms=0); print(flush=True); sys.stdin.read()"
)
JOURNALS = [("paper", "paper.db"), ("live", "trading_bot.db")]


def is_latched(path) -> bool:
    with JournalReader(path) as reader:
        reader.verify()
    return earlier_book(path).is_panicking


@contextmanager
def process_that_holds(lock):
    """A daemon that owns its journal, and hangs."""
    command = [sys.executable, "-c", _HOLDS_A_LOCK, str(lock)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("mode", "name"), JOURNALS)
def test_without_a_token_it_latches_and_says_what_the_journal_knows(shell, holding, mode, name):
    """Faults 27 and 86, V13."""
    path = shell.write_journal(holding, name)

    assert shell(f"--mode {mode} {PANIC}") == 3

    told = shell.read_output()
    assert "panic is latched on disk" in told.out
    assert "the journal knows 1 open position, RELIANCE +35, and 1 live order: " in told.out
    assert "by --panic-exit again after a login" in told.out
    assert ("in the broker's app" in told.out) == (mode == "live")
    assert "there is no data/upstox_token.json" in told.err
    assert is_latched(path)


def test_without_a_token_a_hung_daemon_is_ended_all_the_same(shell, holding):
    path = shell.write_journal(holding)
    with process_that_holds(path.with_suffix(".lock")) as hung:
        assert shell(f"--mode paper {PANIC}") == 3

        assert hung.wait(5) == -9
    assert is_latched(path)


def test_without_a_journal_it_latches_in_a_new_one(shell):
    assert shell(f"--mode paper {PANIC}") == 3

    assert "the journal knows no open position and no live order" in shell.output()
    assert is_latched(shell.data / "paper.db")


def test_a_journal_that_cannot_be_read_is_not_taken_for_flat(shell, holding):
    path = shell.write_journal(holding, "trading_bot.db")
    path.write_bytes(b"not a database at all, " * 200)

    assert shell(f"--mode live {PANIC}") == 3

    told = shell.output()
    assert "panic is latched on disk" in told
    assert "what is open is not known" in told


@pytest.mark.parametrize(
    "error", [SettingsError("broken"), UncoveredDateError("broken"), ValueError("broken")]
)
def test_unreadable_rules_keep_no_panic_from_being_latched(shell, holding, monkeypatch, error):
    def broken():
        raise error

    monkeypatch.setattr(market_panic, "load_market_rules", broken)
    path = shell.write_journal(holding)
    shell.store_token()

    assert shell(f"--mode paper {PANIC}") == getattr(error, "exit_code", 1)

    assert "RELIANCE +35" in shell.output()
    assert is_latched(path)


def test_without_a_network_it_latches_before_it_asks_anybody(shell, holding, monkeypatch):
    monkeypatch.setattr(panic, "GIVE_UP_S", 0.1)
    path = shell.write_journal(holding, "trading_bot.db")
    shell.use_broker("http://127.0.0.1:9")
    shell.store_token()

    assert shell(f"--mode live {PANIC}") == 1

    lines = shell.output().splitlines()
    assert lines[0] == "panic is latched on disk"
    assert any(line.startswith("the broker does not say what is open") for line in lines)
    assert is_latched(path)


def test_a_second_panic_latches_nothing_twice(shell, panicking):
    path = shell.write_journal(panicking)

    assert shell(f"--mode paper {PANIC}") == 3

    with JournalReader(path) as reader:
        assert [row.kind for row in reader.rows()].count("panic_latched") == 1


def test_a_simulator_that_refuses_the_token_keeps_no_panic_from_being_latched(shell, holding, simulator):
    path = shell.write_journal(holding, "replay.db")

    assert shell(f"--mode replay --simulator {simulator()} {PANIC}") == 3

    assert is_latched(path)


def test_the_book_is_claimed_with_the_settings_in_effect(shell, simulator, monkeypatch):
    """Another mark would tell of settings that were never changed, here and at the next start."""
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", TOKEN)
    overrides = {("run", "mode"): ("--mode", "replay")}
    settings = load_settings(Places(folder=shell.folder, overrides=overrides)).settings

    assert shell(f"--mode replay --simulator {simulator()} {PANIC}") == 0

    with JournalReader(shell.data / "replay.db") as reader:
        claims = [decode_event(row.kind, row.payload) for row in reader.rows(kind="ownership_taken")]
    assert [claim.settings_hash for claim in claims] == [settings_hash(settings)]


def test_a_replay_that_left_a_position_at_a_simulator_is_not_taken_for_flat(shell, holding):
    """Fault 86: the simulator outlives its daemon."""
    shell.write_journal(holding, "replay.db")

    assert shell(f"--mode replay {PANIC}") == 1

    told = shell.output()
    assert "data/replay.db: the journal knows 1 open position, RELIANCE +35, and 1 live order" in told
    assert "add --simulator URL" in told


@pytest.mark.parametrize("content", [b"not a database at all, " * 200, None])
def test_a_replay_whose_journal_cannot_be_told_is_not_taken_for_flat(shell, content, holding):
    path = shell.write_journal(holding, "replay.db")
    if content is None:
        fall_back(path, None, rows_of(holding))
    else:
        path.write_bytes(content)

    assert shell(f"--mode replay {PANIC}") == 1

    told = shell.output()
    assert "data/replay.db: the journal cannot be read: what is open is not known" in told
    assert "add --simulator URL" in told


def test_a_replay_that_does_not_answer_is_named(shell, holding):
    path = shell.write_journal(holding, "replay-20261119-100000.db")
    with process_that_holds(path.with_suffix(".lock")) as hung:
        assert shell(f"--mode replay {PANIC}") == 1

        assert f"process {hung.pid} " in shell.output()
        assert hung.poll() is None


@pytest.mark.parametrize("name", ["replay.db", "replay-20261119-100000.db"])
def test_a_replay_that_ended_flat_has_nothing_open(shell, name):
    shell.write_journal(whole_day(), name)

    assert shell(f"--mode replay {PANIC}") == 0

    assert "nothing can be open" in shell.output()
