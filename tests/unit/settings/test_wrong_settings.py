"""What cannot be used is explained: where it stands, what is wrong, and what to write."""

import pytest


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
