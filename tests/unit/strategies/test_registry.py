from importlib.metadata import EntryPoint
from typing import ClassVar

import pytest

from trading_bot.domain.errors import SettingsError
from trading_bot.strategies.confluence import Confluence
from trading_bot.strategies.registry import GROUP, strategy_factory


def entry(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


class NoSettings:
    pass


class WrongSettings:
    settings_type: ClassVar[type] = dict


def test_the_flagship_is_found_whether_or_not_the_package_is_installed():
    strategy = strategy_factory("confluence", installed=[])({"ema_period": 100})

    assert isinstance(strategy, Confluence)
    assert strategy.settings.ema_period == 100


def test_a_strategy_of_another_package_is_found_by_its_entry_point():
    theirs = entry("theirs", "trading_bot.strategies.confluence:Confluence")

    assert isinstance(strategy_factory("theirs", [theirs])({}), Confluence)


def test_a_strategy_can_be_named_by_module_and_class():
    assert isinstance(strategy_factory("trading_bot.strategies.confluence:Confluence", [])({}), Confluence)


def test_an_unknown_name_is_met_with_close_ones():
    with pytest.raises(SettingsError, match=r"no strategy called 'confluense'; did you mean confluence\?"):
        strategy_factory("confluense", [])


def test_a_name_like_no_other_is_met_with_all_of_them():
    with pytest.raises(SettingsError, match="installed are: confluence"):
        strategy_factory("zzz", [])


def test_two_strategies_of_one_name_are_refused():
    with pytest.raises(SettingsError, match="two installed strategies are called 'confluence'"):
        strategy_factory("confluence", [entry("confluence", "elsewhere:Confluence")])


def test_a_strategy_that_cannot_be_imported_is_named_with_the_cause():
    with pytest.raises(SettingsError, match="cannot be loaded from no_such_module:X: No module named"):
        strategy_factory("broken", [entry("broken", "no_such_module:X")])


@pytest.mark.parametrize("strategy_type", [NoSettings, WrongSettings])
def test_a_class_without_a_settings_section_is_refused(strategy_type, monkeypatch):
    monkeypatch.setattr("trading_bot.strategies.confluence.Confluence", strategy_type)

    with pytest.raises(SettingsError, match="does not declare settings_type"):
        strategy_factory("confluence", [])


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"rsi_perod": 3}, r"unknown key rsi_perod, did you mean rsi_period"),
        ({"zzz": 3}, r"unknown key zzz$"),
        ({"rsi_period": 1}, r"rsi_period = 1: .*\(allowed: at least 2, at most 1000\)"),
        ({"threshold": "high"}, r"threshold = 'high': .*\(allowed: above 0, at most 1\)"),
        ({"directions": ["up"]}, r"directions.0 = 'up': .*long"),
        ({"macd_fast": 30}, r"macd_fast \(30\) must be below macd_slow \(26\)"),
    ],
)
def test_settings_that_do_not_fit_are_named_with_key_value_and_range(settings, text):
    with pytest.raises(SettingsError, match=text):
        strategy_factory("confluence", [])(settings)
