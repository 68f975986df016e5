"""Prices in of what is held where the feed brings none: once a second while it is down.

A feed that speaks of others may have lost one: that is asked for less often, since it may just not trade.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trading_bot.domain.errors import ReadFailedError
from trading_bot.domain.ist import MS_PER_SECOND
from trading_bot.engine.engine import Engine
from trading_bot.engine.inputs import QuotesRead
from trading_bot.engine.ports import Clock, Quotes
from trading_bot.engine.state import is_silent
from trading_bot.engine.workers.failed_read import tell_failed_read

_BEAT_MS = 1 * MS_PER_SECOND
_SILENT_BEAT_MS = 5 * MS_PER_SECOND
_AFTER_FAILURE_MS = 10 * MS_PER_SECOND


@dataclass(frozen=True, slots=True)
class QuoteWorker:
    """Stops rest at the exchange; targets, trailing and the second line of defence need prices."""

    engine: Engine
    quotes: Quotes
    clock: Clock
    name: str = "quotes"

    async def run(self, beat: Callable[[], None]) -> None:
        """Look each second, and ask while it is needed, until cancelled."""
        while True:
            beat()
            wait_ms = await self._look()
            await self.clock.sleep_until(self.clock.now_ms() + wait_ms)

    async def _look(self) -> int:
        """Ask if it is needed; milliseconds until the next look."""
        state = self.engine.state
        keys = sorted({trade.instrument_key for trade in state.book.trades.values()})
        unseen = [key for key in keys if self._is_unseen(key)]
        if not unseen:
            return _BEAT_MS
        try:
            found = await self.quotes.quotes(unseen)
        except ReadFailedError as error:
            await tell_failed_read(self.engine, "quotes", error)
            return _AFTER_FAILURE_MS
        await self.engine.handle(QuotesRead(at_ms=0, ticks=tuple(found.values())))
        return _SILENT_BEAT_MS if state.market.is_feed_up else _BEAT_MS

    def _is_unseen(self, key: str) -> bool:
        state = self.engine.state
        series = state.market.series.get(key)
        return series is not None and series.hours.is_open(self.clock.now_ms()) and is_silent(state, series)
