import pytest

from trading_bot.simulator.server.entrance.static_ip import RegisteredAddresses


def test_without_a_registration_every_address_may_write():
    assert RegisteredAddresses(()).allows("198.51.100.7")


def test_primary_and_secondary_are_allowed_in_any_spelling():
    addresses = RegisteredAddresses(("203.0.113.5", "2001:db8::1"))

    assert addresses.allows("203.0.113.5")
    assert addresses.allows("2001:0db8:0::1")
    assert not addresses.allows("198.51.100.7")
    assert not addresses.allows(None)


def test_a_registration_replaces_the_one_before():
    addresses = RegisteredAddresses(("203.0.113.5",))

    addresses.register("198.51.100.7", None, 5)

    assert not addresses.allows("203.0.113.5")
    assert (addresses.primary, addresses.secondary, addresses.updated_at_ms) == ("198.51.100.7", None, 5)


def test_what_is_no_address_is_refused():
    with pytest.raises(ValueError, match="nowhere"):
        RegisteredAddresses(()).register("nowhere", None, 0)
