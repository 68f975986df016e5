"""Candles of the past and of today: Upstox behind the History port, and for downloads."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from trading_bot.adapters.upstox.pacing import CallPace
from trading_bot.adapters.upstox.rest import calls, decode_market
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.transport import Call
from trading_bot.domain.candles.interval import DAY, MINUTE, Interval, IntervalUnit
from trading_bot.domain.ist import MS_PER_MINUTE, date_of
from trading_bot.domain.market_data import Candle
from trading_bot.domain.outlook import DayClose
from trading_bot.domain.rules.provenance import Adjustment

_MONTH = timedelta(days=27)  # both ends count: 28 days are never more than the month that one call may span
_QUARTER = timedelta(days=88)
_DECADE = timedelta(days=3_650)
_SHORT_MINUTES_MAX = 15
_INTRADAY_FROM = date(2022, 1, 1)
_DAYS_FROM = date(2000, 1, 1)


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
            calls.past_candles(instrument_key, MINUTE, *page)
            for page in _pages(first, min(last, today - timedelta(days=1)), _MONTH)
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

    async def day_closes(self, instrument_key: str, first: date, last: date) -> tuple[DayClose, ...]:
        """Return the closes of finished sessions, oldest first; today's is none. Raises ReadFailedError."""
        today = date_of(self._clock_ms())
        by_day: dict[date, int] = {}
        for page in _pages(first, min(last, today - timedelta(days=1)), _DECADE):
            call = calls.past_candles(instrument_key, DAY, *page)
            candles = await self._read(instrument_key, call)
            by_day.update((date_of(candle.start_ms), candle.close) for candle in candles)
        return tuple(DayClose(on, by_day[on]) for on in sorted(by_day) if on < today)

    async def _read(self, instrument_key: str, call: Call) -> tuple[Candle, ...]:
        await self._pace.wait()
        data = await self._reads.data(f"candles of {instrument_key}", call, exact=False)
        return decode_market.candles(data, instrument_key)


class UpstoxCandles:
    """Candles of past days in any interval, for downloads; the current day is never among them.

    Whether Upstox adjusts for splits and bonuses at once is disputed, so what it did is not known.
    """

    source = "upstox"
    adjustment = Adjustment.UNKNOWN
    comes_whole = False

    def __init__(self, reads: BrokerReads, pace: CallPace) -> None:
        self._reads = reads
        self._pace = pace

    def pages(self, interval: Interval, span: tuple[date, date]) -> tuple[tuple[date, date], ...]:
        """The calls that a span takes: a month of up to 15 minutes, a quarter of hours, a decade of days."""
        earliest = _DAYS_FROM if interval.unit is IntervalUnit.DAYS else _INTRADAY_FROM
        return tuple(_pages(max(span[0], earliest), span[1], _span_max(interval)))

    async def candles(
        self, instrument_key: str, interval: Interval, page: tuple[date, date]
    ) -> tuple[Candle, ...]:
        """Candles of one page, oldest first. Raises ReadFailedError."""
        await self._pace.wait()
        call = calls.past_candles(instrument_key, interval, *page)
        what = f"candles of {instrument_key}"
        data = await self._reads.data(what, call, exact=False, needs_token=False)
        return decode_market.candles(data, instrument_key)


def _span_max(interval: Interval) -> timedelta:
    if interval.unit is IntervalUnit.DAYS:
        return _DECADE
    is_short = interval.unit is IntervalUnit.MINUTES and interval.length <= _SHORT_MINUTES_MAX
    return _MONTH if is_short else _QUARTER


def _pages(first: date, last: date, longest: timedelta) -> Iterator[tuple[date, date]]:
    while first <= last:
        page_end = min(first + longest, last)
        yield first, page_end
        first = page_end + timedelta(days=1)
