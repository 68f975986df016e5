import pytest
from pydantic import SecretStr, ValidationError

from trading_bot.adapters.upstox.settings import UpstoxSecrets, UpstoxSettings


def test_defaults_are_the_real_hosts():
    settings = UpstoxSettings()

    assert settings.api_url == "https://api.upstox.com"
    assert settings.order_url == "https://api-hft.upstox.com"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "http://localhost:9/", "http://[::1]:9", "https://x.example.test"]
)
def test_plain_http_is_for_loopback_and_https_for_all(url):
    assert UpstoxSettings(api_url=url).api_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.upstox.com",
        "http://127.0.0.1.example.test",
        "ftp://127.0.0.1",
        "api.upstox.com",
        "https://user:pass@api.upstox.com",
        "https://api.upstox.com/?x=1",
        "",
    ],
)
def test_address_that_could_leak_the_token_is_refused(url):
    with pytest.raises(ValidationError):
        UpstoxSettings(order_url=url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"read_timeout_s": 0},
        {"market_protection_pct": 26},
        {"market_protection_pct": 0},
        {"market_protection_pct": 0.03},
        {"market_protection_pct": -0.5},
        {"feed_batch": 501},
        {"feed_mode": "full_d30"},
        {"read_attempts": 0},
        {"api_uri": "https://api.upstox.com"},
    ],
)
def test_values_outside_their_range_and_unknown_keys_are_refused(wrong):
    with pytest.raises(ValidationError):
        UpstoxSettings(**wrong)


@pytest.mark.parametrize("protection", [-1, 0.5, 25])
def test_protection_is_automatic_or_a_percentage(protection):
    assert UpstoxSettings(market_protection_pct=protection).market_protection_pct == protection


def test_secrets_are_masked_in_every_printed_form():
    secrets = UpstoxSecrets(api_secret=SecretStr("hidden"), access_token=SecretStr("hidden too"))

    assert "hidden" not in f"{secrets!r} {secrets} {secrets.model_dump_json()}"
