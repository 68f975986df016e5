"""A market that stands still for a while: what its source says of that time is left out.

But for a second in the call auction, in which its orders are matched: some minutes before trading goes on.
"""

from collections.abc import Iterator
from datetime import date

from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.domain.market_data import Candle
from trading_bot.simulator.venue.contracts import MarketMoment, MarketSource
from trading_bot.simulator.venue.exchange.session_plan import MarketHalt

_MATCHED_AFTER = 2 / 3
"""Of the time of a call auction."""


class HaltedMarket:
    """A `MarketSource` without most of its moments inside a market-wide halt, those of an index included."""

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
        """The source's before and after the halt, and in the second of the auction's trades."""
        halt = self._halt
        first_ms = halt.auction_ms + round((halt.end_ms - halt.auction_ms) * _MATCHED_AFTER)
        matching = range(first_ms, first_ms + MS_PER_SECOND)
        moments = self._source.moments()
        return (one for one in moments if not halt.covers(one.at_ms) or one.at_ms in matching)


def interrupted(source: MarketSource, halt: MarketHalt | None) -> MarketSource:
    """The source, standing still where there is a halt."""
    return source if halt is None else HaltedMarket(source, halt)
