"""`pause`, `flatten` and `--panic-exit` with the daemon alive, hung, and dead."""

import pytest

from trading_bot.bootstrap.answers.daemon import following
from trading_bot.bootstrap.answers.daemon.operator_verbs import close_all
from trading_bot.domain.errors import UserFacingError
from trading_bot.domain.events import HaltScope
from trading_bot.domain.trade import ExitReason
from trading_bot.settings.tree import Settings

MODE = "--mode paper"
PAUSED = (HaltScope.ENTRIES, "", "paused")


def test_pause_stops_entries_and_leaves_positions_to_their_stops(shell, alive):
    assert shell(f"pause {MODE}") == 0

    book = alive.driver.book
    assert book.halts[PAUSED].until_released
    assert [trade.is_exiting for trade in book.trades.values()] == [False]
    assert shell.output().startswith("paused: no new entries until `python main.py resume`")


def test_resume_releases_a_pause(shell, alive):
    shell(f"pause {MODE}")

    assert shell(f"resume {MODE}") == 0

    assert alive.driver.book.halts == {}


def test_flatten_closes_the_bots_positions_and_keeps_entries_off(shell, alive):
    assert shell(f"flatten {MODE}") == 0

    book = alive.driver.book
    assert [closed.exit_reason for closed in book.closed_trades] == [ExitReason.OPERATOR]
    assert (list(book.halts), book.is_panicking) == ([PAUSED], False)
    assert shell.output().splitlines()[-1].startswith("flat: the bot holds no position")


def test_flatten_that_is_not_filled_says_what_is_left_and_fails(shell, alive, monkeypatch):
    alive.fills_exits = False
    monkeypatch.setattr(following, "LOOK_S", 0.0)
    monkeypatch.setattr(following, "GIVE_UP_S", 0.2)

    assert shell(f"flatten {MODE}") == 1

    told = shell.output()
    assert "open: RELIANCE +35; 1 live orders" in told
    assert "NOT flat after" in told


def test_panic_is_taken_by_the_running_daemon(shell, alive):
    assert shell(f"{MODE} --panic-exit --yes") == 0

    assert alive.driver.book.is_panicking
    assert "panic is latched in the running daemon" in shell.output()


@pytest.mark.parametrize("verb", ["pause", "flatten"])
def test_without_a_daemon_it_fails_and_says_what_to_do(verb, shell, holding):
    shell.write_journal(holding)

    assert shell(f"{verb} {MODE}") == 1

    told = shell.error()
    assert f"no daemon of mode paper runs: there is nothing to {verb}" in told
    assert "--panic-exit" in told


@pytest.mark.parametrize("verb", ["pause", "flatten"])
def test_in_a_mode_that_never_ran_it_says_the_same(verb, shell):
    assert shell(f"{verb} {MODE}") == 1
    assert "no daemon of mode paper runs" in shell.error()


@pytest.mark.parametrize("verb", ["pause", "flatten"])
def test_a_hung_daemon_is_named_with_the_way_out(verb, shell, hung):
    assert shell(f"{verb} {MODE}") == 1

    told = shell.error()
    assert "owns data/paper.db but does not answer: nothing was asked of it" in told
    assert "end that process" in told


def test_a_daemon_that_ends_before_it_is_flat_is_not_taken_for_flat(shell, alive):
    alive.fills_exits = False

    def end(_seconds):
        (shell.data / "paper.sock").unlink()

    with pytest.raises(UserFacingError, match="the daemon answers no more"):
        close_all(Settings(run={"mode": "paper"}), lambda _text: None, pause=end)
