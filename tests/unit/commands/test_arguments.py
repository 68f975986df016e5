import pytest

from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.commands.daemon import run_daemon, run_panic_exit
from trading_bot.commands.table import COMMANDS

CHARGES = "charges --segment NSE_EQ --product I --kind equity --on 2026-11-19"


@pytest.mark.parametrize(("words", "function"), [("", run_daemon), ("--panic-exit --yes", run_panic_exit)])
def test_without_a_command_it_is_the_daemon(words, function):
    assert parse_arguments(words.split())[1] is function


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command.words))
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as end:
        parse_arguments([*command.words, "--help"])

    assert end.value.code == 0
    assert ("--json" in capsys.readouterr().out) is command.reads


@pytest.mark.parametrize(
    "words", ["--config f status", "status --config f", "--mode paper status --config f"]
)
def test_common_options_stand_before_or_after_the_command(words):
    assert str(parse_arguments(words.split())[0].config) == "f"


def test_symbols_of_the_simulator_are_not_those_of_the_run():
    arguments, _ = parse_arguments(["simulator", "--symbols", "A,B"])

    assert overrides_of(arguments) == {}


@pytest.mark.parametrize(
    "words",
    [
        "--mode backtest",
        "--mode",
        "--yes",
        "--panic-exit --yes status",
        "unknown",
        "config",
        "instruments",
        "--date 19-11-2026",
        "--speed -1",
        "--speed fast",
        "--speed inf",
        "--symbols ,",
        "--simulator https://api.upstox.com",
        "--simulator 127.0.0.1:80",
        "simulator --port 70000",
        "simulator --port x",
        "rules show",
        CHARGES.replace("NSE_EQ", "NSE_INDEX"),
        "--mod paper",
    ],
)
def test_what_makes_no_sense_ends_with_code_2(words, capsys):
    with pytest.raises(SystemExit) as end:
        parse_arguments(words.split())

    assert end.value.code == 2
    assert "error: " in capsys.readouterr().err
