"""Short candles to long ones: the same arithmetic for candles that grow and for those of a history."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from trading_bot.domain.ist import MS_PER_DAY, MS_PER_SECOND, date_of, midnight_ms
from trading_bot.domain.market_data import Candle

NEVER_MS: Final = 1 << 60
"""Later than any time, and small enough for a machine word once a little is added."""
_candle: Final = tuple.__new__  # half the cost of calling the NamedTuple; thousands are made in one instant


Prices = tuple[int, int, int, int, int, int | None]
"""What a `Candle` holds, where making one would be for nothing."""


class FormingCandle:
    """A long candle while shorter ones are folded into it; plain numbers, since this is the hot path."""

    __slots__ = (
        "_close",
        "_high",
        "_length_ms",
        "_low",
        "_open",
        "_origin_ms",
        "_session_end_ms",
        "_start_ms",
        "_volume",
        "end_ms",
        "timeframe_s",
    )

    def __init__(self, timeframe_s: int) -> None:
        self.timeframe_s = timeframe_s
        self._length_ms = timeframe_s * MS_PER_SECOND
        self._start_ms = self._open = self._high = self._low = self._close = 0
        self._volume: int | None = None
        self.start_session(0, NEVER_MS)
        self.drop()

    def start_session(self, origin_ms: int, session_end_ms: int) -> None:
        """Align intervals from the origin and let none reach past the end of the session."""
        self._origin_ms = origin_ms
        self._session_end_ms = session_end_ms

    def drop(self) -> None:
        """Forget what is forming."""
        self.end_ms = NEVER_MS

    @property
    def candle(self) -> Candle | None:
        """What is formed so far; None when nothing is."""
        if self.end_ms == NEVER_MS:
            return None
        return Candle(self._start_ms, self._open, self._high, self._low, self._close, self._volume)

    def start_of(self, at_ms: int) -> int:
        """Start of the interval that holds the instant."""
        return at_ms - (at_ms - self._origin_ms) % self._length_ms

    def fold(self, part: Prices) -> None:
        """Add a shorter candle, which must lie in the interval that is open, if one is.

        The volume is unknown as soon as that of one part is.
        """
        part_start_ms, part_open, high, low, close, volume = part
        self._close = close
        if self.end_ms == NEVER_MS:
            self._start_ms = start_ms = part_start_ms - (part_start_ms - self._origin_ms) % self._length_ms
            end_ms = start_ms + self._length_ms
            self.end_ms = min(self._session_end_ms, end_ms)
            self._open = part_open
            self._high = high
            self._low = low
            self._volume = volume
            return
        self._high = max(self._high, high)
        self._low = min(self._low, low)
        if volume is None or self._volume is None:
            self._volume = None
        else:
            self._volume += volume

    def take(self) -> Candle:
        """Return the candle and begin anew."""
        assert self.end_ms != NEVER_MS
        self.end_ms = NEVER_MS
        return _candle(Candle, (self._start_ms, self._open, self._high, self._low, self._close, self._volume))


def joined(whole: Candle | None, part: Candle | None, frame: FormingCandle) -> Candle | None:
    """The long candle as it would be with the part folded in; either may be missing."""
    if part is None:
        return whole
    if whole is None:
        return Candle(frame.start_of(part.start_ms), *part[1:])
    return _extended(whole, part)


def aggregate(
    minute_candles: Iterable[Candle],
    timeframe_s: int,
    session_start_of_day: Callable[[date], int],
    closed_by_ms: int | None = None,
) -> list[Candle]:
    """Candles of a longer timeframe from minutes, oldest first, as the builder would have made them.

    `session_start_of_day` gives the epoch milliseconds at which the session of a date in India starts;
    minutes before it (the pre-open) are left out. With `closed_by_ms` a last candle is left out whose whole
    interval had not passed by then: it is still forming.
    """
    length_ms = timeframe_s * MS_PER_SECOND
    candles: list[Candle] = []
    bucket: list[Candle] = []
    session_start_ms = day_end_ms = bucket_ms = end_ms = -NEVER_MS
    for minute in minute_candles:
        start_ms = minute[0]
        if start_ms < end_ms:
            if start_ms >= session_start_ms:
                bucket.append(minute)
            continue
        if bucket:
            candles.append(_whole(bucket, bucket_ms))
            bucket = []
        if start_ms >= day_end_ms:
            session_start_ms = session_start_of_day(date_of(start_ms))
            day_end_ms = _next_midnight_ms(start_ms)
            end_ms = session_start_ms
            if start_ms < session_start_ms:
                continue
        bucket_ms = start_ms - (start_ms - session_start_ms) % length_ms
        end_ms = min(bucket_ms + length_ms, day_end_ms)
        bucket = [minute]
    if bucket:
        candles.append(_whole(bucket, bucket_ms))
    return candles if closed_by_ms is None else _finished(candles, length_ms, closed_by_ms)


def _finished(candles: list[Candle], length_ms: int, closed_by_ms: int) -> list[Candle]:
    if candles and candles[-1].start_ms + length_ms > closed_by_ms:
        return candles[:-1]
    return candles


def _whole(parts: list[Candle], start_ms: int) -> Candle:
    """The candle of all parts together; its volume is unknown as soon as that of one part is."""
    _, opens, highs, lows, closes, volumes = zip(*parts, strict=True)
    volume = None if None in volumes else sum(volumes)
    return Candle(start_ms, opens[0], max(highs), min(lows), closes[-1], volume)


def _extended(whole: Candle, part: Candle) -> Candle:
    """Both together; the volume is unknown as soon as that of one of them is."""
    volume = None if whole.volume is None or part.volume is None else whole.volume + part.volume
    return Candle(
        whole.start_ms,
        whole.open,
        max(whole.high, part.high),
        min(whole.low, part.low),
        part.close,
        volume,
    )


def _next_midnight_ms(at_ms: int) -> int:

    return midnight_ms(date_of(at_ms)) + MS_PER_DAY
