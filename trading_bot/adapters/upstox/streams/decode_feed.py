"""Feed frames into ticks: protobuf attributes straight to tuples, never through dictionaries.

proto3 has no presence for numbers, so 0 can mean "not sent": a full packet may lack its last trade when only
depth changed, and a snapshot frame lacks its type. The decoder therefore remembers the last tick of each key
since the connection was made.
"""

from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from google.protobuf.message import DecodeError
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse, Quote

from trading_bot.adapters.upstox.streams import feed_walker
from trading_bot.adapters.upstox.streams.feed_walker import (
    AHEAD_MS,
    EARLIEST_MS,
    LATEST_MS,
    PRICE_MAX,
    PRICE_MIN,
    FeedWalker,
    Walked,
)
from trading_bot.domain.market_data import Frame, MarketPhase, MarketStatus, Tick
from trading_bot.domain.money import paise_from_wire

STALE_SNAPSHOT_MS: Final = 60_000
_INITIAL, _LIVE, _MARKET_INFO = 0, 1, 2
_IS_WALKED: Final = not feed_walker.__file__.endswith(".py")
"""Whether the walker is compiled; interpreted it would cost more than protobuf's attributes."""
_PHASES: Final = MappingProxyType(
    dict(
        enumerate(
            (
                MarketPhase.PRE_OPEN_START,
                MarketPhase.PRE_OPEN_END,
                MarketPhase.NORMAL_OPEN,
                MarketPhase.NORMAL_CLOSE,
                MarketPhase.CLOSING_START,
                MarketPhase.CLOSING_END,
            )
        )
    )
)
_NO_QUOTE: Final = Quote()
_tuple = tuple.__new__  # a third faster than calling the NamedTuple, for hundreds of thousands of them


@dataclass(slots=True)
class FeedStatistics:
    """What the feed sent that could not be used, and how much could."""

    frames: int = 0
    ticks: int = 0
    malformed: int = 0
    malformed_in_a_row: int = 0
    text_messages: int = 0
    without_last_trade: int = 0
    """Packets without a price, before any price of that key was known."""
    suspect_prices: int = 0
    """Packets dropped for a zero, negative, infinite or absurd price."""
    suspect_times: int = 0
    """Packets dropped for a trade from the future, or from before the market."""
    unknown_enums: int = 0
    without_time: int = 0
    """Packets of which nobody said when they were traded or sent."""
    depth_only: int = 0
    """Packets completed with the last known trade."""


class FeedDecoder:
    """Decodes the frames of one connection after another.

    The common packets are read by the walker where it is compiled, else by attributes: the same ticks.
    """

    def __init__(self, statistics: FeedStatistics, *, is_walked: bool = _IS_WALKED) -> None:
        self._statistics = statistics
        self._last: dict[str, Tick] = {}
        self._walker = FeedWalker() if is_walked else None

    def restart(self) -> None:
        """Forget the last ticks: a new connection sends fresh snapshots."""
        self._last = {}

    def decode(self, raw: bytes) -> tuple[Frame | MarketStatus, ...]:
        """Return what one message says, in order; empty when it cannot be used, which is counted."""
        statistics = self._statistics
        try:
            response = FeedResponse.FromString(raw)
        except DecodeError:
            statistics.malformed += 1
            statistics.malformed_in_a_row += 1
            return ()
        statistics.frames += 1
        statistics.malformed_in_a_row = 0
        kind = response.type
        if kind == _MARKET_INFO:
            return (self._market_status(response),)
        if kind not in (_INITIAL, _LIVE):
            statistics.unknown_enums += 1
        return self._frames(raw, response, is_initial=kind == _INITIAL)

    def _frames(self, raw: bytes, response: Any, *, is_initial: bool) -> tuple[Frame, ...]:
        sent_at_ms = response.currentTs
        if not EARLIEST_MS < sent_at_ms < LATEST_MS:
            sent_at_ms = _newest_trade_ms(response)
        if not sent_at_ms:
            self._statistics.without_time += len(response.feeds)
            return ()
        packets = response.feeds
        walked = None
        if self._walker is not None:
            walked = self._walker.walk(raw, sent_at_ms, self._last, len(packets))
        live, uncommon = walked or self._common(packets, sent_at_ms)
        for tick in live:
            self._last[tick[0]] = tick
        stale: list[Tick] = []
        for key in uncommon:
            self._take_uncommon(key, packets[key], sent_at_ms, live, stale)
        self._statistics.ticks += len(live) + len(stale)
        frames = (Frame(sent_at_ms, tuple(stale), True), Frame(sent_at_ms, tuple(live), is_initial))
        return tuple(frame for frame in frames if frame.ticks)

    def _common(self, packets: Any, sent_at_ms: int) -> Walked:
        """Read by attributes what the walker reads from the bytes; sorted, since a map has no order."""
        ticks: list[Tick] = []
        uncommon: list[str] = []
        newest_ms = sent_at_ms + AHEAD_MS
        for key, feed in sorted(packets.items(), key=itemgetter(0)):
            # Unrolled: each call saved here is saved for every tick of the day. Reading an absent
            # sub-message gives zeros, so other modes show by their price.
            before = self._last.get(key)
            packet = feed.fullFeed.marketFF
            trade = packet.ltpc
            price = trade.ltp
            quotes = packet.marketLevel.bidAskQuote
            if before is None or not quotes or not PRICE_MIN <= price < PRICE_MAX:
                uncommon.append(key)
                continue
            quote = quotes[0]
            traded_at_ms = trade.ltt or sent_at_ms
            if not EARLIEST_MS < traded_at_ms <= newest_ms:
                uncommon.append(key)
                continue
            bid, ask = quote.bidP, quote.askP
            if not (0.0 <= bid < PRICE_MAX and 0.0 <= ask < PRICE_MAX):  # also for NaN
                uncommon.append(key)
                continue
            # int(x + 0.5) is money.paise_from_wire for prices of two decimals, in half the time.
            values = (
                key,
                int(price * 100.0 + 0.5),
                traded_at_ms,
                packet.vtt or before[3] or 0,  # 0 is how "not sent" looks
                int(bid * 100.0 + 0.5),
                quote.bidQ,
                int(ask * 100.0 + 0.5),
                quote.askQ,
                before[8] or _close_of(trade),
            )
            ticks.append(_tuple(Tick, values))
        return Walked(ticks, uncommon)

    def _take_uncommon(
        self, key: str, feed: Any, sent_at_ms: int, live: list[Tick], stale: list[Tick]
    ) -> None:
        before = self._last.get(key)
        tick = self._uncommon(key, feed, before, sent_at_ms)
        if tick is None:
            return
        self._last[key] = tick
        if before is None and sent_at_ms - tick[2] > STALE_SNAPSHOT_MS:
            stale.append(tick)  # the first word about a quiet key is old news, whatever its type says
        else:
            live.append(tick)

    def _uncommon(self, key: str, feed: Any, before: Tick | None, sent_at_ms: int) -> Tick | None:
        packet = _packet(feed)
        if packet.trade is None:
            if before is None:
                self._statistics.without_last_trade += 1
                return None
            self._statistics.depth_only += 1
        elif not PRICE_MIN <= packet.trade.ltp < PRICE_MAX:
            self._statistics.suspect_prices += 1
            return None
        elif packet.trade.ltt and not EARLIEST_MS < packet.trade.ltt <= sent_at_ms + AHEAD_MS:
            self._statistics.suspect_times += 1
            return None
        try:
            return _completed(key, packet, before, sent_at_ms)
        except (ValueError, OverflowError):
            self._statistics.suspect_prices += 1
            return None

    def _market_status(self, response: Any) -> MarketStatus:
        phases: dict[str, MarketPhase] = {}
        for segment, number in response.marketInfo.segmentStatus.items():
            phase = _PHASES.get(number)
            if phase is None:
                self._statistics.unknown_enums += 1
            else:
                phases[segment] = phase
        return MarketStatus(response.currentTs, MappingProxyType(phases))


def _close_of(trade: Any) -> int:
    close = trade.cp
    return int(close * 100.0 + 0.5) if 0.0 < close < PRICE_MAX else 0


def _newest_trade_ms(response: Any) -> int:
    """Return the latest trade time of a frame that does not say when it was sent; 0 where there is none."""
    trades = (_packet(feed).trade for feed in response.feeds.values())
    times_ms = (trade.ltt for trade in trades if trade is not None)
    return max((at_ms for at_ms in times_ms if EARLIEST_MS < at_ms < LATEST_MS), default=0)


class _Packet(NamedTuple):
    """The parts of one instrument's packet, whatever its mode."""

    trade: Any
    """None when the packet has no last trade."""
    quote: Any
    volume: int | None


def _packet(feed: Any) -> _Packet:
    union = feed.WhichOneof("FeedUnion")
    if union == "ltpc":
        return _Packet(feed.ltpc, _NO_QUOTE, None)
    if union == "firstLevelWithGreeks":
        first = feed.firstLevelWithGreeks
        return _Packet(first.ltpc if first.HasField("ltpc") else None, first.firstDepth, first.vtt)
    if union != "fullFeed":
        return _Packet(None, _NO_QUOTE, None)
    kind = feed.fullFeed.WhichOneof("FullFeedUnion")
    if kind is None:
        return _Packet(None, _NO_QUOTE, None)
    full = feed.fullFeed.indexFF if kind == "indexFF" else feed.fullFeed.marketFF
    trade = full.ltpc if full.HasField("ltpc") else None
    if kind == "indexFF":
        return _Packet(trade, _NO_QUOTE, None)
    quotes = full.marketLevel.bidAskQuote
    return _Packet(trade, quotes[0] if quotes else _NO_QUOTE, full.vtt)


def _completed(key: str, packet: _Packet, before: Tick | None, sent_at_ms: int) -> Tick:
    """Return the tick of a packet; what it lacks is taken from before. Raises ValueError, OverflowError."""
    trade, quote = packet.trade, packet.quote
    known = before or Tick(key, 0, 0)
    close = _close_of(trade) if trade is not None else 0
    bid, ask = paise_from_wire(quote.bidP), paise_from_wire(quote.askP)
    if not (0.0 <= quote.bidP < PRICE_MAX and 0.0 <= quote.askP < PRICE_MAX):
        raise ValueError("a quote that is no price")
    return Tick(
        instrument_key=key,
        last_price=known.last_price if trade is None else paise_from_wire(trade.ltp),
        traded_at_ms=known.traded_at_ms if trade is None else trade.ltt or sent_at_ms,
        day_volume=packet.volume or (packet.volume if known.day_volume is None else known.day_volume),
        bid=bid,
        bid_quantity=quote.bidQ,
        ask=ask,
        ask_quantity=quote.askQ,
        previous_close=close or known.previous_close,
    )
