"""`backup` and `restore`, over real journals."""

import pytest

from tests.fakes.engine_driver import EngineDriver
from trading_bot.adapters.instance_lock import acquire_instance_lock


@pytest.fixture
def paper(shell):
    """Settings of mode paper."""
    shell.write_settings('[run]\nmode = "paper"\n')
    return shell


def folders(shell):
    return sorted((shell.data / "backups").iterdir())


def test_the_journals_of_all_modes_are_copied_but_for_replays(paper, holding, capsys):
    for name in ("paper.db", "trading_bot.db", "replay.db"):
        paper.write_journal(holding, name)

    assert paper("backup") == 0
    (folder,) = folders(paper)
    assert sorted(path.name for path in folder.iterdir()) == ["paper.db", "trading_bot.db"]
    assert paper.output().count("whole and unaltered") == 2


def test_so_many_backups_stay_as_are_wanted_and_nothing_else_is_touched(paper, holding):
    paper.write_journal(holding)
    for name in ("20261117-193000", "20261118-193000", "of-somebody-else"):
        (paper.data / "backups" / name).mkdir(parents=True)

    assert paper("backup --keep 2") == 0
    first, second, other = folders(paper)
    assert (first.name, other.name) == ("20261118-193000", "of-somebody-else")
    assert [path.name for path in second.iterdir()] == ["paper.db"]


def test_another_folder_can_be_named(paper, holding, tmp_path):
    paper.write_journal(holding)

    assert paper("backup --to elsewhere") == 0
    assert len(list((tmp_path / "elsewhere").glob("*/paper.db"))) == 1


def test_without_a_journal_there_is_nothing_to_back_up(paper):
    assert paper("backup") == 1
    assert "nothing to back up" in paper.error()


def test_a_copy_becomes_the_journal_again(paper, holding, check):
    paper.write_journal(holding)
    paper("backup")
    (folder,) = folders(paper)
    (paper.data / "paper.db").unlink()
    paper.write_journal(EngineDriver())
    paper.output()

    assert paper(f"restore {folder}/paper.db") == 0
    assert "the one before is kept as" in paper.output()
    _, lines = check()
    assert "whole and unaltered" in lines["journal"]["message"]
    assert "open trade in RELIANCE" in lines["last run"]["message"]


def test_the_copy_of_another_mode_is_refused(paper, holding):
    """V13."""
    copy = paper.write_journal(holding, "trading_bot.db")

    assert paper(f"restore {copy}") == 2
    assert "not a copy of paper.db, the journal of mode paper: add the --mode" in paper.error()


def test_a_copy_that_is_not_there_is_told(paper):
    assert paper("restore nowhere/paper.db") == 1
    assert "nowhere/paper.db is not there" in paper.error()


def test_nothing_is_put_back_under_a_running_daemon(paper, holding):
    """Fault 93, V13."""
    path = paper.write_journal(holding)
    paper("backup")
    (folder,) = folders(paper)
    with acquire_instance_lock(path.with_suffix(".lock"), started_at_ms=1_795_060_800_000):
        assert paper(f"restore {folder}/paper.db") == 5
