from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as schema

from tests.fakes.scripted_market import NIFTY, ON, RELIANCE, at, update
from trading_bot.domain.ist import midnight_ms
from trading_bot.simulator.server.session.day_record import InstrumentDay, MarketDay
from trading_bot.simulator.server.streams.feed_encoder import FULL, LIVE_FEED, LTPC, FeedEncoder, frame


def encoder(*days: InstrumentDay, omits: bool = True, previous_minute: bool = False) -> FeedEncoder:
    return FeedEncoder(MarketDay(days), omits_idle_ltpc=omits, sends_previous_minute=previous_minute)


def day(instrument=RELIANCE) -> InstrumentDay:
    return InstrumentDay(instrument, 139_000, midnight_ms(ON))


def decoded(*entries: bytes) -> schema.FeedResponse:
    return schema.FeedResponse.FromString(frame(LIVE_FEED, entries, at("09:15")))


def test_a_frame_of_joined_entries_is_one_message():
    one, two = day(), day(NIFTY)
    encode = encoder(one, two)

    message = decoded(*(encode.snapshot_entry(key, LTPC) for key in (RELIANCE.key, NIFTY.key)))

    assert message.type == schema.Type.live_feed
    assert message.currentTs == at("09:15")
    assert {key: feed.ltpc.ltp for key, feed in message.feeds.items()} == {
        RELIANCE.key: 1390.0,
        NIFTY.key: 1390.0,
    }


def test_the_kept_message_shows_the_newest_state_each_time():
    record = day()
    encode = encoder(record)
    record.apply(update(RELIANCE, "09:15:01", 140_000, volume=10))
    encode.live_entry(RELIANCE.key, FULL)
    record.apply(update(RELIANCE, "09:16:01", 141_000, volume=30, depth=False))

    market = decoded(encode.live_entry(RELIANCE.key, FULL)).feeds[RELIANCE.key].fullFeed.marketFF

    assert (market.ltpc.ltp, market.vtt, market.tbq) == (1410.0, 30, 0.0)
    assert market.marketLevel.bidAskQuote[0].bidQ == 0
    day_bar, minute_bar = market.marketOHLC.ohlc
    assert (day_bar.interval, day_bar.open, day_bar.high, day_bar.vol) == ("1d", 1400.0, 1410.0, 30)
    assert (minute_bar.interval, minute_bar.ts, minute_bar.vol) == ("I1", at("09:16"), 20)


def test_ltpc_returns_after_a_packet_without_it():
    record = day()
    encode = encoder(record)
    first = update(RELIANCE, "09:15:01", 140_000)
    presence = []
    for one in (first, first._replace(asks=()), update(RELIANCE, "09:15:02", 140_100, volume=200)):
        record.apply(one)
        market = decoded(encode.live_entry(RELIANCE.key, FULL)).feeds[RELIANCE.key].fullFeed.marketFF
        presence.append((market.HasField("ltpc"), market.ltpc.ltp))

    assert presence == [(True, 1400.0), (False, 0.0), (True, 1401.0)]


def test_ltpc_subscribers_hear_nothing_of_depth():
    record = day()
    encode = encoder(record)
    first = update(RELIANCE, "09:15:01", 140_000)
    record.apply(first)
    record.apply(first._replace(asks=()))

    assert encode.live_entry(RELIANCE.key, LTPC) == b""


def test_the_finished_minute_is_sent_beside_the_forming_one_on_demand():
    record = day()
    encode = encoder(record, previous_minute=True)
    for clock in ("09:15:01", "09:16:01"):
        record.apply(update(RELIANCE, clock, 140_000))

    market = decoded(encode.snapshot_entry(RELIANCE.key, FULL)).feeds[RELIANCE.key].fullFeed.marketFF

    assert [bar.ts for bar in market.marketOHLC.ohlc] == [midnight_ms(ON), at("09:16"), at("09:15")]


def test_an_index_has_no_depth():
    record = day(NIFTY)
    record.apply(update(NIFTY, "09:15:01", 2_600_000, depth=False))

    feed = decoded(encoder(record).snapshot_entry(NIFTY.key, FULL)).feeds[NIFTY.key]

    assert feed.fullFeed.WhichOneof("FullFeedUnion") == "indexFF"
    assert feed.fullFeed.indexFF.ltpc.ltq == 0
