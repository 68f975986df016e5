from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.settings.options import BacktestOptions, Fidelity


def run(desk, *words):
    arguments, function = parse_arguments(["backtest", *words])
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


@pytest.mark.parametrize("words", ["", "--data d --fidelity exact", "--data d --from yesterday"])
def test_words_that_make_no_sense_end_with_two(desk, words, capsys):
    with pytest.raises(SystemExit) as ended:
        run(desk, *words.split())

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
