"""Every line of `check` that needs adapters, provoked once."""

import socket
from datetime import time
from time import monotonic

import pytest

from trading_bot.adapters.instance_lock import acquire_instance_lock
from trading_bot.bootstrap.answers.one_shot import wall_now_ms
from trading_bot.bootstrap.checks import account, addresses, looks
from trading_bot.domain.ist import MS_PER_DAY, date_of

BROKER_LINES = [
    "profile", "permissions", "funds", "static address", "egress address", "feed",
    "instruments", "eligibility", "app",
]  # fmt: skip
APP = {
    "UPSTOX_API_KEY": "app-key",
    "UPSTOX_API_SECRET": "app-secret",
    "UPSTOX_REDIRECT_URI": "http://127.0.0.1:8123/back",
}
SPECIAL_NAMES = frozenset({"token", *BROKER_LINES})


@pytest.fixture
def app(monkeypatch):
    for name, value in APP.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def broker(shell, simulator, app):
    url = simulator(client_id="app-key")
    shell.use_broker(url)
    return url


def states(lines, names):
    return [lines[name]["state"] for name in names]


def test_everything_is_green_after_a_login(shell, broker, check):
    shell.store_token()

    code, lines = check()

    assert code == 0
    assert states(lines, ["token", *BROKER_LINES, "calendar", "charges", "other instance"]) == ["ok"] * 13
    assert {"clock offset", "market today", "session", "notifier", "program"} <= set(lines)
    assert lines["funds"]["message"] == "10,00,000.00 rupees can be used"
    assert lines["instruments"]["message"] == "today's list: 4 instruments"
    assert lines["profile"]["message"] == "account SIM001 answers"
    assert "with 5 times their margin" in lines["eligibility"]["message"]


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


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"UPSTOX_API_KEY": "another"}, "the login page refuses it"),
        ({"UPSTOX_REDIRECT_URI": ""}, "UPSTOX_REDIRECT_URI is not set"),
        ({"UPSTOX_API_SECRET": ""}, "UPSTOX_API_SECRET is not set"),
    ],
)
def test_an_app_that_the_login_page_refuses_is_red(broker, check, monkeypatch, changes, message):
    for name, value in changes.items():
        monkeypatch.setenv(name, value)

    line = check()[1]["app"]

    assert line["state"] == "fail"
    assert message in line["message"]


def test_with_a_token_a_missing_app_stops_nothing_today(shell, broker, check, monkeypatch):
    monkeypatch.setenv("UPSTOX_API_KEY", "")
    shell.store_token()

    assert check()[1]["app"]["state"] == "warn"


def test_offline_asks_nobody_and_says_so(shell, check, app):
    shell.use_broker("http://127.0.0.1:9")
    shell.store_token()

    code, lines = check("--offline")

    assert code == 0
    assert {lines[name]["state"] for name in BROKER_LINES} == {"skip"}
    assert lines["funds"]["message"] == "not asked: --offline"
    assert states(lines, ["token", "calendar", "session"]) == ["ok"] * 3


def test_a_broker_that_hangs_does_not_hang_check(shell, check, app, monkeypatch):
    """V16: each line has its end, and all of them are asked at once."""
    monkeypatch.setattr(looks, "LIMIT_S", 0.5)
    monkeypatch.setattr(account, "_SHORT", dict.fromkeys(account._SHORT, 0.3) | {"read_attempts": 1})
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        shell.use_broker(f"http://127.0.0.1:{silent.getsockname()[1]}")
        shell.store_token()
        started_s = monotonic()

        code, lines = check()

    assert code == 1
    assert {lines[name]["state"] for name in ("profile", "permissions", "feed")} == {"fail"}
    assert states(lines, ["app", "clock offset", "eligibility"]) == ["warn"] * 3
    assert monotonic() - started_s < 10


def test_every_wait_of_check_together_stays_below_its_promise():
    """The slowest look, and a call that began just before its end."""
    call_s = account._SHORT["connect_timeout_s"] + account._SHORT["read_timeout_s"]

    assert looks.LIMIT_S + call_s < 15
    assert account._SHORT["answer_timeout_s"] < looks.LIMIT_S


@pytest.fixture
def notified(shell, broker):
    def at(port):
        shell.use_broker(broker, more=f'account = "SIM001"\n[login]\nnotifier_port = {port}\n')

    return at


def test_a_notifier_port_is_tried(notified, check):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        notified(port)

        line = check()[1]["notifier"]
        assert (line["state"], "it is in use" in line["message"]) == ("fail", True)

    assert check()[1]["notifier"]["message"].endswith("is free; the daemon will listen there")


def test_the_dashboards_port_is_tried(shell, check):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        shell.write_settings(f"[web]\nenabled = true\nport = {port}\n")

        code, lines = check("--mode replay")

        assert (code, lines["dashboard port"]["state"]) == (0, "warn")
        assert f"127.0.0.1:{port} cannot be opened: it is in use" in lines["dashboard port"]["message"]
        assert "web.port" in lines["dashboard port"]["fix"]

    assert check("--mode replay")[1]["dashboard port"]["message"].endswith(
        "is free; the daemon will listen there"
    )


def test_the_port_that_a_running_daemon_serves_is_no_trouble(shell, check):
    shell.data.mkdir()
    (shell.data / "paper.db").touch()
    with socket.create_server(("127.0.0.1", 0)) as ours:
        shell.write_settings(f"[web]\nenabled = true\nport = {ours.getsockname()[1]}\n")
        with acquire_instance_lock(shell.data / "paper.lock", started_at_ms=0):
            line = check("--mode replay")[1]["dashboard port"]

    assert (line["state"], "a daemon of these settings runs" in line["message"]) == ("ok", True)


def test_a_notifier_of_no_account_is_red(shell, broker, check):
    shell.use_broker(broker, more="[login]\nnotifier_port = 8124\n")

    line = check()[1]["login by phone"]

    assert (line["state"], line["fix"]) == ("fail", "write your user id into upstox.account")


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
    assert line["fix"] == ("" if state == "ok" else addresses.REGISTER)


@pytest.mark.parametrize(
    ("registered", "state", "message"),
    [
        ("127.0.0.1", "ok", "the order path takes calls"),
        ("203.0.113.9", "fail", "configured 203.0.113.9, request came from 127.0.0.1"),
    ],
)
def test_address_that_orders_leave_from_is_asked_of_the_order_path(
    *, shell, simulator, check, monkeypatch, registered, state, message
):
    """Fault 32."""
    monkeypatch.setenv("LIVE_TRADING", "yes")
    shell.use_broker(simulator(registered_addresses=(registered,)), mode="live")
    shell.store_token()

    line = check()[1]["egress address"]

    assert line["state"] == state
    assert message in line["message"]


def test_where_the_order_path_does_not_say_the_address_stays_yellow(shell, simulator, check, monkeypatch):
    monkeypatch.setenv("LIVE_TRADING", "yes")
    night = time(4, 0)
    shell.use_broker(simulator(start_at=night, hold_at=night), mode="live")
    shell.store_token()

    line = check()[1]["egress address"]

    assert (line["state"], line["message"][:8]) == ("warn", "unknown:")


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
    monkeypatch.setattr(account, "_NIGHT_HOURS", range(24))
    shell.use_broker("http://127.0.0.1:9")

    assert check()[1]["funds"]["state"] == "warn"


def test_funds_that_are_not_told_by_day_are_red(shell, broker, check, monkeypatch):
    shell.store_token()
    monkeypatch.setattr(account, "_NIGHT_HOURS", range(0))
    shell.use_broker("http://127.0.0.1:9")

    assert check()[1]["funds"]["state"] == "fail"


def test_an_account_without_funds_is_yellow(shell, simulator, check):
    shell.use_broker(simulator(opening_balance=0))
    shell.store_token()

    code, lines = check()

    assert code == 0
    assert (lines["funds"]["state"], lines["funds"]["fix"]) == ("warn", "add funds, or free margin")


def test_less_funds_than_sizes_follow_from_are_yellow_in_live(shell, simulator, check, monkeypatch):
    monkeypatch.setenv("LIVE_TRADING", "yes")
    shell.use_broker(simulator(opening_balance=400_000), mode="live")
    shell.store_token()

    line = check()[1]["funds"]

    assert (line["state"], "base_capital = 10,00,000" in line["message"]) == ("warn", True)
