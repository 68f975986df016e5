import pytest
from pydantic import SecretStr

from tests.fakes.dashboard import OPERATOR, READER, Clock
from trading_bot.web.access import Access, LockedOutError, Role
from trading_bot.web.lockout import Lockout
from trading_bot.web.tokens import Tokens

CLIENT = "127.0.0.1"


@pytest.fixture
def access() -> Access:
    clock = Clock()
    tokens = Tokens(operator=SecretStr(OPERATOR), read_only=SecretStr(READER))
    return Access(tokens, Lockout(clock, lambda _text: None), clock, 1.0)


@pytest.mark.parametrize(("token", "role"), [(OPERATOR, Role.OPERATOR), (READER, Role.READ_ONLY)])
def test_each_token_opens_its_role(access, token, role):
    session_id, grant = access.log_in(token, CLIENT)

    assert grant.role is role
    assert access.of_session(session_id) == grant
    assert access.of_token(token, CLIENT).role is role


def test_the_right_token_is_refused_while_locked_out(access):
    for _ in range(5):
        assert access.log_in("wrong", CLIENT) is None

    with pytest.raises(LockedOutError):
        access.log_in(OPERATOR, CLIENT)


def test_no_two_sessions_share_anything(access):
    (first, one), (second, other) = access.log_in(OPERATOR, CLIENT), access.log_in(OPERATOR, CLIENT)

    assert first != second
    assert one.csrf != other.csrf
    assert one.key != other.key


def test_sessions_are_bounded_and_the_oldest_goes(access):
    """V22."""
    ids = [access.log_in(OPERATOR, CLIENT)[0] for _ in range(101)]

    assert access.of_session(ids[0]) is None
    assert access.of_session(ids[1]) is not None


def test_a_session_is_kept_as_its_hash_only(access):
    """V18: what leaks from memory opens nothing."""
    session_id, _ = access.log_in(OPERATOR, CLIENT)

    assert session_id not in access._sessions
