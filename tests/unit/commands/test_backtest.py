from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import BacktestOptions, CheckOptions, Fidelity, PromoteOptions


def run(desk, *words, command="backtest"):
    arguments, function = parse_arguments([command, *words])
    places = replace(desk.context.places, config_file=arguments.config, overrides=overrides_of(arguments))
    return function(arguments, replace(desk.context, places=places))


def test_what_is_tested_reaches_the_program(desk):
    desk.backend.answers["backtest"] = 0

    words = "--data d --tickers A,B --from 2016-01-01 --to 2016-02-01 --fidelity tick --seed 7"
    assert run(desk, *words.split()) == 0

    ((_, _, options),) = desk.backend.questions
    assert options == BacktestOptions(
        data=Path("d"),
        symbols=("A", "B"),
        first=date(2016, 1, 1),
        last=date(2016, 2, 1),
        fidelity=Fidelity.TICK,
        seed=7,
    )


@pytest.mark.parametrize(
    "words", ["--tickers", "--data d --fidelity exact", "--data d --from yesterday", "--largest 0"]
)
def test_words_that_make_no_sense_end_with_two(desk, words, capsys):
    with pytest.raises(SystemExit) as ended:
        run(desk, *words.split())

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["backtest", "promote", "sweep --strategy ema_cross"])
def test_days_that_run_backwards_are_refused(desk, command):
    words = f"{command} --data d --from 2016-02-01 --to 2016-01-01".split()

    with pytest.raises(SettingsError, match="--from 2016-02-01 is after --to 2016-01-01"):
        run(desk, *words[1:], command=words[0])


def asked(desk, words, command="backtest"):
    desk.backend.answers[command] = 0
    assert run(desk, *words.split(), command=command) == 0
    ((_, _, options),) = desk.backend.questions
    return options


def test_checks_can_be_left_out_or_made_thorough(desk):
    options = asked(desk, "--data d --quick --permutations 0 --cuts 7 --check-days 3")

    assert options.checks == CheckOptions(is_quick=True, permutations=0, cuts=7, days=3)


def test_a_promotion_looks_closer_than_a_backtest(desk):
    options = asked(desk, "--data d --tickers A", command="promote")

    checks = CheckOptions(permutations=99, cuts=20, days=60)
    assert options == PromoteOptions(backtest=BacktestOptions(data=Path("d"), symbols=("A",), checks=checks))


def test_a_report_can_be_promoted_and_the_verdict_put_elsewhere(desk):
    options = asked(desk, "--report r --out v.json", command="promote")

    assert options == PromoteOptions(report=Path("r"), out=Path("v.json"))


@pytest.mark.parametrize("words", ["--data d --report r", "--data d --quick", "--data d --cuts -1"])
def test_a_promotion_needs_one_thing_to_judge_and_no_haste(desk, words, capsys):
    with pytest.raises(SystemExit) as ended:
        run(desk, *words.split(), command="promote")

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


@pytest.mark.parametrize("words", ["--tickers A.NS B", "--symbols A.NS,B", "--tickers A.NS, B --seed 1"])
@pytest.mark.parametrize("command", ["backtest", "promote"])
def test_names_may_stand_apart_or_between_commas(desk, words, command):
    options = asked(desk, words, command=command)

    assert (options.backtest if command == "promote" else options).symbols == ("A.NS", "B")


def test_without_data_the_own_store_is_meant(desk):
    assert asked(desk, "--largest 3") == BacktestOptions(data=Path("data/history.db"), largest=3)


def test_a_promotion_without_data_or_report_tests_on_the_own_store(desk):
    assert asked(desk, "", command="promote").backtest.data == Path("data/history.db")
