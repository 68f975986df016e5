"""The simulator's market as the engine's feed and history, without a wire between."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import date

from trading_bot.domain.instrument import InstrumentKind
from trading_bot.domain.ist import MS_PER_MINUTE, date_of, midnight_ms
from trading_bot.domain.market_data import Candle, Frame, MarketStatus, Tick
from trading_bot.domain.outlook import DayClose
from trading_bot.engine.ports import Clock
from trading_bot.simulator.server.session.day_record import MarketDay, fresh_day
from trading_bot.simulator.venue.contracts import MarketMoment, MarketSource, MarketUpdate, OrderRow
from trading_bot.simulator.venue.venue import Venue


class MarketFeed:
    """Plays a market source on a clock: first the venue sees each moment, then whoever reads.

    Between moments it lets the venue do what is due by itself, so that answers do not wait for a tick.
    """

    def __init__(self, source: MarketSource, venue: Venue, clock: Clock) -> None:
        self._source = source
        self._venue = venue
        self._clock = clock
        self._kicked = asyncio.Event()
        self._indices = {
            instrument.key for instrument in source.instruments if instrument.kind is InstrumentKind.INDEX
        }
        self._moments = source.moments()
        venue.subscribe(self._kick)

    def _kick(self, _row: OrderRow) -> None:
        self._kicked.set()

    async def messages(self, instrument_keys: Sequence[str]) -> AsyncGenerator[Frame | MarketStatus | None]:
        """Yield every moment from the clock's time on; a second reader goes on where the first left off."""
        wanted = set(instrument_keys)
        for moment in self._moments:
            await self._wait_for(moment.at_ms)
            self._venue.on_market(moment)
            ticks = tuple(self._tick(update) for update in moment.updates if update.instrument_key in wanted)
            if ticks:
                yield Frame(moment.at_ms, ticks)
        while (due_ms := self._venue.next_due_ms) is not None:
            await self._wait_for(due_ms)

    async def reconnect(self) -> None:
        """Do nothing: there is no connection."""

    async def _wait_for(self, at_ms: int) -> None:
        while self._clock.now_ms() < at_ms:
            self._kicked.clear()
            due_ms = self._venue.next_due_ms
            await self._clock.wait_for(self._kicked, at_ms if due_ms is None else min(at_ms, due_ms))
            self._venue.advance(min(at_ms, self._clock.now_ms()))

    def _tick(self, update: MarketUpdate) -> Tick:
        bid = update.bids[0] if update.bids else (0, 0)
        ask = update.asks[0] if update.asks else (0, 0)
        is_index = update.instrument_key in self._indices
        return Tick(
            update.instrument_key,
            update.last_price,
            update.traded_at_ms,
            None if is_index else update.day_volume,
            *bid,
            *ask,
        )


class SourceHistory:
    """The history before the day as the source has it, and the day's own minutes once they are over.

    Today's are asked for after a gap in the feed only, so they are gathered only then: by a second reading of
    the day, up to the time of the question.
    """

    def __init__(self, source: MarketSource, now_ms: Callable[[], int]) -> None:
        self._source = source
        self._now_ms = now_ms
        self._today: MarketDay | None = None
        self._moments = source.moments()
        self._next: MarketMoment | None = None

    async def minute_candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Return finished 1-minute candles inside the range, oldest first."""
        earlier = self._source.history(instrument_key, first, last)
        if not first <= self._source.on <= last:
            return earlier
        now_ms = self._now_ms()
        today = self._day_until(now_ms).find(instrument_key)
        minutes = () if today is None else today.candles()
        return (*earlier, *(minute for minute in minutes if minute.start_ms + MS_PER_MINUTE <= now_ms))

    async def day_closes(self, instrument_key: str, first: date, last: date) -> tuple[DayClose, ...]:
        """Return the last close of each earlier session inside the range, oldest first."""
        candles = self._source.history(instrument_key, first, last)
        by_day = {date_of(candle.start_ms): candle.close for candle in candles}
        return tuple(DayClose(on, close) for on, close in by_day.items() if on < self._source.on)

    def _day_until(self, now_ms: int) -> MarketDay:
        if self._today is None:
            source = self._source
            self._today = fresh_day(source, source.instruments, midnight_ms(source.on))
            self._next = next(self._moments, None)
        while self._next is not None and self._next.at_ms <= now_ms:
            self._today.apply(self._next)
            self._next = next(self._moments, None)
        return self._today
