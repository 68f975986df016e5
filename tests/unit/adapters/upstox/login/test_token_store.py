"""The token of the day on disk (fault 30)."""

import errno
import json
import os
from datetime import datetime

import pytest
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, expiry_ms, usable_token
from trading_bot.domain.errors import LoginNeededError
from trading_bot.domain.ist import IST, ms_of


def at(text: str) -> int:
    return ms_of(datetime.fromisoformat(text).replace(tzinfo=IST))


ISSUED_MS = at("2026-11-20 08:30")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "token.json"


@pytest.fixture
def token():
    return AccessToken(
        secret=SecretStr("secret"),
        account="AB1234",
        issued_at_ms=ISSUED_MS,
        expires_at_ms=expiry_ms(ISSUED_MS),
    )


@pytest.mark.parametrize(
    ("issued", "dies"),
    [
        ("2026-11-20 08:30", "2026-11-21 03:30"),
        ("2026-11-20 02:30", "2026-11-20 03:30"),
        ("2026-11-20 03:30", "2026-11-21 03:30"),
        ("2026-12-31 23:59", "2027-01-01 03:30"),
    ],
)
def test_token_dies_at_the_next_half_past_three(issued, dies):
    assert expiry_ms(at(issued)) == at(dies)


def test_stored_token_comes_back(path, token):
    TokenStore(path).save(token)

    assert TokenStore(path, "AB1234").load(ISSUED_MS) == token


def test_file_can_be_read_by_its_owner_only_whatever_the_umask(path, token):
    before = os.umask(0)
    try:
        TokenStore(path).save(token)
    finally:
        os.umask(before)

    assert path.stat().st_mode & 0o777 == 0o600


def test_new_token_replaces_the_old_one_and_leaves_nothing_beside(path, token):
    store = TokenStore(path)
    store.save(token)
    path.with_name("token.json.new").write_text("left by a crash")

    store.save(token)

    assert [file.name for file in path.parent.iterdir()] == ["token.json"]


def test_expired_token_asks_for_a_login(path, token):
    TokenStore(path).save(token)

    with pytest.raises(LoginNeededError, match="2026-11-21 03:30"):
        TokenStore(path).load(at("2026-11-21 03:30"))


def test_token_of_another_account_is_refused(path, token):
    TokenStore(path).save(token)

    with pytest.raises(LoginNeededError, match="ZZ9999"):
        TokenStore(path, "ZZ9999").load(ISSUED_MS)


def test_file_that_others_can_read_is_refused(path, token):
    TokenStore(path).save(token)
    path.chmod(0o644)

    with pytest.raises(LoginNeededError, match="644"):
        TokenStore(path).load(ISSUED_MS)


def test_missing_file_asks_for_a_login(path):
    with pytest.raises(LoginNeededError, match="log in"):
        TokenStore(path).load(ISSUED_MS)


def test_every_half_written_file_is_refused(path, token):
    TokenStore(path).save(token)
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(LoginNeededError):
            TokenStore(path).load(ISSUED_MS)


@pytest.mark.parametrize(
    "change", [{"access_token": ""}, {"account": None}, {"expires_at_ms": "x"}, {"issued_at_ms": None}]
)
def test_file_with_a_wrong_field_is_refused(path, token, change):
    TokenStore(path).save(token)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))

    with pytest.raises(LoginNeededError):
        TokenStore(path).load(ISSUED_MS)


def test_expiry_beyond_what_the_broker_grants_is_refused(path, token):
    TokenStore(path).save(token)
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, "expires_at_ms": stored["expires_at_ms"] + 1}))

    with pytest.raises(LoginNeededError, match="03:30"):
        TokenStore(path).load(ISSUED_MS)


def test_forgotten_token_is_gone(path, token):
    store = TokenStore(path)
    store.save(token)

    store.forget()
    store.forget()

    assert not path.exists()


def test_stored_token_is_preferred_to_that_of_the_environment(path, token):
    TokenStore(path).save(token)

    assert usable_token(TokenStore(path), SecretStr("other"), ISSUED_MS) == token


def test_environment_s_token_serves_where_none_is_stored(path):
    found = usable_token(TokenStore(path), SecretStr(" other \n"), ISSUED_MS)

    assert found.secret.get_secret_value() == "other"
    assert found.expires_at_ms == at("2026-11-21 03:30")


@pytest.mark.parametrize("empty", [None, SecretStr(""), SecretStr("  ")])
def test_empty_environment_is_the_same_as_none(path, empty):
    with pytest.raises(LoginNeededError):
        usable_token(TokenStore(path), empty, ISSUED_MS)


def test_a_disk_that_does_not_take_the_token_is_told(path, token, monkeypatch):
    """Fault 90."""

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(
        LoginNeededError, match="cannot be written, so the token is lost: No space left on device"
    ):
        TokenStore(path).save(token)
