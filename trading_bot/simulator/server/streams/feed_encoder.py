"""Market state -> protobuf bytes of the feed, assembled from cached parts.

The message of an instrument is kept and updated in place, and a frame is the concatenation of map entries:
protobuf's wire format allows it, and it costs microseconds where building anew costs tens.
"""

from collections.abc import Iterable
from typing import Any

from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as schema

from trading_bot.simulator.server.session.day_record import InstrumentDay, MarketDay
from trading_bot.simulator.venue.contracts import Level

LTPC = "ltpc"
OPTION_GREEKS = "option_greeks"
FULL = "full"
FULL_D30 = "full_d30"
MODES = (LTPC, OPTION_GREEKS, FULL, FULL_D30)

INITIAL_FEED = 0
LIVE_FEED = 1

_DEPTH = 5
_EMPTY = Level(0, 0)
_FEEDS_TAG = b"\x12"
_KEY_TAG = b"\x0a"
_VALUE_TAG = b"\x12"
_TYPE_TAG = b"\x08"
_TIME_TAG = b"\x18"


class FeedEncoder:
    """Encodes what subscribers of each mode get of an instrument."""

    def __init__(self, days: MarketDay, *, omits_idle_ltpc: bool, sends_previous_minute: bool) -> None:
        self._days = days
        self._omits_idle_ltpc = omits_idle_ltpc
        self._sends_previous_minute = sends_previous_minute
        self._faces: dict[tuple[str, str], _Face] = {}
        self._entries: dict[tuple[str, str, bool], tuple[int, bytes]] = {}

    def snapshot_entry(self, key: str, mode: str) -> bytes:
        """The whole state of one listed instrument."""
        return self._entry(key, mode, is_whole=True)

    def live_entry(self, key: str, mode: str) -> bytes:
        """What subscribers get after the newest update; empty when nothing in that mode changed."""
        has_news = self._days[key].has_news
        if mode == LTPC and not has_news:
            return b""
        return self._entry(key, mode, is_whole=has_news or not self._omits_idle_ltpc)

    def _entry(self, key: str, mode: str, *, is_whole: bool) -> bytes:
        day = self._days[key]
        cached = self._entries.get((key, mode, is_whole))
        if cached is not None and cached[0] == day.version:
            return cached[1]
        face = self._faces.get((key, mode))
        if face is None:
            face = self._faces[(key, mode)] = self._face(day, mode)
        body = face.feed_bytes(is_whole=is_whole)
        entry = (
            _FEEDS_TAG
            + _varint(len(face.prefix) + len(_VALUE_TAG) + len(_varint(len(body))) + len(body))
            + face.prefix
            + _VALUE_TAG
            + _varint(len(body))
            + body
        )
        self._entries[(key, mode, is_whole)] = (day.version, entry)
        return entry

    def _face(self, day: InstrumentDay, mode: str) -> "_Face":
        if mode == LTPC:
            return _LtpcFace(day)
        if mode == OPTION_GREEKS:
            return _FirstLevelFace(day)
        if day.instrument.segment.is_index:
            return _IndexFace(day, mode, sends_previous_minute=self._sends_previous_minute)
        return _FullFace(day, mode, sends_previous_minute=self._sends_previous_minute)


def frame(kind: int, entries: Iterable[bytes], sent_at_ms: int) -> bytes:
    """One FeedResponse of instruments' entries."""
    head = _TYPE_TAG + _varint(kind) if kind else b""
    return head + b"".join(entries) + _TIME_TAG + _varint(sent_at_ms)


class _Face:
    """The kept message of one instrument in one mode."""

    def __init__(self, day: InstrumentDay) -> None:
        self.day = day
        key = day.instrument.key.encode()
        self.prefix = _KEY_TAG + _varint(len(key)) + key
        self.feed: Any = schema.Feed()

    def feed_bytes(self, *, is_whole: bool) -> bytes:
        """Serialised Feed; without `ltpc` unless it is whole."""
        raise NotImplementedError

    def _write_ltpc(self, ltpc: Any) -> None:
        update = self.day.update
        ltpc.ltp = update.last_price / 100
        ltpc.ltt = update.traded_at_ms
        ltpc.ltq = update.last_quantity
        ltpc.cp = self.day.previous_close / 100


class _LtpcFace(_Face):
    def feed_bytes(self, *, is_whole: bool) -> bytes:  # noqa: ARG002  # this mode has nothing but ltpc
        self._write_ltpc(self.feed.ltpc)
        return bytes(self.feed.SerializeToString())


class _FirstLevelFace(_Face):
    def __init__(self, day: InstrumentDay) -> None:
        super().__init__(day)
        self.feed.requestMode = schema.RequestMode.option_greeks
        self._quote = self.feed.firstLevelWithGreeks.firstDepth
        self._quote.SetInParent()

    def feed_bytes(self, *, is_whole: bool) -> bytes:
        level = self.feed.firstLevelWithGreeks
        update = self.day.update
        level.vtt = update.day_volume
        _write_quote(
            self._quote,
            update.bids[0] if update.bids else _EMPTY,
            update.asks[0] if update.asks else _EMPTY,
        )
        if is_whole:
            self._write_ltpc(level.ltpc)
        else:
            level.ClearField("ltpc")
        return bytes(self.feed.SerializeToString())


class _IndexFace(_Face):
    def __init__(self, day: InstrumentDay, mode: str, *, sends_previous_minute: bool) -> None:
        super().__init__(day)
        self.feed.requestMode = _request_mode(mode)
        self._bars = _Bars(day, self.feed.fullFeed.indexFF.marketOHLC, sends_previous_minute)

    def feed_bytes(self, *, is_whole: bool) -> bytes:  # noqa: ARG002  # an index has no depth to change alone
        self._write_ltpc(self.feed.fullFeed.indexFF.ltpc)
        self._bars.write()
        return bytes(self.feed.SerializeToString())


class _FullFace(_Face):
    def __init__(self, day: InstrumentDay, mode: str, *, sends_previous_minute: bool) -> None:
        super().__init__(day)
        self.feed.requestMode = _request_mode(mode)
        self._market = market = self.feed.fullFeed.marketFF
        self._ltpc = market.ltpc
        self._quotes = [market.marketLevel.bidAskQuote.add() for _ in range(_DEPTH)]
        self._bars = _Bars(day, market.marketOHLC, sends_previous_minute)
        market.optionGreeks.SetInParent()
        market.casEligible = day.instrument.closing_auction_eligible

    def feed_bytes(self, *, is_whole: bool) -> bytes:
        market, update = self._market, self.day.update
        self._write_depth(update.bids, update.asks)
        market.vtt = update.day_volume
        market.atp = round(self.day.average_price) / 100
        if not is_whole:
            market.ClearField("ltpc")
            self._ltpc = market.ltpc
            return bytes(self.feed.SerializeToString())
        self._write_ltpc(self._ltpc)
        self._bars.write()
        return bytes(self.feed.SerializeToString())

    def _write_depth(self, bids: tuple[Level, ...], asks: tuple[Level, ...]) -> None:
        bid_count, ask_count = len(bids), len(asks)
        for index, quote in enumerate(self._quotes):
            _write_quote(
                quote,
                bids[index] if index < bid_count else _EMPTY,
                asks[index] if index < ask_count else _EMPTY,
            )
        self._market.tbq = float(sum(level.quantity for level in bids))
        self._market.tsq = float(sum(level.quantity for level in asks))


class _Bars:
    """The day's bar and the minute's inside a kept message."""

    def __init__(self, day: InstrumentDay, ohlc: Any, sends_previous_minute: bool) -> None:  # noqa: FBT001  # private
        self._day = day
        self._ohlc = ohlc
        self._sends_previous_minute = sends_previous_minute
        self._day_bar = ohlc.ohlc.add(interval="1d", ts=day.midnight_ms)
        self._minute_bar: Any = None
        self._previous_bar: Any = None

    def write(self) -> None:
        day, bar = self._day, self._day_bar
        bar.open, bar.high = day.open / 100, day.high / 100
        bar.low, bar.close = day.low / 100, day.close / 100
        bar.vol = day.update.day_volume
        if not day.has_traded:
            return
        if self._minute_bar is None:
            self._minute_bar = self._ohlc.ohlc.add(interval="I1")
        self._write_minute()
        if self._sends_previous_minute and day.minutes:
            self._write_previous()

    def _write_minute(self) -> None:
        day, bar = self._day, self._minute_bar
        bar.open, bar.high = day.minute_open / 100, day.minute_high / 100
        bar.low, bar.close = day.minute_low / 100, day.close / 100
        bar.vol, bar.ts = day.minute_volume, day.minute_ms

    def _write_previous(self) -> None:
        if self._previous_bar is None:
            self._previous_bar = self._ohlc.ohlc.add(interval="I1")
        bar, last = self._previous_bar, self._day.minutes[-1]
        bar.open, bar.high = last.open / 100, last.high / 100
        bar.low, bar.close = last.low / 100, last.close / 100
        bar.vol, bar.ts = last.volume or 0, last.start_ms


def _write_quote(quote: Any, bid: Level, ask: Level) -> None:
    quote.bidP, quote.bidQ = bid[0] / 100, bid[1]
    quote.askP, quote.askQ = ask[0] / 100, ask[1]


def _request_mode(mode: str) -> int:
    return int(schema.RequestMode.full_d30 if mode == FULL_D30 else schema.RequestMode.full_d5)


def _varint(value: int) -> bytes:
    """Base-128 encoding of a non-negative integer, least significant group first."""
    encoded = bytearray()
    while value > 0x7F:  # noqa: PLR2004  # seven bits a byte
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
