import json
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from trading_bot.bootstrap.program import Program
from trading_bot.cli import main
from trading_bot.domain.errors import (
    AlreadyRunningError,
    HaltedError,
    LoginNeededError,
    SettingsError,
    UncoveredDateError,
    UserFacingError,
)

CANARY = "canary-token-1"


class Failing(Program):
    """A backend that raises what the test gives it."""

    def __init__(self, error):
        self.error = error

    def status(self, settings):
        raise self.error


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", CANARY)
    return tmp_path


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserFacingError("x"), 1),
        (SettingsError("x"), 2),
        (UncoveredDateError("x"), 2),
        (LoginNeededError("x"), 3),
        (HaltedError("x"), 4),
        (AlreadyRunningError("x"), 5),
        (KeyboardInterrupt(), 130),
        (RuntimeError("x"), 1),
    ],
)
def test_each_error_has_its_exit_code(error, code, capsys):
    assert main(["status"], Failing(error)) == code
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_wrong_settings_end_before_anything_else(project, capsys):
    (project / ".env").write_text("MAX_RISK_PER_TRADE=1.5\n", encoding="utf-8")

    assert main(["status"], Failing(RuntimeError("reached"))) == 2

    shown = capsys.readouterr().err
    assert ".env:1: MAX_RISK_PER_TRADE" in shown
    assert "write 0.015" in shown


def test_an_unexpected_error_is_one_line_and_its_stack_is_logged(project, capsys):
    assert main(["status"], Failing(RuntimeError(f"first {CANARY}\nsecond"))) == 1

    shown = capsys.readouterr().err
    logged = (project / "logs/trading_bot.log").read_text(encoding="utf-8")
    assert shown == f"unexpected error: RuntimeError: first *** (details in {project}/logs/trading_bot.log)\n"
    assert "Traceback" in json.loads(logged)["exception"]
    assert "canary" not in logged


def test_a_stack_that_cannot_be_logged_is_said_so(project, capsys):
    (project / "logs").write_text("", encoding="utf-8")

    assert main(["status"], Failing(RuntimeError("x"))) == 1
    assert "could not be logged" in capsys.readouterr().err


def test_no_secret_is_in_an_error_text(capsys):
    main(["status"], Failing(LoginNeededError(f"token {CANARY} is not accepted")))

    assert capsys.readouterr().err == "error: token *** is not accepted\n"


def test_warnings_go_to_standard_error_and_json_to_standard_output(monkeypatch, capsys):
    monkeypatch.setenv("MAX_RISK_PER_TRADE", "0.0001")

    assert main(["config", "show", "--json"]) == 0

    shown = capsys.readouterr()
    assert json.loads(shown.out)["risk.sizing.max_risk_per_trade"]["value"] == 0.0001
    assert shown.err.startswith("warning: environment: MAX_RISK_PER_TRADE")


def test_mode_on_the_command_line_is_the_mode_in_effect(capsys):
    main(["config", "show", "--json", "--mode", "alerts"])

    assert json.loads(capsys.readouterr().out)["run.mode"] == {
        "value": "alerts",
        "origin": "command line --mode",
    }


def test_settings_beside_the_program_are_missed_aloud_in_another_folder(tmp_path, monkeypatch, capsys):
    program, elsewhere = tmp_path / "program", tmp_path / "elsewhere"
    program.mkdir()
    elsewhere.mkdir()
    (program / ".env").write_text("TRADING_BOT_MODE=paper\n", encoding="utf-8")
    monkeypatch.setattr(sys, "argv", [str(program / "main.py")])

    monkeypatch.chdir(program)
    main(["config", "show"])
    assert capsys.readouterr().err == ""

    monkeypatch.chdir(elsewhere)
    main(["config", "show"])
    assert f"{elsewhere} holds no settings, so the defaults count: `cd {program}`" in capsys.readouterr().err


def test_a_terminal_that_cannot_show_a_character_fails_no_command(monkeypatch):
    shown = TextIOWrapper(BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stderr", shown)

    assert main(["--config", "none…here.toml", "config", "show"]) == 2
    assert b"none?here.toml: cannot be read" in shown.buffer.getvalue()


def test_a_python_without_the_packages_is_told_what_to_do():
    command = [sys.executable, "-S", str(Path(__file__).parents[2] / "main.py"), "status"]

    found = subprocess.run(command, capture_output=True, text=True, check=False)

    assert found.returncode == 2
    assert f"error: {sys.executable} has no package" in found.stderr
    assert "make setup" in found.stderr
    assert "Traceback" not in found.stderr
