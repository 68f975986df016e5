"""Spoiled frames of the feed through both ways of reading it, and on into the engine."""

import json
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from google.protobuf.json_format import Parse
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse

from tests.fakes.engine_driver import EngineDriver
from tests.fakes.scripted_market import CALL, NIFTY, ON, RELIANCE, SBIN, at, update
from tests.fuzz.wire_format import spoiled
from trading_bot.adapters.upstox.streams.decode_feed import FeedDecoder, FeedStatistics
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.market_data import Frame
from trading_bot.engine.inputs import FrameReceived
from trading_bot.simulator.server.session.day_record import InstrumentDay, MarketDay
from trading_bot.simulator.server.streams.feed_encoder import (
    INITIAL_FEED,
    LIVE_FEED,
    MODES,
    FeedEncoder,
    frame,
)

_SHARED = os.environ.get("TRADING_BOT_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data")
_RECORDED = Path(_SHARED) / "upstox_feed"
"""Beside the project, where somebody has recorded frames; without them the simulator's are spoiled alone."""
_PRICE_MAX = 100_000_000_000
"""Paise: a billion rupees."""


@cache
def corpus() -> list[bytes]:
    """Whole frames: the simulator's in every mode, the market's status, and recorded ones where there are."""
    days = [InstrumentDay(one, 139_000, midnight_ms(ON)) for one in (RELIANCE, SBIN, CALL, NIFTY)]
    encoder = FeedEncoder(MarketDay(days), omits_idle_ltpc=True, sends_previous_minute=True)
    frames: list[bytes] = []
    for second in range(4):
        for day in days:
            moment = f"09:15:0{second}"
            day.apply(update(day.instrument, moment, 140_000 + 15 * second, volume=10 * second + 1))
        for mode in MODES:
            kind, entry = (
                (LIVE_FEED, encoder.live_entry) if second else (INITIAL_FEED, encoder.snapshot_entry)
            )
            entries = [entry(day.instrument.key, mode) for day in days]
            frames.append(frame(kind, entries, at("09:15") + 1_000 * second))
    status = FeedResponse(type=2, currentTs=at("09:15"))
    status.marketInfo.segmentStatus["NSE_EQ"] = 2
    return [*frames, status.SerializeToString(), *_recorded()]


def _recorded() -> list[bytes]:
    texts = [file.read_text() for file in sorted(_RECORDED.glob("*.json"))]
    return [Parse(json.dumps(json.loads(text)), FeedResponse()).SerializeToString() for text in texts]


def some_messages(chance: Random) -> list[bytes]:
    """What one connection sends: good frames and spoiled ones in turn."""
    frames = corpus()
    first = chance.choice(frames)
    later = [chance.choice(frames) for _ in range(3)]
    return [first, *(spoiled(raw, frames, chance) if chance.random() < 0.8 else raw for raw in later)]


def read_frames(messages: list[bytes]) -> None:
    """Read them both ways. Raises AssertionError, or whatever escapes, when something is wrong."""
    attributes, walked = FeedStatistics(), FeedStatistics()
    decoders = FeedDecoder(attributes, is_walked=False), FeedDecoder(walked, is_walked=True)
    engine, newest_ms = EngineDriver(), 0
    for raw in messages:
        by_attributes, by_walking = (list(map(_in_order, decoder.decode(raw))) for decoder in decoders)
        # repr, since a spoiled key may come twice and nothing else tells -0.0 from 0.0
        assert repr(by_attributes) == repr(by_walking), "the two ways of reading differ"
        assert asdict(attributes) == asdict(walked), "the two ways of counting differ"
        for message in by_attributes:
            if isinstance(message, Frame):
                newest_ms = max(newest_ms, message.sent_at_ms)
                _check(message, newest_ms)
                engine.take(FrameReceived(at_ms=0, frame=message))


def _in_order(message: Any) -> Any:
    if not isinstance(message, Frame):
        return message
    return Frame(message.sent_at_ms, tuple(sorted(message.ticks, key=repr)), message.is_snapshot)


def _check(frame: Frame, newest_ms: int) -> None:
    for tick in frame.ticks:
        assert 0 < tick.last_price <= _PRICE_MAX, "a price that is none"
        assert 0 < tick.traded_at_ms <= newest_ms + 60_000, "a trade from the future"
        assert 0 <= tick.bid <= _PRICE_MAX, "a bid that is none"
        assert 0 <= tick.ask <= _PRICE_MAX, "an ask that is none"
        assert 0 <= tick.previous_close <= _PRICE_MAX, "a close that is none"
