"""A whole session over the broker's wire, each program in a process of its own, as a user runs it."""

from datetime import date

import pytest

from tests.acceptance.kills import Kills
from tests.acceptance.programs import Daemon, latest_summary, summary_problems
from trading_bot.bootstrap.replaying.input_replay import InputReplay
from trading_bot.settings.tree import Settings

SYMBOLS = ("--symbols", "TATASTEEL,MARUTI")
RECORDED = {"TRADING_BOT__ENGINE__RECORD_INPUTS": "true"}


@pytest.fixture
def folder(tmp_path_factory):
    """A folder with a short name: the daemon's socket lies in it, and the system limits its path."""
    return tmp_path_factory.mktemp("run")


def test_a_session_over_the_wire_ends_well_and_its_inputs_replay_to_its_journal(folder):
    daemon = Daemon(folder, SYMBOLS, RECORDED)
    code = daemon.end(timeout_s=200)
    assert code == 0, daemon.words()

    summary = latest_summary(folder)
    (database,) = (folder / "data").glob("replay-*.db")
    replayed = list(InputReplay.under(Settings()).compare(database, folder / "data/inputs" / database.stem))
    assert summary_problems(summary) == []
    assert summary["trades"] >= 2
    assert [part.is_complete for part in replayed] == [True]
    assert replayed[0].inputs > 10_000


def test_a_session_survives_a_kill_in_its_middle(folder):
    """Faults 84 and 100: killed, and started again."""
    session = Kills(
        folder=folder,
        on=date(2026, 11, 19),
        count=1,
        seed=5,
        simulator_arguments=("--speed", "0", *SYMBOLS),
        longest_start_s=20,
    )

    session.run()

    assert session.problems == []
    assert len(session.starts) == 1
