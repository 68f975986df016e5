"""Strategies get the settings of their own tables, and misspelt ones are refused."""

from typing import ClassVar

import pytest

from trading_bot.bootstrap.checks.lines import strategies_line
from trading_bot.bootstrap.strategies import chosen_strategies
from trading_bot.domain.errors import SettingsError
from trading_bot.report.check_line import CheckState
from trading_bot.settings.load import Places, load_settings
from trading_bot.settings.tree import Settings
from trading_bot.strategies.ema_cross import EmaCross
from trading_bot.strategies.ema_cross_settings import EmaCrossSettings

OWN = "tests.unit.bootstrap.test_strategies:Own"


class Own(EmaCross):
    """A strategy of somebody else."""

    settings_type: ClassVar[type[EmaCrossSettings]] = EmaCrossSettings
    name: ClassVar[str] = "own"


@pytest.fixture
def strategies(tmp_path):
    """The strategies of a local.toml and an environment."""

    def made(text, **environment):
        folder = tmp_path / "config"
        folder.mkdir(exist_ok=True)
        (folder / "local.toml").write_text(text)
        return chosen_strategies(load_settings(Places(folder=tmp_path, environment=environment)).settings)

    return made


def test_every_strategy_has_the_settings_of_its_table(strategies):
    text = f"""
        [run]
        strategies = ["ema_cross", "confluence", "{OWN}"]
        [confluence]
        ema_period = 100
        [strategies.ema_cross]
        fast = 5
        [strategies.own."{OWN}"]
        slow = 77
    """

    crossing, confluence, own = strategies(text)

    assert (crossing.settings.fast, crossing.settings.slow) == (5, 50)
    assert confluence.settings.ema_period == 100
    assert (type(own).__name__, own.settings.fast, own.settings.slow) == ("Own", 20, 77)


def test_the_environment_reaches_a_strategys_table(strategies):
    made = strategies(
        '[run]\nstrategies = ["ema_cross"]',
        TRADING_BOT__STRATEGIES__EMA_CROSS__TIMEFRAME_S="900",
    )

    assert made[0].timeframe_s == 900


def test_without_a_table_the_defaults_hold(strategies):
    made = strategies(f'[run]\nstrategies = ["{OWN}", "ema_cross"]')

    assert [one.settings for one in made] == [EmaCrossSettings()] * 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[strategies.ema_cross]\nfats = 5", "strategies.ema_cross.fast"),
        ("[strategies.ema_cros]\nfast = 5", "strategies.ema_cross.fast"),
        ("[strategies.ema_cross]\nfast = 1", "at least 2"),
        ("[strategies.ema_cross]\nfast = 60", "must be shorter than slow"),
        (f'[strategies.own."{OWN}"]\nfats = 5', "did you mean fast"),
        (f'[strategies.own."{OWN}"]\nfast = 1', "at least 2"),
        ("[strategies.own.nobodys]\nfast = 5", "no strategy called 'nobodys'"),
        ("[strategies.own.ema_cross]\nfast = 5", "[strategies.ema_cross] instead"),
        ("[strategies.own]\nfast = 5", "strategies.own"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_was_meant(strategies, text, said):
    with pytest.raises(SettingsError) as refused:
        strategies(text)

    assert said in str(refused.value)


def test_settings_can_be_made_without_any_table():
    assert chosen_strategies(Settings())[0].name == "confluence"


def test_check_tells_of_a_table_that_does_not_fit():
    own = {OWN: {"fats": 5}}

    line = strategies_line(Settings.model_validate({"strategies": {"own": own}}))

    assert line.state is CheckState.FAIL
    assert "did you mean fast" in line.message
