"""The token of the day while the daemon runs."""

from datetime import date, time

import pytest
from pydantic import SecretStr

from trading_bot.adapters.upstox.login.token_store import AccessToken, TokenStore, expiry_ms
from trading_bot.bootstrap.market.logins import Logins
from trading_bot.domain.ist import ms_at

MORNING = ms_at(date(2026, 11, 19), time(8, 0))


class Clock:
    """A time that the test moves."""

    now_ms = MORNING


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path):
    return TokenStore(tmp_path / "token.json")


def logins(store, clock, from_environment=None):
    given = None if from_environment is None else SecretStr(from_environment)
    return Logins(store, given, lambda: clock.now_ms)


def kept(store, secret="one"):
    store.save(
        AccessToken(
            secret=SecretStr(secret), account="A", issued_at_ms=MORNING, expires_at_ms=expiry_ms(MORNING)
        )
    )


def test_without_a_token_it_says_why(store, clock):
    found = logins(store, clock)

    assert found.look() is None
    assert found.secret() is None
    assert "python main.py login" in found.why_not


def test_a_stored_token_is_found_until_it_dies_at_half_past_three(store, clock):
    """Faults 26 and 27: a process that runs through the night drops it."""
    kept(store)
    found = logins(store, clock)
    assert found.look() is not None

    clock.now_ms = ms_at(date(2026, 11, 20), time(3, 30))

    assert found.look() is None
    assert "expired" in found.why_not


def test_a_rejected_token_is_not_offered_again_but_the_next_one_is(store, clock):
    kept(store)
    found = logins(store, clock)
    found.look()

    found.reject()

    assert found.look() is None
    kept(store, "two")
    assert found.look().secret.get_secret_value() == "two"


def test_the_environments_token_serves_where_none_is_stored(store, clock):
    assert logins(store, clock, "given").look().secret.get_secret_value() == "given"
