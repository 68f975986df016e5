"""Ticks to candles: 10-second micro-candles, folded into minutes, folded into longer timeframes.

A tick belongs to the bucket of its exchange time. A bucket closes with the first tick of a later one, or a
second after its end by the clock, whichever comes first, and is never changed after that: a tick that
arrives later moves only the volume. A bucket without a trade gives no candle. All buckets are aligned from
the start of the session and none reaches past its end.
"""

from collections.abc import Iterable
from typing import Final

from trading_bot.domain.candles.folding import NEVER_MS, FormingCandle, joined
from trading_bot.domain.ist import MS_PER_DAY, date_of
from trading_bot.domain.market_data import Candle, Tick

MICRO_S: Final = 10
MINUTE_S: Final = 60
GRACE_MS: Final = 1_000
"""How long the clock waits after the end of a bucket for ticks that are still on their way."""

_MICRO_MS: Final = 10_000
_MINUTE_MS: Final = 60_000
_UNKNOWN: Final = -1
ClosedCandle = tuple[int, Candle]
"""The length of an interval in seconds, and its candle, which will not change any more. Thousands are made in
one instant."""
NONE_CLOSED: tuple[ClosedCandle, ...] = ()


class CandleBuilder:
    """The candles of one instrument, built from its ticks.

    Give it a session with `start_day` first: until then every tick is outside. Then tell it the time with
    `close_until`, so that old trades in a first snapshot are known to be old.
    """

    late_ticks: int
    """Ticks of this day whose bucket had closed before they came."""
    ticks_outside_session: int
    volume_steps_back: int
    """Ticks of this day that stated less volume than one before."""
    last_minute: Candle | None
    """The newest minute of this day that was closed."""

    __slots__ = (
        "_clock_ms",
        "_close",
        "_closed_until_ms",
        "_counted_volume",
        "_day_volume",
        "_due_ms",
        "_first_trade_ms",
        "_frames",
        "_gives_micros",
        "_high",
        "_last_trade_ms",
        "_longer_end_ms",
        "_low",
        "_micro_end_ms",
        "_micro_start_ms",
        "_minute",
        "_open",
        "_origin_ms",
        "_session_end_ms",
        "_session_start_ms",
        "last_minute",
        "late_ticks",
        "ticks_outside_session",
        "volume_steps_back",
    )

    def __init__(self, timeframes_s: Iterable[int] = (), *, gives_micros: bool = True) -> None:
        """Prepare for the given timeframes in seconds, each a multiple of 60; minutes are always built.

        Without `gives_micros` micro-candles are folded into minutes and never handed out.
        Raises ValueError when a timeframe is not a positive multiple of 60.
        """
        longer = sorted(set(timeframes_s) - {MINUTE_S})
        if any(length <= 0 or length % MINUTE_S for length in longer):
            raise ValueError(f"timeframes {longer} must be positive multiples of {MINUTE_S} seconds")
        self._gives_micros = gives_micros
        self._minute = FormingCandle(MINUTE_S)
        self._frames = tuple(FormingCandle(length) for length in longer)
        self._session_start_ms = self._session_end_ms = self._origin_ms = 0
        self._clock_ms = 0
        self._forget_day()

    def _forget_day(self) -> None:
        self._drop_forming()
        self._closed_until_ms = 0
        self._day_volume = self._counted_volume = _UNKNOWN
        self.last_minute = None
        self.late_ticks = self.ticks_outside_session = self.volume_steps_back = 0

    def _drop_forming(self) -> None:
        self._open = self._high = self._low = self._close = 0
        self._micro_start_ms = self._micro_end_ms = 0
        self._first_trade_ms = self._last_trade_ms = 0
        self._due_ms = self._longer_end_ms = NEVER_MS
        for forming in (self._minute, *self._frames):
            forming.drop()

    def start_day(self, session_start_ms: int, session_end_ms: int) -> None:
        """Begin a session; what was still forming is dropped, so close it first.

        A second session on the same date (a special Saturday) keeps the volume and the alignment.
        """
        assert session_start_ms < session_end_ms
        if self._session_end_ms and date_of(self._origin_ms) == date_of(session_start_ms):
            self._drop_forming()
        else:
            self._forget_day()
            self._origin_ms = session_start_ms
        self._session_start_ms = session_start_ms
        self._session_end_ms = session_end_ms
        self._closed_until_ms = max(self._closed_until_ms, session_start_ms)
        for forming in (self._minute, *self._frames):
            forming.start_session(self._origin_ms, session_end_ms)

    @property
    def closed_by_ms(self) -> int:
        """Every candle that ended by then was handed out."""
        return max(self._closed_until_ms, self._clock_ms - GRACE_MS)

    def resume(self, minutes: Iterable[Candle], closed_by_ms: int) -> None:
        """Take the finished minutes of the session so far from history, oldest first, for what ticks built.

        Longer timeframes are formed of them anew; what ended by `closed_by_ms` is history. One minute may
        have ended since: the next tick or the clock closes it. What forms after it goes on forming.
        """
        until_ms = self._refold(minutes, closed_by_ms)
        if self._forming_since_ms < until_ms <= closed_by_ms:
            self._drop_minute()
        self._closed_until_ms = max(self._closed_until_ms, until_ms)
        self._longer_end_ms = min(forming.end_ms for forming in (self._minute, *self._frames))
        self._due_ms = (self._micro_end_ms or self._longer_end_ms) + GRACE_MS

    def _refold(self, minutes: Iterable[Candle], closed_by_ms: int) -> int:
        """Form the longer timeframes of these minutes; the end of the last one, or 0."""
        self._drop_frames(NEVER_MS)
        until_ms = 0
        for minute in minutes:
            start_ms = minute[0]
            if not self._session_start_ms <= start_ms < self._session_end_ms:
                continue
            until_ms = min(start_ms + _MINUTE_MS, self._session_end_ms)
            if until_ms > closed_by_ms:
                self._drop_minute()
                self._minute.fold(minute)
                break
            self._drop_frames(start_ms)
            for frame in self._frames:
                frame.fold(minute)
        self._drop_frames(closed_by_ms)
        return until_ms

    def _drop_frames(self, ended_by_ms: int) -> None:
        for frame in self._frames:
            if frame.end_ms <= ended_by_ms:
                frame.drop()

    @property
    def _forming_since_ms(self) -> int:
        minute = self._minute.candle
        return self._micro_start_ms if minute is None else minute.start_ms

    def _drop_minute(self) -> None:
        self._minute.drop()
        self._micro_end_ms = 0
        self._counted_volume = self._day_volume

    def forget_volume(self) -> None:
        """After a gap: what was traded meanwhile is no volume of the candles that form now."""
        self._day_volume = self._counted_volume = _UNKNOWN

    def add(self, tick: Tick) -> tuple[ClosedCandle, ...]:
        """Take one tick; return the candles that it closes: micro, then minute, then longer ones."""
        traded_at_ms = tick.traded_at_ms
        if not self._last_trade_ms <= traded_at_ms < self._micro_end_ms:
            return self._add_elsewhere(tick)
        price = tick.last_price
        if price > self._high:
            self._high = price
        elif price < self._low:
            self._low = price
        self._close = price
        self._last_trade_ms = traded_at_ms
        day_volume = tick.day_volume
        if day_volume is not None and day_volume != self._day_volume:
            self._take_volume(day_volume)
        return NONE_CLOSED

    def add_minute(self, minute: Candle) -> tuple[ClosedCandle, ...]:
        """Take a closed minute where there are no ticks; return it and the candles that end with it."""
        start_ms = minute[0]
        if not self._session_start_ms <= start_ms < self._session_end_ms:
            return NONE_CLOSED
        earlier = NONE_CLOSED
        if self._due_ms - GRACE_MS <= start_ms:
            earlier = self._close_ended(start_ms)
        end_ms = min(start_ms + _MINUTE_MS, self._session_end_ms)
        if self._micro_end_ms or self._minute.end_ms != NEVER_MS or (start_ms - self._origin_ms) % _MINUTE_MS:
            self._minute.fold(minute)
            self._longer_end_ms = min(self._longer_end_ms, self._minute.end_ms)
            end_ms = self._closed_until_ms = self._minute.end_ms
            return earlier + self._close_ended(end_ms)
        self._closed_until_ms = end_ms
        closed = self._close_minute(minute, end_ms)
        self._due_ms = self._longer_end_ms + GRACE_MS
        return earlier + closed if earlier else closed

    def close_until(self, now_ms: int) -> tuple[ClosedCandle, ...]:
        """Return the candles that the clock closes: those whose end lies at least `GRACE_MS` back."""
        self._clock_ms = now_ms
        if now_ms < self._due_ms:
            return NONE_CLOSED
        return self._close_ended(now_ms - GRACE_MS)

    def forming(self, timeframe_s: int) -> Candle | None:
        """The candle of that length as it stands, or None when it has no trade yet.

        Raises KeyError when that timeframe is not built.
        """
        micro = self._micro()
        if timeframe_s == MICRO_S:
            return micro
        minute = joined(self._minute.candle, micro, self._minute)
        if timeframe_s == MINUTE_S:
            return minute
        frames = {frame.timeframe_s: frame for frame in self._frames}
        frame = frames[timeframe_s]
        return joined(frame.candle, minute, frame)

    def _add_elsewhere(self, tick: Tick) -> tuple[ClosedCandle, ...]:
        """Take a tick that is not simply the next one of the open micro-candle."""
        price, traded_at_ms, day_volume = tick[1], tick[2], tick[3]
        if not self._session_start_ms <= traded_at_ms < self._session_end_ms:
            self.ticks_outside_session += 1
            self._take_baseline(tick)
            return NONE_CLOSED
        closed = NONE_CLOSED
        start_ms = traded_at_ms - (traded_at_ms - self._origin_ms) % _MICRO_MS
        if start_ms < self._closed_until_ms or start_ms + _MICRO_MS + GRACE_MS <= self._clock_ms:
            if not self._is_repetition(traded_at_ms, price):
                self.late_ticks += 1
        elif traded_at_ms < self._micro_end_ms:
            self._take_earlier_trade(traded_at_ms, price)
        else:
            if self._due_ms - GRACE_MS <= start_ms:
                closed = self._close_ended(start_ms)
            self._open_micro(start_ms, traded_at_ms, price)
        if day_volume is not None and day_volume != self._day_volume:
            self._take_volume(day_volume)
        return closed

    def _take_baseline(self, tick: Tick) -> None:
        """Before the session, learn what was traded already; a total of an earlier day says nothing."""
        if tick.traded_at_ms >= self._session_start_ms or tick.day_volume is None:
            return
        is_near = self._session_start_ms - tick.traded_at_ms < MS_PER_DAY  # others may have no date at all
        is_of_today = is_near and date_of(tick.traded_at_ms) == date_of(self._session_start_ms)
        if self._day_volume == _UNKNOWN and (is_of_today or tick.day_volume == 0):
            self._day_volume = self._counted_volume = tick.day_volume

    def _is_repetition(self, traded_at_ms: int, price: int) -> bool:
        """Whether this only repeats the newest trade, as a packet does in which the depth changed."""
        return traded_at_ms == self._last_trade_ms and price == self._close

    def _take_earlier_trade(self, traded_at_ms: int, price: int) -> None:
        """Take a trade of the open micro-candle that arrived after a newer one: the close stays."""
        self._high = max(self._high, price)
        self._low = min(self._low, price)
        if traded_at_ms < self._first_trade_ms:
            self._first_trade_ms = traded_at_ms
            self._open = price

    def _take_volume(self, day_volume: int) -> None:
        if day_volume < self._day_volume:
            self.volume_steps_back += 1
            return
        if self._day_volume == _UNKNOWN:
            self._counted_volume = day_volume
        self._day_volume = day_volume

    def _open_micro(self, start_ms: int, traded_at_ms: int, price: int) -> None:
        self._micro_start_ms = self._closed_until_ms = start_ms
        end_ms = start_ms + _MICRO_MS
        self._micro_end_ms = end_ms = min(self._session_end_ms, end_ms)
        self._first_trade_ms = self._last_trade_ms = traded_at_ms
        self._open = self._high = self._low = self._close = price
        self._due_ms = end_ms + GRACE_MS

    def _micro(self) -> Candle | None:
        if not self._micro_end_ms:
            return None
        volume = None if self._day_volume == _UNKNOWN else self._day_volume - self._counted_volume
        return Candle(self._micro_start_ms, self._open, self._high, self._low, self._close, volume)

    def _close_ended(self, until_ms: int) -> tuple[ClosedCandle, ...]:
        """Close everything that ended by then, shortest first: each is part of the next longer one."""
        closed = NONE_CLOSED
        if 0 < self._micro_end_ms <= until_ms:
            closed = self._close_micro()
        if self._longer_end_ms <= until_ms:
            closed += self._close_longer(until_ms)
        self._due_ms = (self._micro_end_ms or self._longer_end_ms) + GRACE_MS
        return closed

    def _close_micro(self) -> tuple[ClosedCandle, ...]:
        closed = NONE_CLOSED
        if self._gives_micros:
            micro = self._micro()
            assert micro is not None
            closed = ((MICRO_S, micro),)
        known = self._day_volume != _UNKNOWN
        minute = self._minute
        volume = self._day_volume - self._counted_volume if known else None
        minute.fold((self._micro_start_ms, self._open, self._high, self._low, self._close, volume))
        self._longer_end_ms = min(self._longer_end_ms, minute.end_ms)
        self._closed_until_ms = self._micro_end_ms
        self._counted_volume = self._day_volume
        self._micro_end_ms = 0
        return closed

    def _close_longer(self, until_ms: int) -> tuple[ClosedCandle, ...]:
        if self._minute.end_ms <= until_ms:
            return self._close_minute(self._minute.take(), until_ms)
        return self._close_frames([], self._minute.end_ms, until_ms)

    def _close_minute(self, minute: Candle, until_ms: int) -> tuple[ClosedCandle, ...]:
        closed = (MINUTE_S, minute)
        self.last_minute = minute
        if not self._frames:
            self._longer_end_ms = NEVER_MS
            return (closed,)
        for frame in self._frames:
            frame.fold(minute)
        return self._close_frames([closed], NEVER_MS, until_ms)

    def _close_frames(
        self, closed: list[ClosedCandle], longer_end_ms: int, until_ms: int
    ) -> tuple[ClosedCandle, ...]:
        for frame in self._frames:
            end_ms = frame.end_ms
            if end_ms <= until_ms:
                closed.append((frame.timeframe_s, frame.take()))
            elif end_ms < longer_end_ms:
                longer_end_ms = end_ms
        self._longer_end_ms = longer_end_ms
        return tuple(closed)
