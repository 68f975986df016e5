"""The walker of bytes gives what protobuf's attributes give, whatever the frame (faults 9 and 10)."""

from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse

from trading_bot.adapters.upstox.streams.decode_feed import FeedDecoder, FeedStatistics
from trading_bot.adapters.upstox.streams.feed_walker import FeedWalker
from trading_bot.domain.market_data import Frame, Tick

NOW_MS = 1_795_147_200_000
KEYS = ("NSE_EQ|INE002A01018", "NSE_EQ|INE009A01021", "NSE_FO|57340", "NSE_INDEX|Nifty 50")

sound = st.integers(1, 5_000_000).map(lambda paise: paise / 100)
prices = st.one_of(
    *[sound] * 12,  # most packets of a feed are sound, and only those are walked
    st.sampled_from((-1.0, 0.0, 1e9, 1e12, float("nan"), float("inf"))),
)
numbers = st.one_of(
    st.integers(0, 300), st.integers(0, 2**40), st.sampled_from((-1, -(2**63), 2**63 - 1, 2**56, NOW_MS))
)


@st.composite
def packets(draw):
    """One instrument's packet: of any mode, with any of its fields left out."""
    feed = FeedResponse().feeds["any"]
    mode = draw(st.sampled_from(("market", "market", "market", "index", "ltpc", "greeks", "none")))
    if mode == "none":
        return feed
    packet = {
        "market": lambda: feed.fullFeed.marketFF,
        "index": lambda: feed.fullFeed.indexFF,
        "ltpc": lambda: feed,
        "greeks": lambda: feed.firstLevelWithGreeks,
    }[mode]()
    _some_trade(draw, packet.ltpc)
    if mode in ("market", "greeks") and draw(st.booleans()):
        packet.vtt = draw(numbers)
    if mode == "market":
        for _ in range(draw(st.integers(0, 3))):
            quote = packet.marketLevel.bidAskQuote.add()
            quote.bidP, quote.askP = draw(prices), draw(prices)
            quote.bidQ, quote.askQ = draw(numbers), draw(numbers)
        packet.optionGreeks.delta = draw(prices)
        packet.marketOHLC.ohlc.add(interval="1d", open=1.0, vol=5)
        packet.atp, packet.casEligible = 1.5, draw(st.booleans())
    feed.requestMode = draw(st.integers(0, 3))
    return feed


def _some_trade(draw, trade):
    for name, values in (("ltp", prices), ("ltt", numbers), ("cp", prices), ("ltq", numbers)):
        if draw(st.integers(0, 4)):
            setattr(trade, name, draw(values))


@st.composite
def frames(draw):
    """A whole message, with or without its time."""
    response = FeedResponse(type=draw(st.sampled_from((0, 1, 1, 1))))
    if draw(st.integers(0, 9)):
        response.currentTs = NOW_MS + draw(st.integers(0, 100_000))
    for key, packet in draw(st.dictionaries(st.sampled_from(KEYS), packets())).items():
        response.feeds[key].CopyFrom(packet)
    return response.SerializeToString()


def spoiled(raw, cut, flips):
    """The message with some of its bits turned and its end cut off."""
    content = bytearray(raw[: len(raw) - cut] if cut else raw)
    for at, mask in flips:
        if content:
            content[at % len(content)] ^= mask
    return bytes(content)


broken = st.tuples(
    frames(),
    st.integers(0, 40),
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 255)), max_size=4),
).map(lambda parts: spoiled(*parts))


def in_order(messages):
    """Frames with their ticks sorted: a map on the wire has no order."""
    return [
        Frame(one.sent_at_ms, tuple(sorted(one.ticks, key=repr)), one.is_snapshot)
        if isinstance(one, Frame)
        else one
        for one in messages
    ]


@given(st.lists(st.one_of(frames(), frames(), broken), max_size=6))
def test_both_ways_of_reading_agree_on_every_message(messages):
    by_attributes = FeedDecoder(FeedStatistics(), is_walked=False)
    walked = FeedDecoder(FeedStatistics(), is_walked=True)

    for raw in messages:
        assert in_order(walked.decode(raw)) == in_order(by_attributes.decode(raw))
        assert asdict(walked._statistics) == asdict(by_attributes._statistics)


def known(*keys):
    return {key: Tick(key, 100_00, NOW_MS - 5_000, 900, previous_close=99_00) for key in keys}


def common(response, key, price=101.05):
    packet = response.feeds[key].fullFeed.marketFF
    packet.ltpc.ltp, packet.ltpc.ltt, packet.vtt = price, NOW_MS - 10, 1_000
    packet.marketLevel.bidAskQuote.add(bidQ=10, bidP=101.0, askQ=20, askP=101.1)


def test_common_packet_is_read_without_protobufs_help():
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])

    walked = FeedWalker().walk(response.SerializeToString(), NOW_MS, known(KEYS[0]), 1)

    assert walked.ticks == [Tick(KEYS[0], 101_05, NOW_MS - 10, 1_000, 101_00, 10, 101_10, 20, 99_00)]
    assert walked.uncommon == []


def test_best_level_is_the_first_and_those_behind_it_are_not_read():
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])
    levels = response.feeds[KEYS[0]].fullFeed.marketFF.marketLevel
    levels.bidAskQuote.add(bidQ=11, bidP=100.5, askQ=21, askP=101.6)

    walked = FeedWalker().walk(response.SerializeToString(), NOW_MS, known(KEYS[0]), 1)

    assert [tick[4:8] for tick in walked.ticks] == [(101_00, 10, 101_10, 20)]


def test_close_of_the_day_before_is_taken_where_no_earlier_packet_told_it():
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])
    response.feeds[KEYS[0]].fullFeed.marketFF.ltpc.cp = 98.05
    untold = {KEYS[0]: Tick(KEYS[0], 100_00, NOW_MS - 5_000, 900)}

    walked = FeedWalker().walk(response.SerializeToString(), NOW_MS, untold, 1)

    assert [tick.previous_close for tick in walked.ticks] == [98_05]


def test_what_a_packet_leaves_out_is_what_was_known_and_its_time_the_frames():
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])
    packet = response.feeds[KEYS[0]].fullFeed.marketFF
    packet.ltpc.ltt = packet.vtt = 0

    walked = FeedWalker().walk(response.SerializeToString(), NOW_MS, known(KEYS[0]), 1)

    assert [(tick.traded_at_ms, tick.day_volume) for tick in walked.ticks] == [(NOW_MS, 900)]


def test_packet_of_an_unknown_key_is_left_to_the_general_reader():
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[1])

    walked = FeedWalker().walk(response.SerializeToString(), NOW_MS, known(KEYS[0]), 1)

    assert walked == ([], [KEYS[1]])


def test_key_that_comes_twice_is_left_to_the_general_reader():
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])
    raw = response.SerializeToString()
    common(response, KEYS[0], price=102.0)
    both = raw + response.SerializeToString()

    assert FeedWalker().walk(both, NOW_MS, known(KEYS[0]), len(FeedResponse.FromString(both).feeds)) is None


def test_entry_with_two_keys_is_left_to_the_general_reader():
    """Protobuf takes the later key; asking it for the first would give an empty packet."""
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])
    packet = response.feeds[KEYS[0]].SerializeToString()
    entry = b"".join(b"\x0a" + bytes([len(key)]) + key.encode() for key in KEYS[:2])
    entry += b"\x12" + bytes([len(packet)]) + packet
    raw = b"\x12" + bytes([len(entry) & 127 | 128, len(entry) >> 7]) + entry

    assert list(FeedResponse.FromString(raw).feeds) == [KEYS[1]]
    assert FeedWalker().walk(raw, NOW_MS, known(*KEYS[:2]), 1) is None


def test_empty_entry_at_the_end_escapes_nowhere():
    """Faults 9 and 10."""
    response = FeedResponse(type=1, currentTs=NOW_MS)
    common(response, KEYS[0])
    raw = response.SerializeToString() + b"\x12\x00"

    assert FeedWalker().walk(raw, NOW_MS, known(KEYS[0]), 2) is None
    assert FeedDecoder(FeedStatistics(), is_walked=True).decode(raw) != ()


def test_group_of_the_old_kind_is_left_to_the_general_reader():
    group = bytes((7 << 3 | 3, 7 << 3 | 4))

    assert FeedWalker().walk(group, NOW_MS, {}, 0) is None
