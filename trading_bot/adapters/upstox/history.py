"""Candles of the past and of today: Upstox behind the History port."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from trading_bot.adapters.upstox import calls, decode_market
from trading_bot.adapters.upstox.pacing import CallPace
from trading_bot.adapters.upstox.reads import BrokerReads
from trading_bot.adapters.upstox.transport import Call
from trading_bot.domain.ist import MS_PER_MINUTE, date_of
from trading_bot.domain.market_data import Candle

_PAGE = timedelta(days=27)  # both ends count: 28 days are never more than the month that one call may span


class UpstoxHistory:
    """1-minute candles, from the historical call for days past and the intraday call for today."""

    def __init__(self, reads: BrokerReads, pace: CallPace, clock_ms: Callable[[], int]) -> None:
        self._reads = reads
        self._pace = pace
        self._clock_ms = clock_ms

    async def minute_candles(self, instrument_key: str, first: date, last: date) -> tuple[Candle, ...]:
        """Return finished 1-minute candles of `first` to `last` inclusive, oldest first.

        Minutes without a trade have no candle. Raises ReadFailedError.
        """
        today = date_of(self._clock_ms())
        wanted = [
            calls.past_minutes(instrument_key, *page)
            for page in _pages(first, min(last, today - timedelta(days=1)))
        ]
        if first <= today <= last:
            wanted.append(calls.minutes_of_today(instrument_key))
        by_start: dict[int, Candle] = {}
        for call in wanted:
            by_start.update((candle.start_ms, candle) for candle in await self._read(instrument_key, call))
        finished_before_ms = self._clock_ms() - MS_PER_MINUTE
        return tuple(
            by_start[start_ms]
            for start_ms in sorted(by_start)
            if start_ms <= finished_before_ms and first <= date_of(start_ms) <= last
        )

    async def _read(self, instrument_key: str, call: Call) -> tuple[Candle, ...]:
        await self._pace.wait()
        data = await self._reads.data(f"candles of {instrument_key}", call, exact=False)
        return decode_market.candles(data, instrument_key)


def _pages(first: date, last: date) -> Iterator[tuple[date, date]]:
    while first <= last:
        page_end = min(first + _PAGE, last)
        yield first, page_end
        first = page_end + timedelta(days=1)
