import pytest

from trading_bot.adapters.upstox.streams.sockets import check_address
from trading_bot.domain.errors import ReadFailedError


@pytest.mark.parametrize(
    "address",
    [
        "wss://wsfeeder-api.upstox.com/feeds?code=1",
        "wss://upstox.com/x",
        "ws://127.0.0.1:9/x",
        "ws://localhost/x",
    ],
)
def test_encrypted_addresses_of_the_broker_and_loopback_are_trusted(address):
    check_address(address, "upstox.com")


@pytest.mark.parametrize(
    "address",
    [
        "ws://wsfeeder-api.upstox.com/x",
        "wss://evilupstox.com/x",
        "wss://upstox.com.example.test/x",
        "wss://example.test/upstox.com",
        "https://api.upstox.com/x",
        "",
        "nonsense",
    ],
)
def test_other_addresses_are_refused(address):
    with pytest.raises(ReadFailedError):
        check_address(address, "upstox.com")


def test_refusal_does_not_quote_the_single_use_code():
    with pytest.raises(ReadFailedError) as caught:
        check_address("ws://api.upstox.com/x?code=9Xk2", "upstox.com")

    assert "9Xk2" not in str(caught.value)
