from datetime import date
from pathlib import Path

import pytest

from trading_bot.commands.arguments import parse_arguments
from trading_bot.domain.errors import SettingsError
from trading_bot.settings.options import ShadowOptions


def asked(desk, words):
    arguments, function = parse_arguments(["shadow", *words.split()])
    desk.backend.answers["shadow"] = 1
    assert function(arguments, desk.context) == 1
    return desk.backend.questions[-1][2]


def test_the_newest_day_of_every_shadow_is_asked_for(desk):
    assert asked(desk, "") == ShadowOptions()


def test_shadows_days_and_data_reach_the_program(desk):
    options = asked(
        desk,
        "strict wide strict --from 2016-09-07 --to 2016-09-09 --data d --symbols A,B --seed 4 --anew"
        " --accept-defects",
    )

    assert options == ShadowOptions(
        names=("strict", "wide"),
        first=date(2016, 9, 7),
        last=date(2016, 9, 9),
        data=Path("d"),
        symbols=("A", "B"),
        seed=4,
        is_anew=True,
        accept_defects=True,
    )


def test_one_day_is_a_range_of_one(desk):
    options = asked(desk, "--date 2016-09-07")

    assert (options.first, options.last) == (date(2016, 9, 7), date(2016, 9, 7))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("--date 2016-09-07 --to 2016-09-09", "one or the other"),
        ("--from 2016-09-09 --to 2016-09-07", "is after"),
        ("--symbols A", "give --data"),
    ],
)
def test_what_contradicts_is_refused(desk, words, reason):
    with pytest.raises(SettingsError, match=reason):
        asked(desk, words)
