"""Shadows: what may differ, what is refused, and in which words."""

import pytest

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.load import Places, load_settings
from trading_bot.settings.shadows import differences, shadow_names, shadow_settings


@pytest.fixture
def settings_of(tmp_path):
    """The settings with this text as config/local.toml."""

    def settings(text, *, strategies=None):
        (tmp_path / "config").mkdir(exist_ok=True)
        head = "" if strategies is None else f"[run]\nstrategies = {strategies}\n"
        (tmp_path / "config" / "local.toml").write_text(head + text)
        return load_settings(Places(folder=tmp_path, environment={})).settings

    return settings


def refusal(settings, name="strict"):
    with pytest.raises(SettingsError) as refused:
        shadow_settings(settings, name)
    return str(refused.value)


def test_only_what_is_written_differs(settings_of):
    settings = settings_of(
        "[confluence]\nema_period = 100\n[shadow.strict.confluence]\nthreshold = 0.8\n"
        "[shadow.strict.risk.exits]\natr_stop_multiple = 3.0\n"
    )

    shadow = shadow_settings(settings, "strict")

    assert (shadow.confluence.ema_period, shadow.confluence.threshold) == (100, 0.8)
    assert differences(settings, shadow) == {
        "confluence.threshold": (0.6, 0.8),
        "risk.exits.atr_stop_multiple": (2.0, 3.0),
    }
    assert settings.confluence.threshold == 0.6


def test_other_strategies_can_be_tried(settings_of):
    settings = settings_of('[shadow.other.run]\nstrategies = ["ema_cross"]\n')

    assert shadow_settings(settings, "other").run.strategies == ("ema_cross",)


def test_one_key_of_a_strategy_of_yours_leaves_the_others(settings_of):
    settings = settings_of(
        '[strategies.own."crossover:Crossover"]\nfast = 5\nslow = 50\n'
        '[shadow.slow.strategies.own."crossover:Crossover"]\nslow = 90\n'
    )

    own = shadow_settings(settings, "slow").strategies.own
    assert own == {"crossover:Crossover": {"fast": 5, "slow": 90}}


def test_a_misspelt_key_is_told_with_the_one_that_was_meant(settings_of):
    text = refusal(settings_of("[shadow.strict.confluence]\ntreshold = 0.8\n"))

    assert "[shadow.strict]: confluence.treshold: no such setting" in text
    assert "did you mean confluence.threshold?" in text


def test_a_key_without_its_table_is_told_where_it_belongs(settings_of):
    assert "did you mean confluence.threshold?" in refusal(settings_of("[shadow.strict]\nthreshold = 0.8\n"))


def test_a_value_out_of_range_is_told_with_what_is_allowed(settings_of):
    text = refusal(settings_of("[shadow.strict.confluence]\nthreshold = 80\n"))

    assert "confluence.threshold = 80" in text
    assert "at most 1" in text


def test_values_that_do_not_go_with_those_in_effect_are_refused(settings_of):
    text = refusal(settings_of("[shadow.strict.confluence]\nmacd_fast = 40\n"))

    assert "macd_fast (40) must be below macd_slow (26)" in text


@pytest.mark.parametrize(
    "table",
    ['[shadow.strict.run]\nsymbols = ["TCS"]', "[shadow.strict.simulator]\nopening_balance = 5",
     "[shadow.strict.engine]\nrecord_inputs = true", "[shadow.strict.backtest]\nspread_bps = 1"],
)  # fmt: skip
def test_what_is_the_same_for_all_is_no_matter_of_a_shadow(settings_of, table):
    assert "is the same for all" in refusal(settings_of(table))


def test_a_shadow_that_changes_nothing_is_refused(settings_of):
    assert "changes nothing" in refusal(settings_of("[shadow.strict.confluence]\nthreshold = 0.6\n"))


def test_positions_without_a_stop_at_the_exchange_are_refused_here_as_well(settings_of):
    assert "on_close" in refusal(settings_of('[shadow.strict.risk.exits]\nstops = "on_close"\n'))


def test_a_broken_shadow_keeps_nothing_else_from_its_settings(settings_of):
    """The daemon starts: what is held must be looked after."""
    settings = settings_of("[shadow.strict.confluence]\ntreshold = 0.8\n[shadow]\nodd = 3\n")

    assert settings.confluence.threshold == 0.6


def test_without_any_shadow_it_is_said_how_one_is_written(settings_of):
    with pytest.raises(SettingsError, match=r"\[shadow.strict.confluence\]"):
        shadow_names(settings_of(""))


def test_a_name_that_is_none_of_them_is_told_with_those_there_are(settings_of):
    settings = settings_of("[shadow.strict.confluence]\nthreshold = 0.8\n")

    assert shadow_names(settings) == ("strict",)
    with pytest.raises(SettingsError, match="there are: strict"):
        shadow_names(settings, ("loose",))


@pytest.mark.parametrize("name", ["baseline", '"../x"', '"a b"'])
def test_names_that_would_be_mistaken_are_refused(settings_of, name):
    with pytest.raises(SettingsError, match="is called by"):
        shadow_settings(settings_of(f"[shadow.{name}.confluence]\nthreshold = 0.8\n"), name.strip('"'))


def test_what_is_no_table_is_told(settings_of):
    with pytest.raises(SettingsError, match=r"\[shadow.strict\] is no table"):
        shadow_settings(settings_of("[shadow]\nstrict = 3\n"), "strict")
