import pytest
from pydantic import ValidationError

from trading_bot.strategies.confluence_settings import ConfluenceSettings


def test_the_defaults_are_those_of_the_documented_strategy():
    settings = ConfluenceSettings()

    assert settings.rsi_period == 14
    assert (settings.macd_fast, settings.macd_slow, settings.macd_signal) == (12, 26, 9)
    assert (settings.supertrend_period, settings.supertrend_multiplier) == (10, 3.0)
    assert (settings.ema_period, settings.longest_period) == (200, 200)
    assert settings.max_bar_range == 0.04
    assert settings.timeframe_minutes == 15


@pytest.mark.parametrize(
    "settings",
    [
        {"macd_fast": 26},
        {"rsi_long_above": 80},
        {"rsi_short_below": 20},
        {"rsi_weight": 0, "macd_weight": 0, "supertrend_weight": 0},
        {"directions": ()},
        {"threshold": 0},
        {"max_bar_range": 4},
        {"rsi_long_above": -1},
        {"ema_perod": 100},
        {"supertrend_multiplier": float("nan")},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValidationError):
        ConfluenceSettings(**settings)


def test_every_setting_says_what_it_is():
    undescribed = [name for name, field in ConfluenceSettings.model_fields.items() if not field.description]

    assert undescribed == []


def test_the_longest_period_counts_the_signal_on_top_of_the_slow_average():
    assert ConfluenceSettings(ema_period=20).longest_period == 35
