"""`status` and `resume` with the daemon dead, alive, and hung."""

import os

import pytest

from tests.fakes.scripted_day import whole_day
from trading_bot.adapters.storage.journal.reader import JournalReader
from trading_bot.adapters.storage.opening import open_inline_journal
from trading_bot.domain.events import HaltScope
from trading_bot.engine.inputs import OperatorAsked, OperatorWish

MODE = "--mode paper"


def asked(wish):
    return OperatorAsked(at_ms=0, wish=wish, asked_by="test")


def test_status_of_a_mode_that_never_ran_says_how_to_start_it(shell):
    assert shell(f"status {MODE}") == 1
    assert "nothing has run there yet; `python main.py --mode paper` starts it" in shell.error()


def test_status_reads_the_journal_while_no_daemon_runs(shell, holding):
    shell.write_journal(holding)

    assert shell(f"status {MODE} --json") == 0

    document = shell.json()
    (row,) = document["symbols"]
    assert document["running"] is False
    assert document["run"]["session_on"] == "2026-11-19"
    assert (row["symbol"], row["quantity"], row["stop"]) == ("RELIANCE", 35, "1386.70")
    assert [order["purpose"] for order in document["orders"] if order["is_live"]] == ["stop"]
    assert document["day"]["charges"] != "0"


def test_status_as_text_shows_what_is_held_and_that_nothing_runs(shell, holding):
    shell.write_journal(holding)

    shell(f"status {MODE}")

    shown = shell.output()
    assert shown.startswith("paper not running, 2026-11-19 10:00:00 (from data/paper.db)")
    assert "  RELIANCE +35 entered" in shown


def test_status_of_a_journal_without_rows_names_no_time(shell):
    open_inline_journal(shell.data / "paper.db", clock_ms=lambda: 0, on_failure=print).close()

    assert shell(f"status {MODE} --json") == 0

    run = shell.json()["run"]
    assert (run["now"], run["session_on"], run["speed"], run["run_id"]) == (None, None, None, None)


def test_status_of_a_journal_that_holds_a_latch_alone_names_no_session(shell):
    shell(f"{MODE} --panic-exit --yes")
    shell.output()

    shell(f"status {MODE} --json")

    document = shell.json()
    assert (document["run"]["session_on"], document["halts"]) == (None, ["panic is latched until resume"])
    assert document["run"]["now"] is not None


def test_result_of_a_finished_day_is_net_of_its_charges(shell):
    shell.write_journal(whole_day())

    shell(f"status {MODE} --json")
    day = shell.json()["day"]
    shell(f"trades {MODE} --json")
    trades = shell.json()

    assert day["trades"] == len(trades) == 2
    assert float(day["net"]) == pytest.approx(sum(float(trade["net_pnl"]) for trade in trades))
    assert day["net"] != day["gross"]


def test_status_shows_panic_and_still_exits_0(shell, panicking):
    shell.write_journal(panicking)

    assert shell(f"status {MODE}") == 0
    assert "HALTED: panic is latched until resume" in shell.output()


def test_broken_database_ends_with_exit_code_1_and_instructions(shell):
    shell.data.mkdir()
    (shell.data / "paper.db").write_bytes(b"not a database at all, " * 200)

    assert shell(f"status {MODE}") == 1

    told = shell.error()
    assert "not a database" in told
    assert "names the newest backup" in told


def test_newest_replay_is_the_one_that_is_shown(shell, holding):
    older = shell.write_journal(whole_day(), "replay-20261119-090000.db")
    newer = shell.write_journal(holding, "replay-20261119-100000.db")
    os.utime(older, (1_000, 1_000))
    os.utime(newer, (2_000, 2_000))

    shell("status --mode replay")

    assert "from data/replay-20261119-100000.db" in shell.output()


def test_resume_releases_panic_in_the_journal_of_a_dead_daemon(shell, panicking):
    path = shell.write_journal(panicking)

    assert shell(f"resume {MODE}") == 0
    assert shell.output() == "released: panic is latched until resume\n"

    with JournalReader(path) as reader:
        assert [row.kind for row in reader.rows()][-1] == "panic_released"
        reader.verify()
    shell(f"resume {MODE}")
    assert shell.output() == "nothing waited to be released\n"


def test_resume_leaves_what_ends_by_itself(shell, holding):
    state = holding.core.state
    holding.take(asked(OperatorWish.PAUSE))
    holding.read_positions(0)
    holding.read_positions(0)
    assert (HaltScope.ENTRIES, "", "position_difference") in state.book.halts
    shell.write_journal(holding)

    shell(f"resume {MODE}")

    assert shell.output() == "released: entries: paused\nstill in force: entries: position_difference\n"


def test_resume_of_a_replay_stays_in_its_session_time(shell, panicking):
    path = shell.write_journal(panicking, "replay.db")

    shell("resume --mode replay")

    with JournalReader(path) as reader:
        assert len(reader.days()) == 1


def test_status_is_the_running_daemons_own(shell, alive):
    shell(f"status {MODE} --json")

    assert shell.json()["running"]


def test_resume_is_carried_out_by_the_running_daemon(shell, alive):
    alive.driver.take(asked(OperatorWish.PANIC))

    assert shell(f"resume {MODE}") == 0

    assert shell.output() == "released: panic\n"
    assert not alive.driver.book.is_panicking


def test_status_of_a_hung_daemon_comes_from_its_journal_and_says_so(shell, hung):
    assert shell(f"status {MODE}") == 0
    assert "(since 2026-11-19 09:30:00 IST) owns data/paper.db but does not answer" in shell.output()


def test_resume_does_not_write_behind_a_hung_daemon(shell, hung):
    assert shell(f"resume {MODE}") == 5
    assert "already running" in shell.error()


def test_watching_needs_a_terminal(shell):
    assert shell("status --watch") == 2
    assert "--watch draws on a terminal" in shell.error()


def test_a_screen_is_no_document(shell):
    assert shell("status --watch --json") == 2
