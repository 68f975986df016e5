"""The login's calls over a real socket."""

from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.login import LoginAttempt, ask_for_phone_approval
from trading_bot.adapters.upstox.settings import UpstoxSecrets
from trading_bot.domain.errors import LoginNeededError

EXCHANGE = "/v2/login/authorization/token"
NOW_MS = 1_795_147_200_000
SECRETS = UpstoxSecrets(
    api_key=SecretStr("app-key"),
    api_secret=SecretStr("app-secret"),
    redirect_uri="http://127.0.0.1:8123/back",
)


@pytest.fixture
def attempt(settings):
    return LoginAttempt(settings, SECRETS, deadline_ms=NOW_MS + 60_000)


async def test_code_is_traded_for_a_token_in_a_form_without_authorization(broker, transport, attempt):
    broker.on("POST", EXCHANGE, 200, {"user_id": "AB1234", "access_token": "fresh"})

    token = await attempt.token(transport, SecretStr("the code"), NOW_MS)

    [asked] = broker.asked
    assert token.account == "AB1234"
    assert token.secret.get_secret_value() == "fresh"
    assert "Authorization" not in asked.headers
    assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert parse_qs(asked.body) == {
        "code": ["the code"],
        "client_id": ["app-key"],
        "client_secret": ["app-secret"],
        "redirect_uri": ["http://127.0.0.1:8123/back"],
        "grant_type": ["authorization_code"],
    }


async def test_refused_code_is_told_and_never_repeated(broker, transport, attempt):
    broker.on_error("POST", EXCHANGE, 401, "UDAPI100069", "mismatch")

    with pytest.raises(LoginNeededError, match="UDAPI100069"):
        await attempt.token(transport, SecretStr("x"), NOW_MS)

    assert len(broker.asked) == 1


@pytest.mark.parametrize("body", [{}, {"user_id": "AB1234"}, {"access_token": "x"}, [], b"<html/>"])
async def test_answer_without_token_or_account_is_no_login(broker, transport, attempt, body):
    broker.on("POST", EXCHANGE, 200, body)

    with pytest.raises(LoginNeededError):
        await attempt.token(transport, SecretStr("x"), NOW_MS)


async def test_login_of_another_account_is_refused(broker, transport, settings):
    broker.on("POST", EXCHANGE, 200, {"user_id": "ZZ9999", "access_token": "fresh"})
    mine = settings.model_copy(update={"account": "AB1234"})

    with pytest.raises(LoginNeededError, match="ZZ9999"):
        await LoginAttempt(mine, SECRETS, deadline_ms=NOW_MS).token(transport, SecretStr("x"), NOW_MS)


async def test_lost_answer_asks_for_a_new_login(broker, transport, attempt):
    broker.drops("POST", EXCHANGE)

    with pytest.raises(LoginNeededError, match="did not answer"):
        await attempt.token(transport, SecretStr("x"), NOW_MS)


async def test_phone_approval_is_asked_for_without_a_token(broker, transport):
    path = "/v3/login/auth/token/request/app-key"
    broker.on_success("POST", path, {"authorization_expiry": "1795212000000", "notifier_url": "https://x"})

    assert await ask_for_phone_approval(transport, SECRETS) == (1_795_212_000_000, "https://x")
    assert broker.asked[0].body == '{"client_secret": "app-secret"}'
    assert "Authorization" not in broker.asked[0].headers


@pytest.mark.parametrize("data", [None, {}, {"authorization_expiry": "soon"}])
async def test_approval_without_an_end_is_an_error(broker, transport, data):
    broker.on_success("POST", "/v3/login/auth/token/request/app-key", data)

    with pytest.raises(LoginNeededError):
        await ask_for_phone_approval(transport, SECRETS)


async def test_address_names_the_dialog_of_the_configured_host(broker, attempt):
    parts = urlsplit(attempt.url)

    assert f"{parts.scheme}://{parts.netloc}" == broker.url
    assert parts.path == "/v2/login/authorization/dialog"
