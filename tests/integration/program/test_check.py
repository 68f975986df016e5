"""Every line of `check` that needs adapters, provoked once."""

from datetime import date

import pytest

from trading_bot.bootstrap.answers import account_checks
from trading_bot.bootstrap.answers.check_lines import charges_line, rules_lines
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.domain.errors import SettingsError
from trading_bot.domain.ist import MS_PER_DAY, date_of
from trading_bot.report.check_line import CheckState, calendar_line
from trading_bot.settings.tree import Settings

BROKER_LINES = ["profile", "funds", "static address", "feed", "instruments"]
SPECIAL_NAMES = frozenset({"token", *BROKER_LINES})


@pytest.fixture
def broker(shell, simulator):
    url = simulator()
    shell.use_broker(url)
    return url


def states(lines, names):
    return [lines[name]["state"] for name in names]


def test_everything_is_green_after_a_login(shell, broker, check):
    shell.store_token()

    code, lines = check()

    assert code == 0
    assert states(lines, ["token", *BROKER_LINES, "calendar", "charges", "other instance"]) == ["ok"] * 9
    assert lines["funds"]["message"] == "1,000,000.00 rupees can be used"
    assert lines["instruments"]["message"] == "today's list: 4 instruments"
    assert lines["profile"]["message"] == "account SIM001 answers"


def test_replay_needs_nothing_of_the_broker(check):
    code, lines = check("--mode replay")

    assert code == 0
    assert {lines[name]["message"] for name in SPECIAL_NAMES} == {"not needed in mode replay"}


def test_missing_token_is_red_and_ends_with_exit_code_3(broker, check):
    code, lines = check()

    assert code == 3
    assert lines["token"]["state"] == "fail"
    assert lines["token"]["fix"] == "python main.py login"
    assert lines["profile"]["message"] == "not asked: there is no valid token"
    assert lines["instruments"]["state"] == "ok"


def test_expired_token_is_red_and_ends_with_exit_code_3(shell, broker, check):
    shell.store_token(issued_at_ms=wall_now_ms() - 2 * MS_PER_DAY)

    code, lines = check()

    assert code == 3
    assert "expired at" in lines["token"]["message"]


def test_token_of_another_account_is_red(shell, broker, check):
    shell.use_broker(broker, more='account = "AB1234"\n')
    shell.store_token()

    assert check()[1]["token"]["state"] == "fail"


def test_token_from_the_environment_is_yellow_and_used(broker, check, monkeypatch):
    monkeypatch.setenv("UPSTOX_ACCESS_TOKEN", "token-of-the-day")

    code, lines = check()

    assert code == 0
    assert lines["token"]["state"] == "warn"
    assert lines["profile"]["state"] == "ok"


def test_token_that_the_broker_does_not_accept_turns_its_lines_red(shell, broker, check):
    shell.store_token(secret="revoked")

    code, lines = check()

    assert code == 3
    assert states(lines, ["profile", "funds", "feed"]) == ["fail"] * 3
    assert lines["profile"]["fix"] == "python main.py login"


def test_profile_of_another_account_is_red(shell, broker, check):
    shell.store_token(account="AB1234")

    assert "belongs to account SIM001" in check()[1]["profile"]["message"]


def test_unreachable_broker_is_red_with_exit_code_1(shell, check):
    shell.use_broker("http://127.0.0.1:9")
    shell.store_token()

    code, lines = check()

    assert code == 1
    assert states(lines, ["profile", "feed", "instruments"]) == ["fail"] * 3


@pytest.fixture
def live(shell, simulator, monkeypatch):
    """A shell with both halves of the live opt-in, and a broker that has an address on record."""
    monkeypatch.setenv("LIVE_TRADING", "yes")
    return shell, simulator(registered_addresses=("203.0.113.9",))


LIVE_ADDRESS = [
    ('static_ip = "203.0.113.9"\n', "ok", "203.0.113.9 is registered"),
    ('static_ip = "203.0.113.8"\n', "fail", "not registered at the broker"),
    ("", "warn", "upstox.static_ip is not set; at the broker: 203.0.113.9"),
]


@pytest.mark.parametrize(("more", "state", "message"), LIVE_ADDRESS)
def test_static_address_is_compared_with_the_brokers_record_in_live(*, live, check, more, state, message):
    shell, url = live
    shell.use_broker(url, mode="live", more=more)
    shell.store_token()

    line = check()[1]["static address"]

    assert line["state"] == state
    assert message in line["message"]


def test_a_symbol_that_the_broker_does_not_list_is_red_with_suggestions(shell, broker, check, monkeypatch):
    monkeypatch.setenv("SYMBOLS", "RELIANCEE")
    shell.store_token()

    code, lines = check()

    assert (code, lines["instruments"]["state"]) == (2, "fail")
    assert "did you mean RELIANCE" in lines["instruments"]["message"]


def test_a_symbol_that_a_replay_refuses_is_red(check, monkeypatch):
    monkeypatch.setenv("SYMBOLS", "RELIANC")

    code, lines = check("--mode replay")

    assert (code, lines["instruments"]["state"]) == (2, "fail")
    assert "did you mean RELIANCE" in lines["instruments"]["message"]
    monkeypatch.setenv("SYMBOLS", "RELIANCE,MYSHARE")

    assert check("--mode replay")[1]["instruments"]["state"] == "ok"


def test_a_misspelt_strategy_is_red(check, monkeypatch):
    assert check("--mode replay")[1]["strategies"] == {
        "name": "strategies", "state": "ok", "message": "confluence", "fix": ""
    }  # fmt: skip
    monkeypatch.setenv("TRADING_BOT__RUN__STRATEGIES", "conflunce")

    code, lines = check("--mode replay")

    assert (code, lines["strategies"]["state"]) == (2, "fail")
    assert "did you mean confluence" in lines["strategies"]["message"]


def test_yesterdays_list_of_instruments_is_yellow(shell, broker, check):
    shell.store_token()
    check()
    (stored,) = (shell.data / "instruments").iterdir()
    stored.rename(stored.with_name(f"NSE-{date_of(wall_now_ms() - MS_PER_DAY)}.json.gz"))
    shell.write_settings(
        (shell.folder / "config/local.toml").read_text(encoding="utf-8").replace("/exchange", "/nothing")
    )

    assert check()[1]["instruments"]["state"] == "warn"


def test_funds_that_are_not_told_at_night_are_yellow(shell, broker, check, monkeypatch):
    shell.store_token()
    monkeypatch.setattr(account_checks, "_NIGHT_HOURS", range(24))
    shell.use_broker("http://127.0.0.1:9")

    assert check()[1]["funds"]["state"] == "warn"


def test_funds_that_are_not_told_by_day_are_red(shell, broker, check, monkeypatch):
    shell.store_token()
    monkeypatch.setattr(account_checks, "_NIGHT_HOURS", range(0))
    shell.use_broker("http://127.0.0.1:9")

    assert check()[1]["funds"]["state"] == "fail"


def test_an_account_without_funds_is_yellow(shell, simulator, check):
    shell.use_broker(simulator(opening_balance=0))
    shell.store_token()

    code, lines = check()

    assert code == 0
    assert (lines["funds"]["state"], lines["funds"]["fix"]) == ("warn", "add funds, or free margin")


def test_calendar_that_ends_soon_is_yellow_and_one_that_has_ended_red(market_rules):
    last = market_rules.calendar.last_covered

    assert calendar_line(lambda: last, date(2026, 12, 20)).state is CheckState.WARN
    assert calendar_line(lambda: last, date(2027, 1, 1)).state is CheckState.FAIL


def test_charges_that_are_not_known_today_are_red(market_rules):
    line = charges_line(market_rules, date(2027, 1, 1))

    assert (line.state, line.exit_code) == (CheckState.FAIL, 2)
    assert "config/market/charges.toml" in line.fix


def test_unreadable_market_rules_are_red(shell):
    def broken():
        raise SettingsError("calendar.toml: broken")

    (line,) = rules_lines(broken, Settings(), date(2026, 11, 19))

    assert (line.name, line.exit_code) == ("market rules", 2)
