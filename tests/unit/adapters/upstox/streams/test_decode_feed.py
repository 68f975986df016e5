"""Frames into ticks (faults 7, 9, 10, 12; traps 19-21)."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upstox_client.feeder.proto.MarketDataFeedV3_pb2 import FeedResponse

from trading_bot.adapters.upstox.streams.decode_feed import FeedDecoder, FeedStatistics
from trading_bot.domain.market_data import Frame, MarketPhase, Tick
from trading_bot.domain.money import paise_from_wire

NOW_MS = 1_795_147_200_000
KEY = "NSE_EQ|INE002A01018"
INDEX = "NSE_INDEX|Nifty 50"


def live(sent_at_ms: int = NOW_MS) -> FeedResponse:
    return FeedResponse(type=1, currentTs=sent_at_ms)


def full(response: FeedResponse, key: str = KEY, *, ltp=1400.05, ltt=NOW_MS - 10, vtt=5000, quote=True):
    packet = response.feeds[key].fullFeed.marketFF
    packet.ltpc.ltp, packet.ltpc.ltt, packet.ltpc.cp, packet.ltpc.ltq = ltp, ltt, 1390.5, 7
    packet.vtt = vtt
    if quote:
        packet.marketLevel.bidAskQuote.add(bidQ=10, bidP=1400.0, askQ=20, askP=1400.1)
        packet.marketLevel.bidAskQuote.add(bidQ=11, bidP=1399.95, askQ=21, askP=1400.15)
    return response


def ticks_of(decoder, response) -> tuple[Tick, ...]:
    return tuple(tick for frame in decoder.decode(response.SerializeToString()) for tick in frame.ticks)


def test_full_packet_becomes_a_tick(decoder):
    [frame] = decoder.decode(full(live()).SerializeToString())

    assert frame == Frame(
        NOW_MS, (Tick(KEY, 140_005, NOW_MS - 10, 5000, 140_000, 10, 140_010, 20, 139_050),), False
    )
    assert type(frame.ticks[0]) is Tick


def test_option_greeks_packet_has_volume_and_the_first_level(decoder):
    response = live()
    packet = response.feeds[KEY].firstLevelWithGreeks
    packet.ltpc.ltp, packet.ltpc.ltt, packet.vtt = 120.5, NOW_MS, 65
    packet.firstDepth.bidP, packet.firstDepth.bidQ = 120.4, 130

    [tick] = ticks_of(decoder, response)

    assert tick == Tick(KEY, 12_050, NOW_MS, 65, 12_040, 130, 0, 0, 0)


def test_ltpc_packet_has_no_volume(decoder):
    response = live()
    response.feeds[KEY].ltpc.ltp, response.feeds[KEY].ltpc.ltt = 120.5, NOW_MS

    [tick] = ticks_of(decoder, response)

    assert (tick.last_price, tick.day_volume, tick.bid) == (12_050, None, 0)


def test_index_packet_has_no_volume(decoder):
    response = live()
    packet = response.feeds[INDEX].fullFeed.indexFF
    packet.ltpc.ltp, packet.ltpc.ltt, packet.ltpc.cp = 26_011.35, NOW_MS, 25_990.1

    [tick] = ticks_of(decoder, response)

    assert tick == Tick(INDEX, 2_601_135, NOW_MS, None, 0, 0, 0, 0, 2_599_010)


def test_packet_of_depth_only_keeps_the_last_trade(decoder, statistics):
    ticks_of(decoder, full(live()))
    response = live(NOW_MS + 500)
    response.feeds[KEY].fullFeed.marketFF.marketLevel.bidAskQuote.add(bidQ=5, bidP=1399.5)

    [tick] = ticks_of(decoder, response)

    assert tick == Tick(KEY, 140_005, NOW_MS - 10, 5000, 139_950, 5, 0, 0, 139_050)
    assert statistics.depth_only == 1


@pytest.mark.parametrize("mode", ["fullFeed.marketFF.vtt", "firstLevelWithGreeks.vtt"])
def test_packet_without_any_known_price_is_counted_and_passed_over(decoder, statistics, mode):
    response = live()
    union, *rest = mode.split(".")
    part = getattr(response.feeds[KEY], union)
    for name in rest[:-1]:
        part = getattr(part, name)
    setattr(part, rest[-1], 5)

    assert decoder.decode(response.SerializeToString()) == ()
    assert statistics.without_last_trade == 1


def test_empty_packet_is_counted_and_passed_over(decoder, statistics):
    response = live()
    response.feeds[KEY].requestMode = 1
    response.feeds[INDEX].fullFeed.SetInParent()

    assert decoder.decode(response.SerializeToString()) == ()
    assert statistics.without_last_trade == 2


def test_numbers_that_were_not_sent_keep_their_last_value(decoder):
    ticks_of(decoder, full(live()))
    response = live(NOW_MS + 500)
    response.feeds[KEY].fullFeed.marketFF.ltpc.ltp = 1401.0

    [tick] = ticks_of(decoder, response)

    assert (tick.day_volume, tick.previous_close) == (5000, 139_050)


def test_volume_before_the_first_trade_of_the_day_is_zero_and_not_unknown(decoder):
    [tick] = ticks_of(decoder, full(live(), vtt=0))

    assert tick.day_volume == 0


@pytest.mark.parametrize("price", [-1.0, math.nan, math.inf, -math.inf, 1e12, 0.0, 0.004])
def test_impossible_price_is_dropped_and_counted(decoder, statistics, price):
    response = full(live(), ltp=price)

    assert decoder.decode(response.SerializeToString()) == ()
    assert statistics.suspect_prices == 1


@pytest.mark.parametrize("price", [-1.0, math.nan, math.inf])
def test_impossible_quote_is_dropped_and_counted(decoder, statistics, price):
    response = full(live(), quote=False)
    response.feeds[KEY].fullFeed.marketFF.marketLevel.bidAskQuote.add(bidP=price, bidQ=1)

    assert decoder.decode(response.SerializeToString()) == ()
    assert statistics.suspect_prices == 1


@pytest.mark.parametrize("price", [-1.0, math.nan, math.inf])
def test_impossible_quote_after_a_good_tick_is_dropped_and_counted(decoder, statistics, price):
    ticks_of(decoder, full(live()))
    response = full(live(), quote=False)
    response.feeds[KEY].fullFeed.marketFF.marketLevel.bidAskQuote.add(bidP=1400.0, askP=price)

    assert decoder.decode(response.SerializeToString()) == ()
    assert statistics.suspect_prices == 1


@pytest.mark.parametrize("price", [0.004, 0.0099])
def test_price_below_a_paisa_is_not_a_price_of_zero(decoder, statistics, price):
    """Fault 9."""
    ticks_of(decoder, full(live()))

    assert ticks_of(decoder, full(live(), ltp=price)) == ()
    assert statistics.suspect_prices == 1


IMPOSSIBLE_TIMES = [-(2**63), -1, 1, 86_400_000, NOW_MS + 60_001, 2**62, 2**63 - 1]


@pytest.mark.parametrize("ltt", IMPOSSIBLE_TIMES)
@pytest.mark.parametrize("is_first", [True, False])
def test_trade_at_an_impossible_time_is_dropped_and_counted(decoder, statistics, ltt, is_first):
    """Fault 9: one from the future would close its candle, and all others would be too late."""
    if not is_first:
        ticks_of(decoder, full(live()))

    assert ticks_of(decoder, full(live(), ltt=ltt)) == ()
    assert statistics.suspect_times == 1


@pytest.mark.parametrize("ltt", [NOW_MS + 60_000, NOW_MS - 90 * 86_400_000])
def test_trade_a_minute_ahead_or_months_ago_is_possible(decoder, ltt):
    ticks_of(decoder, full(live()))

    assert [tick.traded_at_ms for tick in ticks_of(decoder, full(live(), ltt=ltt))] == [ltt]


@pytest.mark.parametrize("sent_at_ms", [-(2**63), -1, 1, 2**62, 2**63 - 1])
def test_impossible_time_of_a_frame_is_as_good_as_none(decoder, statistics, sent_at_ms):
    [frame] = decoder.decode(full(live(sent_at_ms)).SerializeToString())

    assert frame.sent_at_ms == NOW_MS - 10
    assert decoder.decode(full(live(sent_at_ms), ltt=sent_at_ms).SerializeToString()) == ()
    assert statistics.without_time == 1


@pytest.mark.parametrize("close", [-1.0, math.nan, math.inf, 1e12])
def test_impossible_close_is_left_out_and_the_trade_kept(decoder, close):
    response = full(live())
    response.feeds[KEY].fullFeed.marketFF.ltpc.cp = close

    [tick] = ticks_of(decoder, response)

    assert (tick.last_price, tick.previous_close) == (140_005, 0)


def test_volume_is_zero_and_not_unknown_once_the_key_sends_volumes(decoder):
    response = live()
    response.feeds[KEY].ltpc.ltp = 1400.05
    ticks_of(decoder, response)

    [tick] = ticks_of(decoder, full(live(), vtt=0))

    assert tick.day_volume == 0


def test_second_tick_carries_everything_as_the_first_did(decoder):
    ticks_of(decoder, full(live()))

    [tick] = ticks_of(decoder, full(live(), ltp=1401.25, ltt=NOW_MS, vtt=5010))

    assert tick == Tick(KEY, 140_125, NOW_MS, 5010, 140_000, 10, 140_010, 20, 139_050)
    assert type(tick) is Tick


def test_previous_close_that_arrives_late_is_taken(decoder):
    response = full(live())
    response.feeds[KEY].fullFeed.marketFF.ltpc.ClearField("cp")
    [first] = ticks_of(decoder, response)

    [second] = ticks_of(decoder, full(live()))

    assert (first.previous_close, second.previous_close) == (0, 139_050)


def test_impossible_quote_of_a_depth_packet_escapes_nowhere(decoder, statistics):
    ticks_of(decoder, full(live()))
    response = live()
    response.feeds[KEY].fullFeed.marketFF.marketLevel.bidAskQuote.add(bidP=math.nan)

    assert decoder.decode(response.SerializeToString()) == ()
    assert statistics.suspect_prices == 1


def test_bad_print_does_not_replace_the_last_good_trade(decoder):
    ticks_of(decoder, full(live()))
    ticks_of(decoder, full(live(), ltp=-5.0))
    response = live()
    response.feeds[KEY].fullFeed.marketFF.vtt = 5001

    [tick] = ticks_of(decoder, response)

    assert (tick.last_price, tick.day_volume) == (140_005, 5001)


def test_missing_type_means_a_snapshot(decoder):
    [frame] = decoder.decode(full(FeedResponse(currentTs=NOW_MS)).SerializeToString())

    assert frame.is_snapshot


def test_first_word_about_a_quiet_key_is_a_snapshot_even_when_it_is_called_live(decoder):
    response = full(full(live(), "QUIET", ltt=NOW_MS - 60_001), "BUSY")

    quiet, busy = decoder.decode(response.SerializeToString())

    assert (quiet.is_snapshot, quiet.ticks[0].instrument_key) == (True, "QUIET")
    assert (busy.is_snapshot, busy.ticks[0].instrument_key) == (False, "BUSY")


def test_later_word_about_a_quiet_key_is_live(decoder):
    decoder.decode(full(live(), ltt=NOW_MS - 60_001).SerializeToString())

    [frame] = decoder.decode(full(live(), ltt=NOW_MS - 60_001).SerializeToString())

    assert not frame.is_snapshot


def test_new_connection_starts_without_memory(decoder):
    decoder.decode(full(live()).SerializeToString())

    decoder.restart()

    [frame] = decoder.decode(full(live(), ltt=NOW_MS - 60_001).SerializeToString())
    assert frame.is_snapshot


def test_missing_trade_time_is_the_server_s_time(decoder):
    [tick] = ticks_of(decoder, full(live(), ltt=0))

    assert tick.traded_at_ms == NOW_MS


def test_packet_without_any_time_is_passed_over(decoder, statistics):
    assert decoder.decode(full(FeedResponse(type=1), ltt=0).SerializeToString()) == ()
    assert statistics.without_time == 1


def test_frame_without_a_server_time_takes_that_of_its_newest_trade(decoder):
    response = full(full(FeedResponse(type=1), "A", ltt=NOW_MS - 100), "B", ltt=NOW_MS - 50)

    [frame] = decoder.decode(response.SerializeToString())

    assert (frame.sent_at_ms, frame.is_snapshot) == (NOW_MS - 50, False)


def test_market_status_is_read_with_its_zero_value(decoder):
    response = FeedResponse(type=2, currentTs=NOW_MS)
    response.marketInfo.segmentStatus["NSE_EQ"] = 0
    response.marketInfo.segmentStatus["NSE_FO"] = 2

    [status] = decoder.decode(response.SerializeToString())

    assert status.phases == {"NSE_EQ": MarketPhase.PRE_OPEN_START, "NSE_FO": MarketPhase.NORMAL_OPEN}


def test_unknown_phase_and_type_are_counted_and_survived(decoder, statistics):
    info = FeedResponse(type=2, currentTs=NOW_MS)
    info.marketInfo.segmentStatus["NSE_EQ"] = 9
    other = full(live())
    other.type = 7

    [status] = decoder.decode(info.SerializeToString())
    [frame] = decoder.decode(other.SerializeToString())

    assert status.phases == {}
    assert not frame.is_snapshot
    assert statistics.unknown_enums == 2


def test_unknown_fields_are_ignored(decoder):
    raw = full(live()).SerializeToString() + b"\xfa\x01\x03abc"

    assert len(decoder.decode(raw)) == 1


def test_unreadable_frames_in_a_row_are_counted_until_a_good_one(decoder, statistics):
    decoder.decode(b"\xff\xff")
    decoder.decode(b"\xff\xff")
    assert statistics.malformed_in_a_row == 2

    decoder.decode(full(live()).SerializeToString())

    assert (statistics.malformed, statistics.malformed_in_a_row) == (2, 0)


def test_key_that_is_not_text_does_not_escape(decoder, statistics):
    raw = full(live(), "A" * 8).SerializeToString().replace(b"A" * 8, b"\xff" * 8)

    assert decoder.decode(raw) == ()
    assert statistics.malformed == 1


@given(st.binary(max_size=60), st.integers(0, 400))
def test_no_damaged_frame_raises(junk, at):
    raw = full(full(live(), "A"), "B").SerializeToString()

    FeedDecoder(FeedStatistics()).decode(raw[:at] + junk + raw[at + len(junk) :])
    FeedDecoder(FeedStatistics()).decode(raw[:at])


@given(st.integers(1, 100_000_000))
def test_prices_of_two_decimals_become_the_paise_that_money_says(price_paise):
    rupees = price_paise / 100
    decoder = FeedDecoder(FeedStatistics())

    [first] = ticks_of(decoder, full(live(), ltp=rupees))
    [second] = ticks_of(decoder, full(live(), ltp=rupees))

    assert first.last_price == second.last_price == paise_from_wire(rupees) == price_paise
