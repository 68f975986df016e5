"""The sending side of a loopback measurement: full-mode frames over a WebSocket, paced, each with its time.

Run by tick_to_decision.py as a process of its own: wire_frames.py COUNT FRAMES STEP_MS PACE_MS
Prints its port first; when all is sent, a line of JSON: nanoseconds of the monotonic clock by frame time.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.market import Prices, beats, instruments_of

INTERVAL_NAMES = ("1d", "I1")


def main() -> None:
    """Serve one client and end."""
    count, frames_between, step_ms, pace_ms = (int(argument) for argument in sys.argv[1:5])
    asyncio.run(_serve(count, frames_between, step_ms, pace_ms / 1000))


async def _serve(count: int, frames_between: int, step_ms: int, pace_s: float) -> None:
    finished = asyncio.Event()

    async def send_all(connection: ServerConnection) -> None:
        await connection.recv()
        sent = await _send(connection, count, frames_between, step_ms, pace_s)
        print(json.dumps(sent), flush=True)
        await connection.wait_closed()
        finished.set()

    async with serve(send_all, "127.0.0.1", 0, compression=None, max_size=None) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await finished.wait()


async def _send(
    connection: ServerConnection, count: int, frames_between: int, step_ms: int, pace_s: float
) -> dict[int, int]:
    template, prices, sent = _template(count), Prices(count), {}
    next_s = time.monotonic() + 0.2
    for number, beat in enumerate(beats(frames_between, step_ms)):
        # A real sender is another machine: here it keeps still while the receiver works on the last frame.
        await asyncio.sleep(max(0.0, next_s - time.monotonic() - pace_s / 2))
        raw = _frame(template, beat.at_ms, prices.next(), number)
        await asyncio.sleep(max(0.0, next_s - time.monotonic()))
        next_s = max(next_s + pace_s, time.monotonic())
        sent[beat.at_ms] = time.monotonic_ns()
        await connection.send(raw)
    return sent


def _template(count: int) -> FeedResponse:
    response = FeedResponse(type=1)
    for one in instruments_of(count):
        feed = response.feeds[one.key]
        feed.requestMode = 1
        packet = feed.fullFeed.marketFF
        for level in range(5):
            packet.marketLevel.bidAskQuote.add(bidQ=10 + level, bidP=999.0, askQ=20 + level, askP=1001.0)
        for interval in INTERVAL_NAMES:
            packet.marketOHLC.ohlc.add(
                interval=interval, open=1000, high=1001, low=999, close=1000, vol=1000, ts=1
            )
        packet.optionGreeks.delta = 0.5
        packet.ltpc.cp, packet.ltpc.ltq = 990.0, 7
        packet.atp, packet.tbq, packet.tsq = 1000.0, 64_839.0, 55_703.0
    return response


def _frame(response: FeedResponse, at_ms: int, prices: list[int], number: int) -> bytes:
    response.currentTs = at_ms
    for feed, price in zip(response.feeds.values(), prices, strict=True):
        packet = feed.fullFeed.marketFF
        packet.ltpc.ltp, packet.ltpc.ltt = price / 100, at_ms - 10
        packet.vtt = 1_000 + number * 10
        quote = packet.marketLevel.bidAskQuote[0]
        quote.bidP, quote.askP = (price - 5) / 100, (price + 5) / 100
    return bytes(response.SerializeToString())


if __name__ == "__main__":
    main()
