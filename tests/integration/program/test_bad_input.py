"""What a user may get wrong: one line that says what to mend, exit code 2, and nothing was started."""

import socket

import pytest

from tests.fakes.upstox_day import TOKEN


@pytest.mark.parametrize(("name", "key"), [("data", "run.data_dir"), ("logs", "logs.folder")])
@pytest.mark.parametrize("mode", ["paper", "replay"])
def test_a_file_in_the_place_of_a_folder_is_named_with_its_setting(name, key, mode, shell):
    (shell.folder / name).touch()

    assert shell(f"--mode {mode}") == 2

    told = shell.error()
    assert f"error: {key} = {name}: cannot be used" in told
    assert "make it a folder that this user owns" in told


@pytest.mark.parametrize("mode", ["paper", "replay"])
def test_a_folder_that_cannot_be_written_is_refused_by_check_and_daemon_alike(mode, shell, monkeypatch):
    """The owner of this machine may write anywhere, whatever its mode says."""
    shell.data.mkdir()
    monkeypatch.setattr("trading_bot.settings.folders.os.access", lambda *_what: False)

    assert shell(f"--mode {mode}") == 2

    assert "error: run.data_dir = data: cannot be used: Permission denied" in shell.error()
    assert shell(f"--mode {mode} check") == 2
    assert "data cannot be written: Permission denied" in shell.output()


def test_a_simulator_whose_port_is_taken_says_so(shell):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert shell(f"simulator --port {port} --symbols TCS") == 1

    assert f"error: port {port} is in use by another program: choose another --port" in shell.error()


def test_panic_does_not_depend_on_its_log(shell, simulator, monkeypatch):
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", TOKEN)
    (shell.folder / "logs").touch()
    url = simulator()

    assert shell(f"--mode replay --simulator {url} --panic-exit --yes") == 0

    assert "panic is latched on disk" in shell.output()


WRONG = [
    ("--data nowhere", "nowhere: the data folder does not exist"),
    ("--mode paper --data nowhere", "add --mode replay"),
    ("--date 2030-01-02", "not covered by the trading calendar"),
    ("--date 2026-11-22", "the market is closed (a weekend)"),
    ("--symbols RELIANCEE", "did you mean RELIANCE?"),
    ("rules show --on 1990-01-01", "not covered by the trading calendar"),
    ("--config nowhere.toml status", "nowhere.toml: cannot be read"),
]


@pytest.mark.parametrize(("words", "told"), WRONG)
def test_a_wrong_word_is_one_error_that_says_what_to_mend(words, told, shell):
    assert shell(words) == 2

    shown = shell.error()
    assert told in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize("mode", ["replay", "paper"])
def test_a_misspelt_strategy_is_refused_before_anything_starts(mode, shell, monkeypatch):
    """No login is waited for, and no list fetched: there is no broker here at all."""
    monkeypatch.setenv("TRADING_BOT__RUN__STRATEGIES", "conflunce")

    assert shell(f"--mode {mode}") == 2

    told = shell.error()
    assert "run.strategies: there is no strategy called 'conflunce'; did you mean confluence?" in told
    assert not shell.data.exists() or not list(shell.data.glob("*.db"))


def test_a_square_off_after_the_brokers_is_refused(shell, monkeypatch):
    monkeypatch.setenv("TRADING_BOT__RISK__WINDOWS__OTHER_SHARES_FLAT_BY", "15:20")

    assert shell("--mode paper") == 2

    assert "other_shares_flat_by = 15:20 is not before the broker closes them itself" in shell.error()


@pytest.mark.parametrize("command", ["status", "trades"])
def test_an_empty_database_is_said_to_be_empty(command, shell):
    shell.data.mkdir()
    (shell.data / "paper.db").touch()

    assert shell(f"--mode paper {command}") == 1
    assert "paper.db is empty: nothing was written to it yet" in shell.error()
