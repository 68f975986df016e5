from datetime import time

import pytest

from tests.fakes.built_candles import DAY, END_MS, OPEN_MS, at, builder, closed, feed, tick
from trading_bot.domain.candles.builder import CandleBuilder
from trading_bot.domain.ist import ms_at
from trading_bot.domain.market_data import Candle, Tick


def test_a_tick_of_a_later_bucket_closes_the_earlier_one():
    candles = builder()

    done = feed(candles, tick(0, 100), tick(3, 104), tick(5, 98), tick(9.9, 101), tick(10, 200))

    assert done == [closed(10, 0, 100, 104, 98, 101, None)]


def test_the_clock_closes_a_bucket_one_second_after_its_end():
    candles = builder()
    candles.add(tick(2, 100))

    assert candles.close_until(at(10.999)) == ()
    assert candles.close_until(at(11)) == (closed(10, 0, 100, 100, 100, 100, None),)
    assert candles.close_until(at(60.999)) == ()
    assert candles.close_until(at(61)) == (closed(60, 0, 100, 100, 100, 100, None),)


def test_closes_come_in_the_order_micro_minute_timeframes():
    candles = builder(900, 300, 60)
    candles.add(tick(899, 100))

    done = candles.add(tick(900, 101))

    assert [length_s for length_s, _ in done] == [10, 60, 300, 900]
    assert [candle.start_ms for _, candle in done] == [at(890), at(840), at(600), at(0)]


def test_timeframes_are_aligned_from_the_session_start_and_end_with_the_session():
    candles = builder(3600)
    candles.add(tick(5 * 3600, 100))
    candles.add(tick(6 * 3600 + 10, 105))

    early = candles.close_until(END_MS + 999)
    done = candles.close_until(END_MS + 1000)

    assert 3600 not in [length_s for length_s, _ in early]
    last_hour = Candle(ms_at(DAY, time(15, 15)), 105, 105, 105, 105, None)
    assert done == ((3600, last_hour),)


def test_a_bucket_without_a_trade_gives_no_candle():
    candles = builder(300)
    candles.add(tick(0, 100))

    done = [*candles.close_until(at(400)), *candles.close_until(at(2000)), *candles.add(tick(2100, 101))]

    assert [(length_s, candle.start_ms) for length_s, candle in done] == [
        (10, at(0)),
        (60, at(0)),
        (300, at(0)),
    ]


def test_volume_is_what_the_days_total_grew_by_since_its_first_statement():
    candles = builder()

    done = feed(
        candles,
        tick(0, 100, 5000),
        tick(1, 100, 5040),
        tick(10, 100, 5100),
        tick(20, 100, 5150),
        tick(30, 100),
    )

    assert [candle.volume for _, candle in done] == [40, 60, 50]


def test_without_a_days_total_the_volume_is_unknown():
    candles = builder()
    candles.add(tick(0, 100))

    done = candles.close_until(at(61))

    assert [candle.volume for _, candle in done] == [None, None]


def test_a_late_tick_moves_only_the_volume_of_the_candle_after_it():
    """Fault 5."""
    candles = builder()
    feed(candles, tick(0, 100, 1000), tick(11, 101, 1010))

    assert candles.add(tick(9, 999, 1030)) == ()
    done = candles.add(tick(20, 102, 1030))

    assert done == (closed(10, 10, 101, 101, 101, 101, 30),)
    assert candles.late_ticks == 1


def test_a_trade_of_a_quiet_bucket_is_late_once_the_clock_has_passed_it():
    candles = builder()
    candles.close_until(at(21))

    candles.add(tick(15, 100))

    assert candles.forming(10) is None
    assert candles.late_ticks == 1


def test_a_days_total_that_steps_back_adds_nothing_and_is_counted():
    candles = builder()
    feed(candles, tick(0, 100, 1000), tick(1, 100, 1050), tick(2, 100, 1040), tick(3, 100, 1050))

    assert candles.forming(10).volume == 50
    assert candles.volume_steps_back == 1


def test_an_earlier_trade_of_the_open_bucket_leaves_the_close_alone():
    candles = builder()
    feed(candles, tick(3, 100), tick(5, 101), tick(4, 110), tick(2, 95))

    assert candles.forming(10) == Candle(at(0), 95, 110, 95, 101, None)
    assert candles.late_ticks == 0


def test_ticks_repeated_any_number_of_times_change_nothing():
    """Fault 6."""
    ticks = [tick(n * 0.7, 100 + n % 7, 1000 + 10 * n) for n in range(200)]
    once, often = builder(300), builder(300)

    expected = feed(once, *ticks)
    repeated = feed(often, *(one for one in ticks for _ in range(3)))

    assert repeated == expected
    assert often.forming(300) == once.forming(300)


def test_a_packet_in_which_only_the_depth_moved_makes_no_trade():
    candles = builder()
    candles.add(tick(5, 100, 1000))
    candles.close_until(at(11))

    assert candles.add(tick(5, 100, 1000)._replace(bid=99)) == ()

    assert candles.forming(10) is None
    assert candles.late_ticks == 0


@pytest.mark.parametrize("at_s", [-86_400, 375 * 60, 375 * 60 + 30])
def test_a_trade_outside_the_session_is_ignored_and_counted(at_s):
    candles = builder()

    assert candles.add(tick(at_s, 100, 9_000_000)) == ()
    candles.add(tick(1, 101, 500))
    candles.add(tick(2, 101, 520))

    assert candles.forming(10) == Candle(at(0), 101, 101, 101, 101, 20)
    assert candles.ticks_outside_session == 1


@pytest.mark.parametrize(("at_s", "day_volume"), [(-60, 480), (-86_400, 0)])
def test_what_was_traded_before_the_session_is_the_baseline_of_its_volume(at_s, day_volume):
    candles = builder()
    candles.add(tick(at_s, 100, day_volume))

    candles.add(tick(1, 101, day_volume + 20))

    assert candles.forming(10) == Candle(at(0), 101, 101, 101, 101, 20)


def test_before_a_day_is_started_every_tick_is_outside():
    candles = CandleBuilder()

    assert candles.add(tick(1, 100)) == ()
    assert candles.close_until(at(100)) == ()
    assert candles.ticks_outside_session == 1


def test_forming_shows_each_timeframe_as_it_stands_and_changes_nothing():
    candles = builder(300)
    feed(candles, tick(0, 100, 10), tick(15, 103, 20), tick(62, 99, 25))

    assert candles.forming(10) == Candle(at(60), 99, 99, 99, 99, 5)
    assert candles.forming(60) == Candle(at(60), 99, 99, 99, 99, 5)
    assert candles.forming(300) == Candle(at(0), 100, 103, 99, 99, 15)
    assert candles.forming(300) == Candle(at(0), 100, 103, 99, 99, 15)


def test_forming_of_a_timeframe_that_is_not_built_is_a_mistake():
    with pytest.raises(KeyError):
        builder(300).forming(900)


def test_a_new_day_starts_from_nothing():
    candles = builder()
    feed(candles, tick(0, 100, 1000), tick(1, 100, 1500))
    shift_ms = 86_400_000

    candles.start_day(OPEN_MS + shift_ms, END_MS + shift_ms)
    candles.add(tick(86_400, 90, 700))

    assert candles.forming(10) == Candle(OPEN_MS + shift_ms, 90, 90, 90, 90, 0)


def test_a_second_session_of_the_date_goes_on_with_the_volume():
    candles = CandleBuilder((3600,))
    candles.start_day(OPEN_MS, at(45 * 60))
    candles.add(tick(0, 100, 1000))
    candles.close_until(at(45 * 60 + 1))

    candles.start_day(at(135 * 60), at(195 * 60))
    candles.add(tick(136 * 60, 101, 1060))

    assert candles.forming(3600) == Candle(at(120 * 60), 101, 101, 101, 101, 60)


@pytest.mark.parametrize("timeframe_s", [0, -60, 90, 10])
def test_a_timeframe_that_minutes_cannot_make_is_refused(timeframe_s):
    with pytest.raises(ValueError, match="multiples of 60"):
        CandleBuilder((timeframe_s,))


def test_after_a_restart_the_forming_timeframe_goes_on_from_history():
    minutes = [Candle(at(60 * n), 100 + n, 105 + n, 95 + n, 101 + n, 10) for n in range(20)]
    candles = builder(900)

    candles.resume(minutes, at(20 * 60))

    assert candles.forming(900) == Candle(at(900), 115, 124, 110, 120, 50)
    assert candles.add(tick(19 * 60 + 5, 1)) == ()
    assert candles.late_ticks == 1
    assert candles.add(tick(20 * 60, 130)) == ()
    assert candles.forming(900).close == 130


def test_a_minute_that_has_just_ended_is_taken_from_history_and_handed_out_once():
    candles = builder(300)
    candles.add(tick(250, 104, 7))
    candles.close_until(at(300.4))
    history = [Candle(at(60 * n), 100, 110 + n, 90, 103, 10) for n in range(5)]

    candles.resume(history, candles.closed_by_ms)
    done = candles.add(tick(300.5, 120, 9))

    assert done == (closed(60, 240, 100, 114, 90, 103, 10), closed(300, 0, 100, 114, 90, 103, 50))
    assert candles.forming(60) == Candle(at(300), 120, 120, 120, 120, 2)


def test_what_was_traded_in_a_gap_is_no_volume_of_the_minute_after_it():
    candles = builder()
    candles.add(tick(0, 100, 1_000))
    candles.close_until(at(100))

    candles.forget_volume()
    feed(candles, tick(180, 101, 9_000), tick(185, 102, 9_030))

    assert candles.forming(60) == Candle(at(180), 101, 102, 101, 102, 30)


def test_the_newest_closed_minute_is_known_until_the_next_day():
    candles = builder(300)
    feed(candles, tick(5, 100, 10), tick(70, 105, 15))

    assert candles.last_minute == Candle(at(0), 100, 100, 100, 100, 0)
    candles.start_day(OPEN_MS + 86_400_000, END_MS + 86_400_000)
    assert candles.last_minute is None


def test_a_missing_minute_at_the_end_of_a_timeframe_does_not_leak_into_the_next():
    candles = builder(300)
    candles.add_minute(Candle(at(180), 1, 1, 1, 1, 5))

    done = candles.add_minute(Candle(at(300), 2, 2, 2, 2, 6))

    assert done == (closed(300, 0, 1, 1, 1, 1, 5), closed(60, 300, 2, 2, 2, 2, 6))


def test_minutes_outside_the_session_are_left_out_of_a_restart():
    candles = builder(300)

    candles.resume(
        [Candle(at(-60), 9, 9, 9, 9, 1), Candle(at(0), 5, 5, 5, 5, 1), Candle(END_MS, 9, 9, 9, 9, 1)],
        at(60),
    )

    assert candles.forming(300) == Candle(at(0), 5, 5, 5, 5, 1)


def test_the_clock_closes_a_timeframe_whose_last_minutes_had_no_trade():
    candles = builder(300)
    candles.add(tick(0, 100))
    candles.close_until(at(61))

    assert candles.close_until(at(300.999)) == ()
    assert candles.close_until(at(301)) == (closed(300, 0, 100, 100, 100, 100, None),)


@pytest.mark.parametrize("at_ms", [-(2**63), 1, 2**63 - 1])
def test_a_trade_at_no_possible_time_escapes_nowhere(at_ms):
    """Fault 9: what a decision raises ends the process."""
    candles = builder()

    assert candles.add(Tick("K", 100, at_ms, 500)) == ()
    assert candles.ticks_outside_session == 1
