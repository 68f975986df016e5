import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.commands.daemon import run_daemon, run_panic_exit
from trading_bot.commands.menu import CHOICES, menu
from trading_bot.domain.errors import SettingsError

ANSWERS = {
    "symbol": "RELIANCE",
    "symbols, for example RELIANCE,TCS": "RELIANCE,TCS",
    "first day, YYYY-MM-DD": "2026-01-01",
    "its numbers, for example fast=5:40:5 slow=20:200:10": "fast=5:40:5 slow=20:200:10",
}


def played(*typed, common=(), code=0):
    """What was run, and what was written, when this is typed."""
    lines, run, written = iter(typed), [], []

    def ask(_question):
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    def start(words):
        run.append(list(words))
        return code

    assert menu(ask, written.append, start, common) == 0
    return run, "\n".join(written)


def words_of(choice):
    """Its command, where all that is needed is answered and the rest is left empty."""
    return played(choice.key, *(ANSWERS.get(question.text, "") for question in choice.questions))[0]


@pytest.mark.parametrize("choice", CHOICES[:-1], ids=lambda choice: choice.key)
def test_each_choice_is_a_command_that_the_program_knows(choice):
    (words,) = words_of(choice)

    arguments, function = parse_arguments(words)

    wanted = {"--panic-exit": run_panic_exit, "--mode": run_daemon}.get(choice.words[0])
    assert function is (wanted or arguments.command.run)


def test_load_tune_train_backtest_advise_trade_and_panic_are_all_there():
    firsts = {" ".join(choice.words[:2]) for choice in CHOICES}

    assert {"download --source", "sweep", "walkforward", "backtest", "--panic-exit"} <= firsts
    assert {"--mode alerts", "--mode paper", "--mode live"} <= firsts


def test_answers_become_options_and_empty_ones_what_is_usual():
    run, written = played("2", "", "", "fast=5:10:5 slow=20,40", "q")

    line = "sweep --data data/prices --strategy ema_cross --set fast=5:10:5 --set slow=20,40"
    assert run == [line.split()]
    assert f"python main.py {line}" in written


def test_what_is_needed_and_not_given_runs_nothing():
    run, written = played("w", "", "q")

    assert run == []
    assert "nothing was done" in written


def test_an_unknown_key_runs_nothing_and_the_menu_stays():
    run, written = played("7777", "X", "q")

    assert run == [["--panic-exit"]]
    assert "one of the keys" in written


def test_the_mode_of_the_menu_is_handed_on_where_the_choice_names_none():
    common = ("--mode", "alerts")

    assert played("s", common=common)[0] == [["status", "--watch", "--mode", "alerts"]]
    assert played("9", common=common)[0] == [["--mode", "live"]]


def test_how_a_command_ended_is_told():
    assert "exit code 3" in played("6", code=3)[1]


def test_without_a_terminal_it_refuses(desk):
    arguments, function = parse_arguments(["menu"])

    with pytest.raises(SettingsError, match="needs a terminal"):
        function(arguments, desk.context)
