"""Everything of Upstox, wired: the one call that the composition root makes."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trading_bot.adapters.upstox.fields import Oddities
from trading_bot.adapters.upstox.offload import ThreadOffload
from trading_bot.adapters.upstox.pacing import CallPace
from trading_bot.adapters.upstox.rest import calls
from trading_bot.adapters.upstox.rest.history import UpstoxCandles, UpstoxHistory
from trading_bot.adapters.upstox.rest.instruments import UpstoxInstruments
from trading_bot.adapters.upstox.rest.market_info import UpstoxMarket
from trading_bot.adapters.upstox.rest.reads import BrokerReads
from trading_bot.adapters.upstox.rest.rest import UpstoxBroker
from trading_bot.adapters.upstox.rest.transport import TokenSource, UpstoxTransport
from trading_bot.adapters.upstox.settings import UpstoxSettings
from trading_bot.adapters.upstox.streams.feed import PriorityKeys, UpstoxFeed
from trading_bot.adapters.upstox.streams.order_stream import OrderStream
from trading_bot.adapters.upstox.streams.sockets import KeptStream
from trading_bot.engine.ports import Broker, History

_WRITE_THREADS = 4
_READ_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstoxAdapter:
    """The ports of one account, sharing connections, threads and counters."""

    transport: UpstoxTransport
    reads: BrokerReads
    broker: Broker
    feed: UpstoxFeed
    history: History
    past: UpstoxCandles
    market: UpstoxMarket
    instruments: UpstoxInstruments
    oddities: Oddities

    def close(self) -> None:
        """Close threads and connections."""
        self.transport.close()


def upstox_adapter(
    settings: UpstoxSettings,
    token: TokenSource,
    *,
    cache_folder: Path,
    clock_ms: Callable[[], int],
    priority_keys: PriorityKeys = tuple,
) -> UpstoxAdapter:
    """Wire the adapter for real life: threads, wall-clock sleep, ordinary randomness for jitter.

    `clock_ms` is session time: it decides what is today and which candle is finished.
    """
    jitter = random.Random().random  # noqa: S311  # spreads retries; guards nothing
    lane = ThreadOffload("upstox-read", _READ_THREADS)
    transport = UpstoxTransport(
        settings, token, write_lane=ThreadOffload("upstox-write", _WRITE_THREADS), read_lane=lane
    )
    reads = BrokerReads(transport, settings, jitter=jitter, sleep=asyncio.sleep)
    oddities = Oddities()
    order_socket, feed_socket = (
        KeptStream(name, address, settings, reads, jitter=jitter, sleep=asyncio.sleep)
        for name, address in (
            ("order stream", calls.order_stream_address()),
            ("market feed", calls.market_feed_address()),
        )
    )
    pace = CallPace(settings.history_calls_per_minute, asyncio.sleep, time.monotonic)
    return UpstoxAdapter(
        transport=transport,
        reads=reads,
        broker=UpstoxBroker(settings, transport, reads, OrderStream(order_socket, oddities), oddities),
        feed=UpstoxFeed(settings, feed_socket, priority_keys=priority_keys),
        history=UpstoxHistory(reads, pace, clock_ms),
        past=UpstoxCandles(reads, pace),
        market=UpstoxMarket(reads),
        instruments=UpstoxInstruments(settings, transport, cache_folder, clock_ms=clock_ms, offload=lane),
        oddities=oddities,
    )
