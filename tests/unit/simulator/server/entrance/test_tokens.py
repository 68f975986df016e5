import pytest

from tests.fakes.scripted_market import at
from trading_bot.domain.ist import MS_PER_DAY
from trading_bot.simulator.server.entrance.tokens import HandshakePass, OneTimeCodes, Tokens, expiry_ms


@pytest.mark.parametrize(
    ("issued", "dies"),
    [("02:30", at("03:30")), ("03:30", at("03:30") + MS_PER_DAY), ("09:00", at("03:30") + MS_PER_DAY)],
)
def test_a_token_dies_at_the_next_half_past_three(issued, dies):
    tokens = Tokens("seed")
    token = tokens.issue(at(issued))

    assert expiry_ms(at(issued)) == dies
    assert tokens.is_valid(token, dies - 1)
    assert not tokens.is_valid(token, dies)


def test_unknown_tokens_are_refused_unless_any_is_accepted():
    assert not Tokens("seed").is_valid("x", 0)
    assert Tokens("seed", accept_any=True).is_valid("x", 0)
    assert not Tokens("seed", accept_any=True).is_valid("", 0)


def test_revoking_ends_every_token_even_where_any_is_accepted():
    tokens = Tokens("seed", accept_any=True)
    assert tokens.is_valid("x", 0)

    tokens.revoke_all()

    assert not tokens.is_valid("x", 0)
    assert not tokens.is_valid("y", 0)


def test_a_code_is_good_once_and_for_its_own_socket():
    codes = OneTimeCodes("seed")
    code = codes.issue(HandshakePass("market", "T"))

    assert codes.redeem(code, "portfolio") is None
    assert codes.redeem(code, "market") == HandshakePass("market", "T")
    assert codes.redeem(code, "market") is None
