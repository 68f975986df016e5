"""The market feed as the daemon gets it: silent, lost, muted, doubled, late, and with odd prices."""

import asyncio

from trading_bot.domain.market_data import Frame, Tick

_LATENCY_S = 0.01
_RECONNECT_S = 1.0


class FaultyFeed:
    """A `Feed`; it also remembers what was really delivered, for the checks of what was known when."""

    def __init__(self, source, faults, clock):
        self._odd_in_a_row = {}
        self.is_odd_confirmed = False
        """Whether two odd prices in a row, which confirm each other, ever came through."""
        self._symbols = {one.key: one.symbol for one in source.instruments}
        self._closes = {one.key: source.previous_close(one.key) for one in source.instruments}
        self._faults, self._clock = faults, clock
        self._loop = asyncio.get_running_loop()
        self._readers = []
        self.heard_ms = {}
        """When a usable tick of each instrument was last delivered."""
        self.prices = {}
        """The last price delivered of each instrument, odd ones included."""

    async def messages(self, instrument_keys):
        while True:
            queue = asyncio.Queue()
            self._readers.append(queue)
            try:
                while (frame := await queue.get()) is not None:
                    yield frame
            finally:
                if queue in self._readers:
                    self._readers.remove(queue)
            yield None
            while self._faults.active("feed_lost"):  # noqa: ASYNC110  # as a client that tries again
                await asyncio.sleep(_RECONNECT_S)

    def on_moment(self, moment):
        """Take a moment of the market and send what gets through."""
        faults = self._faults
        if faults.hits("feed_lost"):
            for queue in tuple(self._readers):
                queue.put_nowait(None)
            self._readers.clear()
            return
        if not self._readers or faults.hits("feed_silent"):
            return
        now = [self._tick(update) for update in moment.updates if not self._is_muted(update)]
        late = faults.hit("tick_late")
        self._send_later(now, late.value if late else 0.0)
        if faults.hits("tick_doubled"):
            self._send_later(now, 0.3)

    def _is_muted(self, update):
        return self._faults.hits("feed_mute", self._symbols[update.instrument_key])

    def _tick(self, update):
        odd = self._faults.hit("tick_odd", self._symbols[update.instrument_key])
        price = update.last_price if odd is None else max(-1, int(update.last_price * odd.value))
        in_a_row = self._odd_in_a_row.get(update.instrument_key, 0) + 1 if odd else 0
        self._odd_in_a_row[update.instrument_key] = in_a_row
        self.is_odd_confirmed = self.is_odd_confirmed or in_a_row > 1
        bid = update.bids[0] if update.bids else (0, 0)
        ask = update.asks[0] if update.asks else (0, 0)
        close = self._closes[update.instrument_key]
        return Tick(update.instrument_key, price, update.traded_at_ms, update.day_volume, *bid, *ask, close)

    def _send_later(self, ticks, delay_s):
        if ticks:
            self._loop.call_later(_LATENCY_S + delay_s, self._send, tuple(ticks))

    def _send(self, ticks):
        now_ms = self._clock.now_ms()
        if not self._readers:
            return
        for tick in ticks:
            self.heard_ms[tick.instrument_key] = now_ms
            self.prices[tick.instrument_key] = tick.last_price
        for queue in self._readers:
            queue.put_nowait(Frame(now_ms, ticks))
