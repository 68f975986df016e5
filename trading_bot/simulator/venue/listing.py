"""What the venue lists, and the newest market state of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trading_bot.domain.instrument import Instrument
from trading_bot.simulator.venue.contracts import MarketUpdate, VenueRefusal
from trading_bot.simulator.venue.exchange.session_plan import SessionPlan, SessionPlans


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One instrument on the venue's day."""

    instrument: Instrument
    plan: SessionPlan
    previous_close: int
    """Paise; 0 where there is none, as for a contract on its first day."""


@dataclass(frozen=True, slots=True)
class MarketBoard:
    """All listings, and the newest state of each; the dictionary of states is filled by the exchange."""

    listings: Mapping[str, Listing]
    markets: dict[str, MarketUpdate]

    def listing(self, instrument_key: str) -> Listing:
        """Look a listing up. Raises VenueRefusal when the instrument is not listed."""
        try:
            return self.listings[instrument_key]
        except KeyError as error:
            raise VenueRefusal(
                400, "UDAPI100011", f"Invalid instrument key {instrument_key}", "instrument_token"
            ) from error

    def last_price(self, instrument_key: str) -> int:
        """Last traded price in paise, before the first trade the previous close; 0 where neither is known."""
        market = self.markets.get(instrument_key)
        return market.last_price if market else self.listings[instrument_key].previous_close

    def reference_price(self, instrument_key: str) -> int:
        """Previous close in paise, where there is none the last traded price; 0 where neither is known."""
        return self.listings[instrument_key].previous_close or self.last_price(instrument_key)


def market_board(
    instruments: Sequence[Instrument], previous_closes: Mapping[str, int], plans: SessionPlans
) -> MarketBoard:
    """The board before the day's first update."""
    listings = {
        instrument.key: Listing(
            instrument=instrument,
            plan=plans(instrument),
            previous_close=previous_closes.get(instrument.key, 0),
        )
        for instrument in instruments
    }
    return MarketBoard(listings, {})
