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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[risk.sizing]\nmax_risk_per_trade = 1.5",
            ("local.toml:2", "= 1.5", "at most 0.1", "looks like a percentage: write 0.015"),
        ),
        ("[risk.sizing]\nmax_risk_per_trade = 1", ("looks like a percentage: write 0.01",)),
        ("[risk.sizing]\nmax_risk_per_trade = 0", ("out of range", "above 0")),
        ("[risk.limits]\nmax_concurrent_positions = 0", ("= 0: out of range", "at least 1, at most 500")),
        (
            "[risk.limits]\nmax_concurrent_positions = 2.5",
            ("wrong type: a number instead of a whole number",),
        ),
        (
            "[risk.limits]\nmax_concurrent_positions = true",
            ("wrong type: true/false instead of a whole number",),
        ),
        ('[risk.limits]\nmax_concurrent_positions = "5"', ("wrong type: text", "without quotes")),
        ("[risk.limits]\nflatten_on_daily_loss = 1", ("instead of yes or no", "= true or")),
        ("[risk.sizing]\nbase_capital = inf", ("base_capital = inf", "out of range")),
        ('[run]\nsymbols = "TCS"', ("instead of a list", 'symbols = ["TCS"]')),
        (
            '[run]\nmode = "papr"',
            ("not one of the choices", "live, paper, alerts, replay", "did you mean paper?"),
        ),
        ("[run]\nmode = 3", ("wrong type: a number instead of text",)),
        ("[run]\nmode = paper", ("broken TOML", "text and times need quotes")),
        ("[run]\nlive_trading = true\nlive_trading = false", ("local.toml:3", "Cannot overwrite a value")),
        ("[run]\nmod = 'live'", ("run.mod: no such setting", "did you mean run.mode?")),
        ("[risk]\nmax_leverage = 1", ("no such setting", "did you mean risk.sizing.max_leverage?")),
        ("risk = 1", ("is a table of settings",)),
        ("[rsk.sizing]\nbase_captal = 1", ("no such setting", "did you mean risk.sizing.base_capital?")),
        ("[zzz]\nqqq = 1", ("no such setting", "`config show` lists")),
        (
            '[risk.windows]\nno_new_entry_after = "25:00"',
            ('"25:00": must be a time of day', "for example 14:45"),
        ),
        (
            "[risk.windows]\nno_new_entry_after = 1445",
            ("wrong type: a number", 'in quotes, as in no_new_entry_after = "14:45"'),
        ),
        (
            '[risk.windows]\nother_shares_flat_by = "14:00"',
            ("risk.windows: other_shares_last_entry (14:45) must come before other_shares_flat_by (14:00)",),
        ),
        (
            '[credentials]\napi_secret = "canary"',
            ("a secret does not belong in a TOML file", "UPSTOX_API_SECRET="),
        ),
        (
            '[upstox]\napi_key = "canary"',
            ("upstox.api_key: no such setting", "fix: remove it here and write UPSTOX_API_KEY=… into .env"),
        ),
        (
            "[rate]\nper_second = 4",
            ("entries_per_second (5) must not be above per_second (4)",),
        ),
    ],
)
def test_a_wrong_toml_file_is_explained(project, text, expected):
    project.write("config/local.toml", text)

    error = project.error()

    assert all(part in error for part in expected), error
    assert "canary" not in error


def test_values_that_contradict_each_other_are_told_with_their_own_places_only(project):
    project.write("config/local.toml", "[confluence]\nmacd_fast = 30\nrsi_period = 10")

    told = project.error()

    assert "local.toml:2: confluence: macd_fast (30) must be below macd_slow (26)" in told
    assert "local.toml:3" not in told


@pytest.mark.parametrize(
    ("text", "mode", "expected"),
    [
        ("MAX_RISK_PER_TRADE=1%", 0o600, ('.env:1: MAX_RISK_PER_TRADE = "1%": not a number', "write 0.01")),
        ("BASE_CAPITAL=10,00,000", 0o600, ("not a number", "write 1000000, without separators")),
        ("BASE_CAPITAL=much", 0o600, ("not a number", "the default is 1000000")),
        ("LIVE_TRADING=maybe", 0o600, ("not yes or no", "write yes or no")),
        ("TRADE_INTERVAL=day", 0o600, ('"day": not a whole number', "the default is 15")),
        ("BASE_CAPITAL=1\nBASE_CAPITAL=2", 0o600, (".env:2: BASE_CAPITAL: given twice: .env:1",)),
        (
            "BASE_CAPITAL=4000\nTRADING_BOT__RISK__SIZING__BASE_CAPITAL=2000",
            0o600,
            ("given twice: .env:1 as BASE_CAPITAL",),
        ),
        ("BASE_CAPITL=4000", 0o600, ("BASE_CAPITL: no such setting", "did you mean BASE_CAPITAL?")),
        ("just words", 0o600, (".env:1: not a NAME=value line",)),
        (
            "UPSTOX_API_KEY=canary-1",
            0o644,
            (".env: every user of this machine can read it", "chmod 600 .env"),
        ),
        ("UPSTOX_ACCESS_TOKEN_FILE=/nowhere", 0o600, ("cannot be read: No such file",)),
    ],
)
def test_a_wrong_dotenv_is_explained(project, text, mode, expected):
    """Faults 111 and 116."""
    project.write(".env", text, mode=mode)

    error = project.error()

    assert all(part in error for part in expected), error
    assert "canary" not in error


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("TRADING_BOT_MOD", "live", ("TRADING_BOT_MOD: no such setting", "did you mean TRADING_BOT_MODE?")),
        ("UPSTOX_TOKEN", "canary", ("UPSTOX_TOKEN: no such setting", "did you mean UPSTOX_ACCESS_TOKEN?")),
        ("TRADING_BOT__RISK__SIZING__BASE", "1", ("no such setting", "RISK__SIZING__BASE_CAPITAL?")),
        ("DAILY_LOSS_LIMIT", "2", ("environment: DAILY_LOSS_LIMIT", "write 0.02")),
        ("NO_NEW_ENTRY_AFTER_TIME", "1445", ("must be a time of day",)),
    ],
)
def test_a_wrong_environment_is_explained(project, name, value, expected):
    project.environment[name] = value

    error = project.error()

    assert all(part in error for part in expected), error
    assert "canary" not in error


def test_all_problems_are_listed_at_once(project):
    project.write("config/local.toml", "[risk.sizing]\nmax_leverage = 99\nbase = 1\n")
    project.write(".env", "FOO=1\n")
    project.environment["MAX_CONCURRENT_POSITIONS"] = "none"

    error = project.error()

    assert error.startswith("4 settings cannot be used:")


@pytest.mark.parametrize("name", ["config/local.toml", ".env"])
def test_a_file_that_is_not_text_is_refused(project, name):
    (project.folder / name).write_bytes(b"\xff\xfe\x00")

    assert "is not UTF-8 text" in project.error()


def test_names_of_other_programs_are_left_alone(project):
    project.environment |= {"PATH": "/bin", "MODE": "x", "TRADING_BOT_SHARED_DATA": "/data"}

    loaded = project.load()

    assert (loaded.origins, loaded.warnings) == ({}, ())


def test_a_near_miss_in_the_environment_is_warned_about(project):
    project.environment["MAX_RISK_PER_TRADES"] = "0.02"

    assert "did you mean MAX_RISK_PER_TRADE?" in project.load().warnings[0]


@pytest.mark.parametrize(
    ("section", "line", "fix"),
    [
        ("risk.limits", "max_open_risk = 1", "looks like a percentage: write 0.01"),
        ("risk.sizing", "capital_per_symbol = 5", "looks like a percentage: write 0.05"),
        ("risk.exits", "fixed_target = 0.9", "looks like a percentage: write 0.009"),
        ("confluence", "max_spread = 0.1", "looks like a percentage: write 0.001"),
        ("confluence", "max_bar_range = 1", "looks like a percentage: write 0.01"),
        ("confluence", "max_bar_range = 4", "looks like a percentage: write 0.04"),
        ("engine", "suspect_move = 1", "looks like a percentage: write 0.01"),
        ("rate", "entry_share = 60", "looks like a percentage: write 0.6"),
        ("simulator", "equity_intraday_margin = 20", "looks like a percentage: write 0.2"),
        ("simulator", "fixed_band = 1", "looks like a percentage: write 0.01"),
        ("simulator", "goods_and_services_tax = 18", "looks like a percentage: write 0.18"),
        ("backtest", "participation = 10", "looks like a percentage: write 0.1"),
        ("run", "slippage_bps = 0.00005", "looks like a fraction of one: write 0.5"),
        ("backtest", "spread_bps = 0.0005", "looks like a fraction of one: write 5"),
        ("simulator", "option_protection_pct = 0.05", "looks like a fraction of one: write 5"),
        ("upstox", "market_protection_pct = 0.05", "looks like a fraction of one: write 5"),
    ],
)
def test_a_ratio_in_the_wrong_unit_is_refused_with_what_was_probably_meant(project, section, line, fix):
    project.write("config/local.toml", f"[{section}]\n{line}")

    told = project.error()

    assert f"local.toml:2: {section}.{line}" in told
    assert fix in told


@pytest.mark.parametrize(
    ("section", "line"),
    [
        ("risk.sizing", "capital_per_symbol = 0.9"),
        ("risk.limits", "max_open_risk = 0.25"),
        ("risk.exits", "fixed_trail = 0"),
        ("confluence", "max_spread = 0.02"),
        ("confluence", "max_bar_range = 0.2"),
        ("engine", "suspect_move = 0.2"),
        ("run", "slippage_bps = 0"),
        ("run", "slippage_bps = 25"),
        ("upstox", "market_protection_pct = -1"),
        ("simulator", "equity_intraday_margin = 1"),
    ],
)
def test_a_ratio_that_a_careful_trader_may_want_is_taken_without_a_word(project, section, line):
    project.write("config/local.toml", f"[{section}]\n{line}")

    assert project.load().warnings == ()


def test_basis_points_that_smell_of_a_percentage_are_warned_about(project):
    project.write(".env", "SLIPPAGE_BPS=0.05")

    (warning,) = project.load().warnings

    assert warning == (
        ".env:1: SLIPPAGE_BPS = 0.05 is 0.0005%, unusually small; it is written in basis points, 100 are 1%: "
        "write 5 if you meant 0.05%"
    )


def test_a_suspiciously_small_ratio_is_warned_about(project):
    project.write(".env", "MAX_RISK_PER_TRADE=0.0001\n")

    (warning,) = project.load().warnings

    assert warning.startswith(".env:1: MAX_RISK_PER_TRADE = 0.0001 is 0.01%, unusually small")
    assert "write 0.01 if you meant 1%" in warning


def test_a_whole_account_in_one_position_is_warned_about(project):
    project.write("config/local.toml", "[risk.sizing]\nmax_position_fraction = 1\n")

    (warning,) = project.load().warnings

    assert "is 100%, unusually large" in warning


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
