from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.settings.options import ParityOptions


def test_the_day_reaches_the_program_and_its_code_comes_back(desk):
    desk.backend.answers["parity"] = 1
    words = "parity --data d --date 2021-04-26 --symbols A,B --seed 7 --journal j.db"
    arguments, function = parse_arguments(words.split())
    places = replace(desk.context.places, config_file=arguments.config, overrides=overrides_of(arguments))

    assert function(arguments, replace(desk.context, places=places)) == 1

    ((_, _, options),) = desk.backend.questions
    assert options == ParityOptions(
        data=Path("d"), on=date(2021, 4, 26), symbols=("A", "B"), seed=7, journal=Path("j.db")
    )


@pytest.mark.parametrize(
    ("words", "data"), [("--journal j.db", None), ("--tickers A B", Path("data/history.db"))]
)
def test_without_a_journal_the_own_store_is_meant(desk, words, data):
    desk.backend.answers["parity"] = 0
    arguments, function = parse_arguments(["parity", *words.split()])

    assert function(arguments, desk.context) == 0

    ((_, _, options),) = desk.backend.questions
    assert options.data == data
