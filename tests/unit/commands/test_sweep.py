from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from trading_bot.backtest.sweeps.grid import Axis
from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.settings.options import SweepOptions


def run(desk, *words):
    arguments, function = parse_arguments(["sweep", *words])
    places = replace(desk.context.places, config_file=arguments.config, overrides=overrides_of(arguments))
    return function(arguments, replace(desk.context, places=places))


def test_what_is_played_reaches_the_program(desk):
    desk.backend.answers["sweep"] = 0

    words = (
        "--data d --symbols A,B --from 2016-01-01 --to 2016-02-01 --strategy ema_cross --set fast=5:10:5"
        " --set slow=20,30 --jobs 3 --scheduler tcp://h:1 --top 7 --quantity 10 --fee 0.001 --cash 5000000"
        " --anew"
    )
    assert run(desk, *words.split()) == 0

    ((_, _, options),) = desk.backend.questions
    assert options == SweepOptions(
        data=Path("d"),
        symbols=("A", "B"),
        first=date(2016, 1, 1),
        last=date(2016, 2, 1),
        strategy="ema_cross",
        axes=(Axis("fast", (5, 10)), Axis("slow", (20, 30))),
        jobs=3,
        scheduler="tcp://h:1",
        top=7,
        quantity=10,
        fee=Decimal("0.001"),
        cash=Decimal(5_000_000),
        is_anew=True,
    )


@pytest.mark.parametrize(
    "words",
    ["--set fast", "--jobs 0", "--jobs two", "--fee 3", "--fee x", "--cash 0", "--cash nan", "--top -1"],
)
def test_words_that_make_no_sense_end_with_two(desk, words, capsys):
    with pytest.raises(SystemExit) as ended:
        run(desk, *["--data", "d", "--strategy", "ema_cross"], *words.split())

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_without_data_the_own_store_is_played(desk):
    desk.backend.answers["sweep"] = 0

    assert (
        run(desk, "--strategy", "ema_cross", "--set", "fast=5", "--tickers", "A", "B", "--largest", "1") == 0
    )

    ((_, _, options),) = desk.backend.questions
    assert options.data == Path("data/history.db")
    assert (options.symbols, options.largest) == (("A", "B"), 1)
