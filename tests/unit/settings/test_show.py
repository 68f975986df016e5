import json

import pytest

from trading_bot.settings.show import settings_json, settings_text, shown_settings


def test_every_value_is_shown_with_its_origin(project):
    project.write("config/local.toml", "[risk.sizing]\nmax_leverage = 2\n")

    rows = json.loads(settings_json(project.load()))

    assert rows["risk.sizing.max_leverage"] == {"value": 2.0, "origin": "config/local.toml:2"}
    assert rows["risk.windows.other_shares_flat_by"] == {"value": "15:10", "origin": "default"}
    assert rows["risk.limits.max_concurrent_positions"]["value"] == 3


def test_secrets_are_masked_in_both_forms(project):
    project.environment |= {"UPSTOX_API_KEY": "canary-1", "UPSTOX_ACCESS_TOKEN": "canary-2"}
    loaded = project.load()

    shown = settings_text(loaded) + settings_json(loaded)

    assert "canary" not in shown
    assert "environment UPSTOX_ACCESS_TOKEN" in shown


def test_mode_in_effect_is_shown_with_its_reason(project):
    project.environment["UPSTOX_ACCESS_TOKEN"] = "t"

    row = shown_settings(project.load())[0]

    assert row == ("run.mode", "paper", "default, since credentials are set")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ((), "no credentials are set"),
        (("UPSTOX_API_KEY",), "UPSTOX_API_SECRET is not set"),
        (("UPSTOX_API_SECRET",), "UPSTOX_API_KEY is not set"),
    ],
)
def test_what_is_missing_for_the_real_market_is_named(project, given, reason):
    project.environment.update(dict.fromkeys(given, "t"))

    assert shown_settings(project.load())[0] == ("run.mode", "replay", f"default, since {reason}")


def test_text_has_one_aligned_line_for_each_setting(project):
    project.environment["SYMBOLS"] = "A,B"
    lines = settings_text(project.load()).splitlines()

    assert any(line.split() == ["run.symbols", "A,", "B", "environment", "SYMBOLS"] for line in lines)
    assert any(line.split() == ["run.live_trading", "no", "default"] for line in lines)
    assert any(line.split() == ["risk.windows.no_new_entry_after", "-", "default"] for line in lines)


def test_of_tables_by_name_the_text_has_the_names_and_the_document_everything(project):
    strict = "[shadow.strict.confluence]\nthreshold = 0.9\n"
    wide = "[shadow.wide.risk.exits]\natr_stop_multiple = 3.0\n"
    project.write("config/local.toml", strict + wide)
    loaded = project.load()

    (line,) = (line for line in settings_text(loaded).splitlines() if line.startswith("shadow "))
    assert line.split("  ")[-1].strip() == "config/local.toml"
    assert "strict, wide" in line
    shown = json.loads(settings_json(loaded))["shadow"]["value"]
    assert shown["strict"] == {"confluence": {"threshold": 0.9}}
