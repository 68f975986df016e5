from datetime import time

import pytest

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.run import Mode
from trading_bot.settings.templates import default_toml

CAPITAL = ("risk", "sizing", "base_capital")


def test_without_any_source_every_value_is_the_default(project):
    loaded = project.load()

    assert loaded.settings.risk.sizing.base_capital == 1_000_000
    assert loaded.origins == {}
    assert loaded.warnings == ()


def test_environment_wins_over_dotenv_over_toml_over_default(project):
    project.write(
        "config/local.toml",
        "[risk.sizing]\nbase_capital = 2000\nmax_leverage = 2\nmax_risk_per_trade = 0.02\n",
    )
    project.write(".env", "BASE_CAPITAL=3000\nMAX_LEVERAGE=3\n")
    project.environment["BASE_CAPITAL"] = "4000"

    sizing = project.load().settings.risk.sizing

    assert (sizing.base_capital, sizing.max_leverage, sizing.max_risk_per_trade) == (4000, 3, 0.02)


def test_origin_names_file_and_line_or_the_environment_name(project):
    project.write("config/local.toml", "\n[risk.sizing]\n# mine\nmax_leverage = 2\n")
    project.write(".env", "# one\n\nMAX_RISK_PER_TRADE=0.02\n")
    project.environment["BASE_CAPITAL"] = "4000"

    loaded = project.load(overrides={("run", "mode"): ("--mode", "paper")})

    assert loaded.origin(("risk", "sizing", "max_leverage")) == "config/local.toml:4"
    assert loaded.origin(("risk", "sizing", "max_risk_per_trade")) == ".env:3 MAX_RISK_PER_TRADE"
    assert loaded.origin(CAPITAL) == "environment BASE_CAPITAL"
    assert loaded.origin(("run", "mode")) == "command line --mode"
    assert loaded.origin(("run", "live_trading")) == "default"


def test_command_line_wins_over_the_environment(project):
    project.environment["TRADING_BOT_MODE"] = "paper"

    assert project.load(overrides={("run", "mode"): ("--mode", "alerts")}).settings.mode is Mode.ALERTS


def test_a_named_config_file_replaces_the_local_one(project):
    project.write("config/local.toml", "[risk.sizing]\nbase_capital = 2000\nmax_leverage = 2\n")
    mine = project.write("mine.toml", "[risk.sizing]\nbase_capital = 5000\n")

    sizing = project.load(config_file=mine).settings.risk.sizing

    assert (sizing.base_capital, sizing.max_leverage) == (5000, 1.5)


def test_a_named_config_file_that_is_missing_is_refused(project):
    with pytest.raises(SettingsError, match=r"gone\.toml: cannot be read: No such file"):
        project.load(config_file=project.folder / "gone.toml")


def test_default_file_only_counts_as_origin_where_it_was_changed(project):
    project.write("config/default.toml", default_toml().replace("max_leverage = 1.5", "max_leverage = 1.6"))

    origins = project.load().origins

    assert list(origins) == [("risk", "sizing", "max_leverage")]
    assert origins["risk", "sizing", "max_leverage"].startswith("config/default.toml:")


def test_one_key_of_a_nested_section_keeps_the_defaults_of_the_others(project):
    project.write("config/local.toml", '[risk.windows]\nother_shares_flat_by = "15:05"\n')

    windows = project.load().settings.risk.windows

    assert (windows.other_shares_last_entry, windows.other_shares_flat_by) == (time(14, 45), time(15, 5))


@pytest.mark.parametrize("text", ["", "\n\n# nothing\n", "UPSTOX_API_KEY=\nUPSTOX_ACCESS_TOKEN=\n"])
def test_an_empty_dotenv_is_the_same_as_none_whatever_its_mode(project, text):
    project.write(".env", text, mode=0o644)

    assert project.load().origins == {}


def test_a_readable_dotenv_without_secrets_is_accepted(project):
    project.write(".env", "BASE_CAPITAL=4000\n", mode=0o644)

    assert project.load().settings.risk.sizing.base_capital == 4000


def test_known_names_are_accepted_with_their_usual_values(project):
    project.write(
        ".env",
        "UPSTOX_API_KEY=key-1\nUPSTOX_API_SECRET=secret-1\nUPSTOX_REDIRECT_URI=https://127.0.0.1/\n"
        "UPSTOX_ACCESS_TOKEN=token-1\nBASE_CAPITAL=1000000\nMAX_RISK_PER_TRADE=0.01\n"
        "MAX_CONCURRENT_POSITIONS=5\nSLIPPAGE_BPS=0.5\nATR_MULTIPLIER=2.0\nTRAILING_MULTIPLIER=1.5\n"
        "DEFAULT_SYMBOL=RELIANCE.NS\nTRADE_INTERVAL=15minute\nLIVE_PROCESSING_INTERVAL_SECONDS=5\nLIVE_TRADING=yes\nTRADING_BOT_MODE=live\n"
        "MAX_TRADES_PER_SYMBOL_PER_DAY=2\nMAX_TRADES_PER_DAY_GLOBAL=9\nMIN_ENTRY_TIME_AFTER_OPEN=20\n"
        "NO_NEW_ENTRY_AFTER_TIME=14:30\nEXIT_TIMEOUT_SECONDS=7\nTRADING_BOT__LOGS__MAX_BYTES=20000\n",
    )

    loaded = project.load()
    settings = loaded.settings

    assert settings.credentials.redirect_uri == "https://127.0.0.1/"
    assert set(loaded.secrets) == {"key-1", "secret-1", "token-1"}
    assert settings.risk.limits.max_concurrent_positions == 5
    assert settings.risk.limits.max_trades_per_symbol_per_day == 2
    assert settings.risk.limits.max_trades_per_day == 9
    assert settings.risk.exits.atr_stop_multiple == 2.0
    assert settings.risk.windows.min_entry_after_open_minutes == 20
    assert settings.risk.windows.no_new_entry_after == time(14, 30)
    assert settings.risk.exits.exit_step_timeout_s == 7
    assert settings.confluence.timeframe_minutes == 15
    assert settings.confluence.provisional_interval_s == 5
    assert settings.run.live_trading
    assert settings.mode is Mode.LIVE
    assert settings.logs.max_bytes == 20_000


def test_a_secret_can_lie_in_a_file_of_its_own(project):
    path = project.write("token", "day-token\n")
    project.environment["UPSTOX_ACCESS_TOKEN_FILE"] = str(path)

    assert project.load().secrets == ("day-token",)


def test_symbols_are_separated_by_commas(project):
    project.environment["SYMBOLS"] = "RELIANCE.NS, TCS"

    assert project.load().settings.run.symbols == ("RELIANCE.NS", "TCS")


def test_lenient_loading_leaves_out_what_is_wrong_and_says_so(project):
    project.write("config/local.toml", "[risk.sizing]\nmax_leverage = 99\nbase_capital = 4000\n")
    project.write(".env", "UPSTOX_ACCESS_TOKEN=tok-1\nFOO=1\n", mode=0o644)

    loaded = project.load(is_lenient=True)

    assert loaded.settings.risk.sizing.max_leverage == 1.5
    assert loaded.settings.risk.sizing.base_capital == 4000
    assert loaded.secrets == ("tok-1",)
    assert len(loaded.warnings) == 3


LOST_MODES = [
    ("config/local.toml", "[run\nmode = live", {}, False),
    ("config/local.toml", "[run]\nmode = 5", {}, False),
    ("config/local.toml", '[run]\nmode = "lvie"', {}, False),
    ("config/local.toml", "[run\nmode = live", {"TRADING_BOT_MODE": "paper"}, True),
    ("config/local.toml", '[run]\nmode = "live"\n[risk]\nfoo = 1', {}, True),
    (".env", "FOO=1", {}, True),
    (".env", "", {"TRADING_BOT_MODE": "lvie"}, False),
]


@pytest.mark.parametrize(("name", "text", "environment", "is_known"), LOST_MODES)
def test_a_mode_that_may_have_been_left_out_is_not_taken_for_the_default(
    project, name, text, environment, is_known
):
    """Fault 86: panic would be of another mode than the daemon's."""
    project.write(name, text)
    project.environment.update(environment)

    assert project.load(is_lenient=True).is_mode_known is is_known


def test_a_dotenv_that_is_lost_may_have_named_another_mode_than_the_file(project):
    project.write("config/local.toml", '[run]\nmode = "paper"')
    (project.folder / ".env").write_bytes(b"\xff\xfe")

    assert not project.load(is_lenient=True).is_mode_known
    assert project.load(is_lenient=True, overrides={("run", "mode"): ("--mode", "live")}).is_mode_known


def test_every_part_of_a_secret_address_is_known_to_the_redaction_of_logs(project):
    """Fault 115, V18."""
    project.write(".env", "ALERT_URL_1=tgram://123456789:AAcanary_bot/4200042\n")

    secrets = project.load().secrets

    assert {"123456789:AAcanary_bot", "AAcanary_bot", "4200042"} <= set(secrets)


def test_a_token_of_ones_own_that_is_too_short_is_told_how_one_is_made(project):
    project.environment["TRADING_BOT__WEB__OPERATOR_TOKEN"] = "short"

    with pytest.raises(SettingsError) as caught:
        project.load()

    assert "TRADING_BOT__WEB__OPERATOR_TOKEN = ********: too short, 32 characters are needed" in str(
        caught.value
    )
    assert "openssl rand" in str(caught.value)
