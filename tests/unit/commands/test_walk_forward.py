from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from trading_bot.backtest.sweeps.grid import Axis
from trading_bot.backtest.walk_forward.sampler import Pruner, Sampler
from trading_bot.commands.arguments import overrides_of, parse_arguments
from trading_bot.settings.options import WalkForwardOptions


def run(desk, *words):
    arguments, function = parse_arguments(["walkforward", *words])
    places = replace(desk.context.places, config_file=arguments.config, overrides=overrides_of(arguments))
    return function(arguments, replace(desk.context, places=places))


def test_what_is_asked_reaches_the_program(desk):
    desk.backend.answers["walk_forward"] = 0

    words = (
        "--data d --strategy ema_cross --set fast=5,10 --train 60 --test 20 --gap 1 --anchored"
        " --sampler random --trials 7 --seed 3 --fee 0.001"
    )
    assert run(desk, *words.split()) == 0

    ((_, _, options),) = desk.backend.questions
    assert options == WalkForwardOptions(
        data=Path("d"),
        strategy="ema_cross",
        axes=(Axis("fast", (5, 10)),),
        train=60,
        test=20,
        gap=1,
        anchored=True,
        sampler=Sampler.RANDOM,
        trials=7,
        seed=3,
        fee=Decimal("0.001"),
    )


def test_a_purged_cross_validation_reaches_the_program(desk):
    desk.backend.answers["walk_forward"] = 0

    words = (
        "--data d --strategy ema_cross --set fast=5 --folds 6 --gap 0 --embargo 0.01 --sampler evolution"
        " --pruner median"
    )
    run(desk, *words.split())

    ((_, _, options),) = desk.backend.questions
    assert (options.train, options.test, options.folds, options.gap) == (None, None, 6, 0)
    assert (options.embargo, options.sampler, options.pruner) == (0.01, Sampler.EVOLUTION, Pruner.MEDIAN)


@pytest.mark.parametrize(
    "words", ["--train 0 --test 5", "--folds x", "--folds 5 --embargo 1", "--train 5 --test 5 --sampler best"]
)
def test_words_that_make_no_sense_end_with_two(desk, words, capsys):
    with pytest.raises(SystemExit) as ended:
        run(desk, "--data", "d", "--strategy", "ema_cross", *words.split())

    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_without_data_the_own_store_is_played(desk):
    desk.backend.answers["walk_forward"] = 0

    assert run(desk, "--strategy", "ema_cross", "--set", "fast=5", "--folds", "3") == 0

    ((_, _, options),) = desk.backend.questions
    assert options.data == Path("data/history.db")
