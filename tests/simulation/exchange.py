"""Moves the venue through its market by timers of the loop, whatever becomes of the daemon."""

import asyncio

from trading_bot.domain.ist import MS_PER_SECOND


class ExchangeDriver:
    """Plays the market's moments to the venue, and what the venue has due, at their own instants."""

    def __init__(self, venue, source, clock):
        self._venue, self._clock = venue, clock
        self._loop = asyncio.get_running_loop()
        self._moments = iter(source.moments())
        self._next = next(self._moments, None)
        self._handle = None
        self._due_ms = None
        self.listeners = []
        """Called with each moment after the venue has taken it."""
        venue.subscribe(lambda _row: self._loop.call_soon(self.arm))

    def arm(self):
        """Wake up at the next moment, or when the venue has something due before it."""
        dues = [due for due in (self._next and self._next.at_ms, self._venue.next_due_ms) if due]
        if not dues or self._due_ms == min(dues):
            return
        if self._handle is not None:
            self._handle.cancel()
        self._due_ms = min(dues)
        delay_s = max(0, self._due_ms - self._clock.now_ms()) / MS_PER_SECOND
        self._handle = self._loop.call_later(delay_s, self._wake)

    def _wake(self):
        self._handle = self._due_ms = None
        now_ms = self._clock.now_ms()
        while self._next is not None and self._next.at_ms <= now_ms:
            moment, self._next = self._next, next(self._moments, None)
            self._venue.on_market(moment)
            for listener in self.listeners:
                listener(moment)
        self._venue.advance(now_ms)
        self.arm()

    def stop(self):
        if self._handle is not None:
            self._handle.cancel()
