"""The addresses from which orders may be written."""

from collections.abc import Sequence
from ipaddress import ip_address


class RegisteredAddresses:
    """Primary and secondary address of the account; none registered leaves the gate open."""

    def __init__(self, addresses: Sequence[str]) -> None:
        self.primary, self.secondary = (*addresses, None, None)[:2]
        self._canonical = _canonical(addresses)
        self.updated_at_ms: int | None = None

    def register(self, primary: str, secondary: str | None, now_ms: int) -> None:
        """Replace both addresses. Raises ValueError for what is no address."""
        addresses = [address for address in (primary, secondary) if address]
        self._canonical = _canonical(addresses)
        self.primary, self.secondary = primary, secondary
        self.updated_at_ms = now_ms

    def allows(self, address: str | None) -> bool:
        """Whether orders from this address are taken."""
        return not self._canonical or (address is not None and str(ip_address(address)) in self._canonical)


def _canonical(addresses: Sequence[str]) -> frozenset[str]:
    return frozenset(str(ip_address(address)) for address in addresses)
