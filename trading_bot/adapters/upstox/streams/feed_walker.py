"""The common packet of the feed, read straight from its bytes into a tick; compiled, a tenth of the cost.

The parser of protobuf has accepted the frame before (see decode_feed.py), so its structure needs no second
doubt. A packet is common when it is that of a share or a contract in full mode, its key has a tick already,
and its last trade and best quotes are sound. All others are left to the general reader by their key. Fields
that come twice are merged as protobuf says: the later number holds, lists go on.
"""

from typing import Final, NamedTuple

from librt.strings import read_f64_le
from mypy_extensions import i64

from trading_bot.domain.market_data import Tick

PRICE_MIN: Final = 0.01
PRICE_MAX: Final = 1e9
"""In rupees; below a paisa, above the largest, and for infinity, a price is nonsense."""
EARLIEST_MS: Final = 946_665_000_000  # 2000 in India
LATEST_MS: Final = 4_102_425_000_000  # 2100
"""Between these lie all times of the market."""
AHEAD_MS: Final = 60_000
"""No trade is as much newer than the frame that tells of it."""

# Wire types, and the tags of the fields that are read: eight times the field's number plus its wire type.
# Constants of their own, since the compiler puts these in place.
_VARINT: Final = 0
_FIXED_64: Final = 1
_BYTES: Final = 2
_FIXED_32: Final = 5
_FEEDS: Final = 18  # FeedResponse.feeds
_KEY: Final = 10  # entry of feeds: its key,
_FEED: Final = 18  # and its value
_FULL_FEED: Final = 18  # Feed.fullFeed
_REQUEST_MODE: Final = 32  # Feed.requestMode
_MARKET_FULL: Final = 10  # FullFeed.marketFF
_TRADE: Final = 10  # MarketFullFeed.ltpc
_LEVELS: Final = 18  # MarketFullFeed.marketLevel
_DAY_VOLUME: Final = 48  # MarketFullFeed.vtt
_LAST_PRICE: Final = 9  # LTPC.ltp
_TRADED_AT: Final = 16  # LTPC.ltt
_CLOSE: Final = 33  # LTPC.cp
_QUOTE: Final = 10  # MarketLevel.bidAskQuote
_BID_QUANTITY: Final = 8  # Quote.bidQ
_BID: Final = 17  # Quote.bidP
_ASK_QUANTITY: Final = 24  # Quote.askQ
_ASK: Final = 33  # Quote.askP
_MORE: Final = 128  # set in each byte of a number but its last
_WIDEST_SHIFT: Final = 56  # nine groups of seven bits stay below 2**63; no number of the feed is larger
_tuple = tuple.__new__  # a third faster than calling the NamedTuple, for hundreds of thousands of them


class Walked(NamedTuple):
    """What a frame holds."""

    ticks: list[Tick]
    """Those of the common packets, in the order of the wire."""
    uncommon: list[str]
    """Keys of all other packets."""


class _UncommonError(Exception):
    """Something that only the general reader understands."""


class FeedWalker:
    """Walks frames; keeps the fields of one packet at a time."""

    __slots__ = ("_ask", "_ask_quantity", "_at", "_bid", "_bid_quantity", "_close", "_day_volume",
                 "_has_quote", "_last_price", "_newest_ms", "_raw", "_traded_at_ms")  # fmt: skip

    def __init__(self) -> None:
        self._raw = b""
        self._at: i64 = 0
        self._newest_ms: i64 = 0
        self._forget()

    def walk(self, raw: bytes, sent_at_ms: int, known: dict[str, Tick], packets: int) -> Walked | None:
        """Read a frame that holds so many packets, by the count of protobuf; None when we count others.

        `known` has the last tick of each key; what a packet leaves out is taken from there.
        """
        self._raw = raw
        self._at = 0
        self._newest_ms = sent_at_ms + AHEAD_MS
        end: i64 = len(raw)
        ticks: list[Tick] = []
        uncommon: list[str] = []
        try:
            while self._at < end:
                tag = self._varint()
                if tag != _FEEDS:
                    self._skip(tag & 7)
                    continue
                entry_end = self._length()
                self._read_entry(entry_end, sent_at_ms, known, ticks, uncommon)
                self._at = entry_end
        except _UncommonError:
            return None
        return Walked(ticks, uncommon) if len(ticks) + len(uncommon) == packets else None

    def _read_entry(
        self, end: i64, sent_at_ms: int, known: dict[str, Tick], ticks: list[Tick], uncommon: list[str]
    ) -> None:
        """One packet with its key, which comes first on the wire."""
        if self._at == end or self._varint() != _KEY:
            raise _UncommonError
        key_end = self._length()
        key = self._raw[self._at : key_end].decode()
        self._at = key_end
        if key_end < end and not (self._varint() == _FEED and self._length() == end):
            raise _UncommonError  # a second key, or a second value: only protobuf knows which holds
        before = known.get(key)
        self._forget()
        if before is not None and self._read_feed(end):
            ticks.append(self._tick(before, sent_at_ms))
        else:
            uncommon.append(key)

    def _tick(self, before: Tick, sent_at_ms: int) -> Tick:
        # int(x + 0.5) is money.paise_from_wire for prices of two decimals, in half the time.
        return _tuple(
            Tick,
            (
                before[0],
                int(self._last_price * 100.0 + 0.5),
                self._traded_at_ms or sent_at_ms,
                self._day_volume or before[3] or 0,  # 0 is how "not sent" looks
                int(self._bid * 100.0 + 0.5),
                self._bid_quantity,
                int(self._ask * 100.0 + 0.5),
                self._ask_quantity,
                before[8] or (int(self._close * 100.0 + 0.5) if 0.0 < self._close < PRICE_MAX else 0),
            ),
        )

    def _forget(self) -> None:
        self._last_price = self._close = self._bid = self._ask = 0.0
        self._traded_at_ms: i64 = 0
        self._day_volume: i64 = 0
        self._bid_quantity: i64 = 0
        self._ask_quantity: i64 = 0
        self._has_quote = False

    def _read_feed(self, end: i64) -> bool:
        """The packet itself; whether it is common."""
        while self._at < end:
            tag = self._varint()
            if tag == _REQUEST_MODE:
                self._varint()
            elif tag != _FULL_FEED or not self._read_full_feed(self._length()):
                return False
        return (
            self._has_quote
            and PRICE_MIN <= self._last_price < PRICE_MAX
            and 0.0 <= self._bid < PRICE_MAX
            and 0.0 <= self._ask < PRICE_MAX
            and (self._traded_at_ms == 0 or EARLIEST_MS < self._traded_at_ms <= self._newest_ms)
        )

    def _read_full_feed(self, end: i64) -> bool:
        while self._at < end:
            if self._varint() != _MARKET_FULL:
                return False
            self._read_market(self._length())
        return True

    def _read_market(self, end: i64) -> None:
        while self._at < end:
            tag = self._varint()
            if tag == _TRADE:
                self._read_trade(self._length())
            elif tag == _LEVELS:
                self._read_levels(self._length())
            elif tag == _DAY_VOLUME:
                self._day_volume = self._varint()
            else:
                self._skip(tag & 7)

    def _read_trade(self, end: i64) -> None:
        while self._at < end:
            tag = self._varint()
            if tag == _LAST_PRICE:
                self._last_price = self._double()
            elif tag == _TRADED_AT:
                self._traded_at_ms = self._varint()
            elif tag == _CLOSE:
                self._close = self._double()
            else:
                self._skip(tag & 7)

    def _read_levels(self, end: i64) -> None:
        """The best level; those behind it are not read."""
        while self._at < end:
            tag = self._varint()
            if tag != _QUOTE or self._has_quote:
                self._skip(tag & 7)
                continue
            self._has_quote = True
            self._read_quote(self._length())

    def _read_quote(self, end: i64) -> None:
        while self._at < end:
            tag = self._varint()
            if tag == _BID:
                self._bid = self._double()
            elif tag == _ASK:
                self._ask = self._double()
            elif tag == _BID_QUANTITY:
                self._bid_quantity = self._varint()
            elif tag == _ASK_QUANTITY:
                self._ask_quantity = self._varint()
            else:
                self._skip(tag & 7)

    def _double(self) -> float:
        at = self._at
        self._at = at + 8
        return read_f64_le(self._raw, at)

    def _varint(self) -> i64:
        raw, at = self._raw, self._at
        value: i64 = i64(raw[at])
        at += 1
        if value >= _MORE:
            value -= _MORE
            shift: i64 = 7
            while True:
                byte: i64 = i64(raw[at])
                at += 1
                value |= (byte & (_MORE - 1)) << shift
                if byte < _MORE:
                    break
                shift += 7
                if shift > _WIDEST_SHIFT:
                    raise _UncommonError
        self._at = at
        return value

    def _length(self) -> i64:
        """Where the part ends whose length stands here."""
        length = self._varint()
        return self._at + length

    def _skip(self, wire_type: i64) -> None:
        if wire_type == _VARINT:
            self._varint()
        elif wire_type == _FIXED_64:
            self._at += 8
        elif wire_type == _BYTES:
            self._at = self._length()
        elif wire_type == _FIXED_32:
            self._at += 4
        else:
            raise _UncommonError
