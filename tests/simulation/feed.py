"""The market feed as the daemon gets it, in protobuf: silent, lost, muted, doubled, late, odd, torn."""

import asyncio
from bisect import bisect_left
from functools import partial

from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as schema

from tests.simulation.wire import SETTINGS
from trading_bot.adapters.upstox.streams.feed import UpstoxFeed
from trading_bot.domain.ist import MS_PER_SECOND

_LATENCY_S = 0.01
_RECONNECT_S = 1.0
_INITIAL, _LIVE, _MARKET_INFO = 0, 1, 2


class _Connection:
    """A socket of the feed: what the daemon subscribes to is taken, what it gets is queued."""

    def __init__(self):
        self.messages = asyncio.Queue()
        self.is_fresh = True
        self.subscriptions = []

    async def send(self, request):
        self.subscriptions.append(request)

    async def close(self):
        self.messages.put_nowait(None)


class FaultyFeed:
    """Stands in for a `KeptStream` of the feed, and remembers what really came through."""

    def __init__(self, source, faults, clock, *, is_batched):
        self._is_batched = is_batched
        self._odd_in_a_row = {}
        self.odd_confirmed_ms = {}
        """When two odd prices in a row, which confirm each other, last came through."""
        self._symbols = {one.key: one.symbol for one in source.instruments}
        self._closes = {one.key: source.previous_close(one.key) for one in source.instruments}
        self._faults, self._clock = faults, clock
        self._loop = asyncio.get_running_loop()
        self._open = []
        self.heard_ms = {}
        """When a usable tick of each instrument was last delivered."""
        self._spoken_ms = []
        self.word_ms = 0
        """When a word of the exchange on its hours was last delivered."""
        self._word = None
        """The newest, with which each connection begins."""

    def port(self):
        """The adapter's reader of it."""
        return UpstoxFeed(SETTINGS, self)

    async def connections(self):
        while True:
            connection = _Connection()
            self._open.append(connection)
            if self._word is not None:
                self._loop.call_later(_LATENCY_S, self._send_word, self._word)
            try:
                yield connection
            finally:
                if connection in self._open:
                    self._open.remove(connection)
            await asyncio.sleep(_RECONNECT_S)
            while self._faults.active("feed_lost"):  # noqa: ASYNC110  # as a client that tries again
                await asyncio.sleep(_RECONNECT_S)

    async def messages(self, connection):
        while (message := await connection.messages.get()) is not None:
            yield message

    def on_moment(self, moment):
        """Take a moment of the market and send what gets through."""
        faults = self._faults
        if moment.updates:
            self._spoken_ms.append(self._clock.now_ms())
        if faults.hits("feed_lost"):
            for connection in self._open:
                connection.messages.put_nowait(None)
            self._open.clear()
            return
        if not self._open or faults.hits("feed_silent"):
            return
        updates = [update for update in moment.updates if not self._is_muted(update)]
        if not updates:
            return
        packets = {update.instrument_key: (self._price(update), update) for update in updates}
        late = faults.hit("tick_late")
        delay_s = _LATENCY_S + (late.value if late else 0.0)
        for extra_s in (0.0, 0.3) if faults.hits("tick_doubled") else (0.0,):
            self._loop.call_later(delay_s + extra_s, partial(self._send, packets, moment.at_ms))

    def tell_of_halt(self, schedule):
        """Send the exchange's words on a market-wide halt; the instants are the schedule's."""
        halt = schedule.halt
        if halt is None:
            return
        begins_s, ends_s = schedule.late_words_s
        words = [(halt.start_ms, begins_s, "NORMAL_CLOSE"), (halt.auction_ms, begins_s, "PRE_OPEN_START")]
        if ends_s is not None:
            words.append((halt.end_ms, ends_s, "NORMAL_OPEN"))
        for at_ms, late_s, word in words:
            delay_s = (at_ms - self._clock.now_ms()) / MS_PER_SECOND + late_s + _LATENCY_S
            self._loop.call_later(delay_s, partial(self._send_word, word))

    def _send_word(self, word):
        self._faults.injected["market_halt"] += 1
        self._word = word
        response = schema.FeedResponse(type=_MARKET_INFO, currentTs=self._clock.now_ms())
        response.marketInfo.segmentStatus["NSE_EQ"] = schema.MarketStatus.Value(word)
        for connection in self._open:
            connection.messages.put_nowait(response.SerializeToString(deterministic=True))
        if self._open:
            self.word_ms = self._clock.now_ms()

    def has_spoken(self, after_ms, before_ms):
        """Whether the market had something to say in between, whoever heard it."""
        index = bisect_left(self._spoken_ms, before_ms)
        return index > 0 and self._spoken_ms[index - 1] > after_ms

    def _is_muted(self, update):
        return self._faults.hits("feed_mute", self._symbols[update.instrument_key])

    def _price(self, update):
        key = update.instrument_key
        odd = self._faults.hit("tick_odd", self._symbols[key])
        in_a_row = self._odd_in_a_row.get(key, 0) + 1 if odd else 0
        self._odd_in_a_row[key] = in_a_row
        if in_a_row > 1:
            self.odd_confirmed_ms[key] = self._clock.now_ms()
        return update.last_price if odd is None else max(-1, int(update.last_price * odd.value))

    def _send(self, packets, at_ms):
        if not self._open:
            return
        is_torn = self._faults.hits("frame_torn")
        for connection in self._open:
            kind = _INITIAL if connection.is_fresh else _LIVE
            connection.is_fresh = False
            parts = [packets] if self._is_batched else [{key: packets[key]} for key in packets]
            for part in parts:
                raw = self._encoded(part, at_ms=at_ms, kind=kind)
                connection.messages.put_nowait(raw[: len(raw) * 2 // 3] if is_torn else raw)
        if not is_torn:
            now_ms = self._clock.now_ms()
            self.heard_ms |= {key: now_ms for key, (price, _) in packets.items() if price > 0}

    def _encoded(self, packets, *, at_ms, kind):
        """A message; its map is in the order of the keys, which would differ from process to process."""
        response = schema.FeedResponse(type=kind, currentTs=at_ms)
        for key, (price, update) in packets.items():
            self._fill(response.feeds[key], key, price, update)
        return response.SerializeToString(deterministic=True)

    def _fill(self, feed, key, price, update):
        feed.requestMode = schema.RequestMode.full_d5
        market = feed.fullFeed.marketFF
        market.ltpc.ltp, market.ltpc.ltt = price / 100, update.traded_at_ms
        market.ltpc.cp = self._closes[key] / 100
        market.vtt = update.day_volume
        bid = update.bids[0] if update.bids else (0, 0)
        ask = update.asks[0] if update.asks else (0, 0)
        market.marketLevel.bidAskQuote.add(bidP=bid[0] / 100, bidQ=bid[1], askP=ask[0] / 100, askQ=ask[1])
