"""The state of a login attempt (fault 33)."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.login import LoginAttempt, token_from_notice
from trading_bot.adapters.upstox.settings import UpstoxSecrets, UpstoxSettings
from trading_bot.domain.errors import LoginNeededError, SettingsError

NOW_MS = 1_795_147_200_000
SECRETS = UpstoxSecrets(
    api_key=SecretStr("app-key"), api_secret=SecretStr("s"), redirect_uri="http://127.0.0.1:8123/back"
)
NOTICE = {
    "client_id": "app-key",
    "user_id": "AB1234",
    "access_token": "fresh",
    "message_type": "access_token",
}


@pytest.fixture
def attempt():
    return LoginAttempt(UpstoxSettings(), SECRETS, deadline_ms=NOW_MS + 1000)


def state_of(attempt) -> str:
    return parse_qs(urlsplit(attempt.url).query)["state"][0]


def returned(state: str, code: str = "c1") -> str:
    return f"http://127.0.0.1:8123/back?code={code}&state={state}"


def test_address_carries_the_app_the_way_back_and_a_state(attempt):
    query = parse_qs(urlsplit(attempt.url).query)

    assert query["client_id"] == ["app-key"]
    assert query["response_type"] == ["code"]
    assert query["redirect_uri"] == ["http://127.0.0.1:8123/back"]
    assert len(query["state"][0]) >= 32


def test_returned_code_is_taken_when_the_state_fits(attempt):
    assert attempt.code_from(returned(state_of(attempt)), NOW_MS).get_secret_value() == "c1"


def test_state_works_once(attempt):
    address = returned(state_of(attempt))
    attempt.code_from(address, NOW_MS)

    with pytest.raises(LoginNeededError):
        attempt.code_from(address, NOW_MS)
    with pytest.raises(LoginNeededError):
        _ = attempt.url


def test_wrong_state_uses_the_attempt_up(attempt):
    right = returned(state_of(attempt))
    with pytest.raises(LoginNeededError):
        attempt.code_from(returned("guess"), NOW_MS)

    with pytest.raises(LoginNeededError):
        attempt.code_from(right, NOW_MS)


@pytest.mark.parametrize(
    "address", ["", "http://127.0.0.1/", "http://127.0.0.1/?code=c1", "http://127.0.0.1/?state=é"]
)
def test_return_without_the_state_is_refused(attempt, address):
    with pytest.raises(LoginNeededError):
        attempt.code_from(address, NOW_MS)


def test_return_without_a_code_is_refused(attempt):
    with pytest.raises(LoginNeededError, match="no code"):
        attempt.code_from(returned(state_of(attempt), code=""), NOW_MS)


def test_late_return_is_refused(attempt):
    with pytest.raises(LoginNeededError, match="lapsed"):
        attempt.code_from(returned(state_of(attempt)), NOW_MS + 1001)


def test_two_attempts_have_different_states(attempt):
    other = LoginAttempt(UpstoxSettings(), SECRETS, deadline_ms=NOW_MS)

    assert state_of(attempt) != state_of(other)


@pytest.mark.parametrize("missing", ["api_key", "redirect_uri"])
def test_missing_setting_is_named(missing):
    secrets = SECRETS.model_copy(update={missing: None})

    with pytest.raises(SettingsError, match=f"UPSTOX_{missing.upper()}"):
        _ = LoginAttempt(UpstoxSettings(), secrets, deadline_ms=NOW_MS).url


def test_notice_of_an_approval_gives_the_token():
    token = token_from_notice(json.dumps(NOTICE).encode(), UpstoxSettings(account="AB1234"), SECRETS, NOW_MS)

    assert (token.account, token.secret.get_secret_value()) == ("AB1234", "fresh")


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other"},
        {"client_id": None},
        {"user_id": "ZZ9999"},
        {"access_token": ""},
        {"message_type": "x"},
    ],
)
def test_notice_for_somebody_else_is_refused(change):
    body = json.dumps({**NOTICE, **change}).encode()

    with pytest.raises(LoginNeededError):
        token_from_notice(body, UpstoxSettings(account="AB1234"), SECRETS, NOW_MS)


def test_notice_that_is_not_json_is_refused():
    with pytest.raises(LoginNeededError):
        token_from_notice(b"<html/>", UpstoxSettings(), SECRETS, NOW_MS)
