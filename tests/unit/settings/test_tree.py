import pytest
from pydantic import ValidationError

from trading_bot.domain.errors import SettingsError
from trading_bot.settings.run import Mode
from trading_bot.settings.tree import (
    Settings,
    require_flat_before_broker,
    require_guarded_dashboard,
    require_live_opt_in,
    require_startable,
)


def test_settings_are_frozen():
    with pytest.raises(ValidationError):
        Settings().run = None


def test_settings_read_no_environment_behind_the_loader(monkeypatch):
    monkeypatch.setenv("RUN", '{"mode": "live"}')

    assert Settings().run.mode is None


@pytest.mark.parametrize(
    ("credentials", "mode"),
    [
        ({}, Mode.REPLAY),
        ({"api_key": "k"}, Mode.REPLAY),
        ({"api_key": "k", "api_secret": "s"}, Mode.PAPER),
        ({"access_token": "t"}, Mode.PAPER),
    ],
)
def test_mode_follows_from_the_credentials_when_it_is_not_set(credentials, mode):
    assert Settings(credentials=credentials).mode is mode


def test_live_needs_both_halves_of_its_opt_in():
    """Fault 113."""
    with pytest.raises(SettingsError, match="LIVE_TRADING=yes"):
        require_live_opt_in(Settings(run={"mode": "live"}))


@pytest.mark.parametrize(
    "run", [{"mode": "live", "live_trading": True}, {"mode": "paper"}, {"live_trading": True}]
)
def test_other_combinations_need_no_opt_in(run):
    require_live_opt_in(Settings(run=run))


@pytest.mark.parametrize(
    ("key", "clock"),
    [
        ("auction_shares_flat_by", "15:10"),
        ("other_shares_flat_by", "15:15"),
        ("derivatives_flat_by", "15:25"),
    ],
)
def test_our_square_off_comes_before_the_brokers(key, clock):
    require_flat_before_broker(Settings())

    with pytest.raises(SettingsError, match=f"risk.windows.{key} = {clock} is not before the broker"):
        require_flat_before_broker(Settings(risk={"windows": {key: clock}}))


def test_secrets_are_masked_in_every_printed_form():
    settings = Settings(credentials={"access_token": "canary-token"})

    assert "canary" not in f"{settings!r} {settings} {settings.model_dump_json()}"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bot.example.org", "127.0.0.1.example.org"])
@pytest.mark.parametrize(
    "given", [{}, {"allow_other_machines": True}, {"operator_token": "x" * 32}, {"read_only_token": "x" * 32}]
)
def test_a_dashboard_that_others_reach_needs_a_yes_and_a_token(host, given):
    """Fault 117."""
    with pytest.raises(SettingsError, match="panic button"):
        require_startable(Settings(web={"enabled": True, "host": host} | given))


def test_with_both_it_may_listen_where_others_reach_it():
    web = {"enabled": True, "host": "0.0.0.0", "allow_other_machines": True, "operator_token": "x" * 32}

    require_guarded_dashboard(Settings(web=web))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.8.8.8"])
def test_on_loopback_it_needs_neither(host):
    require_guarded_dashboard(Settings(web={"enabled": True, "host": host}))


def test_a_dashboard_that_is_off_may_be_set_up_in_any_way():
    require_guarded_dashboard(Settings(web={"host": "0.0.0.0"}))


def test_a_certificate_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "key.pem").write_text("", encoding="utf-8")
    web = {"enabled": True, "tls_certificate": tmp_path / "x.pem", "tls_key": tmp_path / "key.pem"}

    with pytest.raises(SettingsError, match=r"web.tls_certificate = .*x.pem is missing"):
        require_guarded_dashboard(Settings(web=web))


@pytest.mark.parametrize("name", ["tls_certificate", "tls_key"])
def test_half_of_tls_is_refused(name):
    with pytest.raises(SettingsError, match="belong together"):
        require_guarded_dashboard(Settings(web={"enabled": True, name: "x.pem"}))


def test_the_dashboard_is_off_by_default():
    assert not Settings().web.enabled
