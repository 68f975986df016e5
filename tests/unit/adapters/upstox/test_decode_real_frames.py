"""Frames as the real feed sent them."""

import json

from google.protobuf.json_format import MessageToDict, Parse
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse

from trading_bot.domain.market_data import Tick


def ticks_of(decoder, response) -> tuple[Tick, ...]:
    return tuple(tick for frame in decoder.decode(response.SerializeToString()) for tick in frame.ticks)


def test_real_frame_of_one_share_is_decoded(shared_data, decoder):
    raw = rebuilt(shared_data / "upstox_feed" / "v3_live_feed_grasim_2025-09-11.json")

    [frame] = decoder.decode(raw)

    assert frame.ticks == (
        Tick("NSE_EQ|INE047A01021", 278_750, 1_757_580_454_460, 118_836, 278_750, 45, 278_790, 1, 278_580),
    )


def test_real_frame_of_many_instruments_agrees_with_the_dictionary_decoder(shared_data, decoder):
    raw = rebuilt(shared_data / "upstox_feed" / "v3_live_feed_snapshot_2025-12-26.json")
    slow = MessageToDict(FeedResponse.FromString(raw))["feeds"]

    ticks = ticks_of(decoder, FeedResponse.FromString(raw))

    assert len(ticks) == 11
    for tick in ticks:
        packet = slow[tick.instrument_key]["fullFeed"]["marketFF"]
        best = packet["marketLevel"]["bidAskQuote"][0]
        assert tick.last_price == round(packet["ltpc"]["ltp"] * 100)
        assert tick.day_volume == int(packet["vtt"])
        assert (tick.bid, tick.ask) == (round(best["bidP"] * 100), round(best["askP"] * 100))
        assert (tick.bid_quantity, tick.ask_quantity) == (int(best["bidQ"]), int(best["askQ"]))


def rebuilt(path) -> bytes:
    return Parse(json.dumps(json.loads(path.read_text())), FeedResponse()).SerializeToString()
