"""Decode a full-mode frame of 200 instruments, against the SDK's own way; prints a ratio with its limit.

Run: python benchmarks/feed_decode.py
"""

import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from google.protobuf.json_format import MessageToDict
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse

from trading_bot import native
from trading_bot.adapters.upstox.streams.decode_feed import FeedDecoder, FeedStatistics

INSTRUMENTS = 200
ROUNDS = 15
NOW_MS = 1_795_147_200_000
RATIO_MIN = 12.0
"""The SDK's way costs at least this many times as much; 15 to 20 is usual."""


def main() -> int:
    """Print microseconds per tick and the ratio; 1 when the ratio is below its limit."""
    raw = frame()
    parse = FeedResponse.FromString
    ours = _decoding(raw, FeedDecoder(FeedStatistics()))
    by_attributes = _decoding(raw, FeedDecoder(FeedStatistics(), is_walked=False))
    parsing = microseconds_per_tick(lambda: parse(raw), calls=40)
    theirs = microseconds_per_tick(lambda: MessageToDict(parse(raw)), calls=2)
    print(
        f"machine        {platform.machine()} {platform.python_implementation()} {platform.python_version()}"
    )
    print(f"frame          {len(raw)} bytes, {INSTRUMENTS} instruments, full mode")
    print(f"parse only     {parsing:7.2f} us per tick")
    way = "compiled" if native.is_used() else "interpreted"
    print(f"FeedDecoder    {ours:7.2f} us per tick ({way}; by attributes {by_attributes:.2f})")
    print(f"MessageToDict  {theirs:7.2f} us per tick")
    print(f"ratio          {theirs / ours:7.1f} (limit: at least {RATIO_MIN})")
    return 0 if theirs / ours >= RATIO_MIN else 1


def _decoding(raw: bytes, decoder: FeedDecoder) -> float:
    decoder.decode(raw)  # the first word about a key takes the general way
    return microseconds_per_tick(lambda: decoder.decode(raw), calls=40)


def frame() -> bytes:
    """Return a frame as the feed sends it in full mode: five levels, two bars, greeks, totals."""
    response = FeedResponse(type=1, currentTs=NOW_MS)
    for number in range(INSTRUMENTS):
        feed = response.feeds[f"NSE_EQ|INE{number:06d}018"]
        feed.requestMode = 1
        packet = feed.fullFeed.marketFF
        price = 1400.05 + number
        packet.ltpc.ltp, packet.ltpc.ltt, packet.ltpc.ltq, packet.ltpc.cp = price, NOW_MS - 5, 7, 1390.5
        for level in range(5):
            packet.marketLevel.bidAskQuote.add(
                bidQ=10 + level, bidP=price - 0.05 * level, askQ=20 + level, askP=price + 0.05 * (level + 1)
            )
        for interval in ("1d", "I1"):
            packet.marketOHLC.ohlc.add(
                interval=interval, open=price, high=price + 1, low=price - 1, close=price, vol=1000, ts=NOW_MS
            )
        packet.optionGreeks.delta = 0.5
        packet.atp, packet.vtt, packet.tbq, packet.tsq = price, 100_000 + number, 64_839.0, 55_703.0
    return bytes(response.SerializeToString())


def microseconds_per_tick(decode: Callable[[], object], *, calls: int) -> float:
    """Return the best of several rounds: what the machine does when nothing else runs."""
    best_s = float("inf")
    for _ in range(ROUNDS):
        started_s = time.perf_counter()
        for _ in range(calls):
            decode()
        best_s = min(best_s, (time.perf_counter() - started_s) / calls)
    return best_s / INSTRUMENTS * 1e6


if __name__ == "__main__":
    sys.exit(main())
