"""A market that stands still for a while: what its source says of that time is left out."""

from collections.abc import Iterator
from datetime import date

from trading_bot.domain.market_data import Candle
from trading_bot.simulator.venue.contracts import MarketMoment, MarketSource
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt


class HaltedMarket:
    """A `MarketSource` without its moments inside a market-wide halt, those of an index included."""

    def __init__(self, source: MarketSource, halt: MarketHalt) -> None:
        self._source = source
        self._halt = halt
        self.on = source.on
        self.description = source.description
        self.instruments = source.instruments

    def previous_close(self, instrument_key: str) -> int:
        """The source's."""
        return self._source.previous_close(instrument_key)

    def history(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """The source's."""
        return self._source.history(instrument_key, first, last)

    def moments(self) -> Iterator[MarketMoment]:
        """The source's before and after the halt."""
        return (moment for moment in self._source.moments() if not self._halt.covers(moment.at_ms))


def interrupted(source: MarketSource, halt: MarketHalt | None) -> MarketSource:
    """The source, standing still where there is a halt."""
    return source if halt is None else HaltedMarket(source, halt)
