"""What the broker says about market and account beside the books: status, holidays, quotes, addresses."""

from collections.abc import Sequence
from dataclasses import dataclass

from trading_bot.adapters.upstox.fields import Row
from trading_bot.adapters.upstox.rest import calls, decode_market
from trading_bot.adapters.upstox.rest.decode_market import ListedHoliday
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.domain.market_data import MarketPhase, Tick

_QUOTES_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountScope:
    """What the profile says that the account may do; None where it says nothing."""

    user_id: str
    is_active: bool
    exchanges: frozenset[str] | None
    products: frozenset[str] | None
    order_types: frozenset[str] | None


def _words(listed: object) -> frozenset[str] | None:
    return frozenset(map(str, listed)) if isinstance(listed, list) else None


class UpstoxMarket:
    """Questions that the feed does not answer, or that have to be cross-checked against it."""

    def __init__(self, reads: BrokerReads) -> None:
        self._reads = reads

    async def market_status(self, exchange: str) -> MarketPhase:
        """Return the session state of an exchange such as NSE or NFO. Raises ReadFailedError."""
        row = Row(await self._reads.data("market status", calls.market_status(exchange)), "market status")
        return row.choice("status", MarketPhase)

    async def holidays(self) -> tuple[ListedHoliday, ...]:
        """Return the listed days of the current year. Raises ReadFailedError."""
        return decode_market.holidays(await self._reads.data("holidays", calls.holidays()))

    async def quotes(self, instrument_keys: Sequence[str]) -> dict[str, Tick]:
        """Return the newest state by key; unknown keys are absent. Raises ReadFailedError."""
        found: dict[str, Tick] = {}
        for first in range(0, len(instrument_keys), _QUOTES_MAX):
            part = instrument_keys[first : first + _QUOTES_MAX]
            found |= decode_market.quotes(await self._reads.data("quotes", calls.full_quotes(part)))
        return found

    async def scope(self) -> AccountScope:
        """Return what the profile lets the account do. Raises ReadFailedError."""
        row = Row(await self._reads.data("profile", calls.profile()), "profile")
        return AccountScope(
            user_id=row.text("user_id"),
            is_active=row.fields.get("is_active") is not False,
            exchanges=_words(row.fields.get("exchanges")),
            products=_words(row.fields.get("products")),
            order_types=_words(row.fields.get("order_types")),
        )

    async def registered_ips(self) -> tuple[str, ...]:
        """Return the static addresses on record, primary first. Raises ReadFailedError."""
        row = Row(await self._reads.data("static addresses", calls.registered_ips()), "static addresses")
        addresses = (row.optional_text("primary_ip"), row.optional_text("secondary_ip"))
        return tuple(address for address in addresses if address)
