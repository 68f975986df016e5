from datetime import date, time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.domain.candle_builder import CandleBuilder, ClosedCandle
from trading_bot.domain.candle_folding import aggregate
from trading_bot.domain.ist import date_of, ms_at
from trading_bot.domain.market_data import Candle, Tick

DAY = date(2026, 11, 19)
OPEN_MS = ms_at(DAY, time(9, 15))
END_MS = ms_at(DAY, time(15, 30))
KEY = "NSE_EQ|INE002A01018"


def builder(*timeframes_s: int) -> CandleBuilder:
    made = CandleBuilder(timeframes_s)
    made.start_day(OPEN_MS, END_MS)
    return made


def tick(at_s: float, price: int, day_volume: int | None = None) -> Tick:
    return Tick(KEY, price, OPEN_MS + round(at_s * 1000), day_volume)


def at(seconds: float) -> int:
    return OPEN_MS + round(seconds * 1000)


def closed(timeframe_s: int, start_s: int, *prices_and_volume: int | None) -> ClosedCandle:
    return timeframe_s, Candle(at(start_s), *prices_and_volume)


def feed(candles: CandleBuilder, *ticks: Tick) -> list[ClosedCandle]:
    return [done for one in ticks for done in candles.add(one)]


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

    candles.resume(minutes)

    assert candles.forming(900) == Candle(at(900), 115, 124, 110, 120, 50)
    assert candles.add(tick(19 * 60 + 5, 1)) == ()
    assert candles.late_ticks == 1
    assert candles.add(tick(20 * 60, 130)) == ()
    assert candles.forming(900).close == 130


def test_a_missing_minute_at_the_end_of_a_timeframe_does_not_leak_into_the_next():
    candles = builder(300)
    candles.add_minute(Candle(at(180), 1, 1, 1, 1, 5))

    done = candles.add_minute(Candle(at(300), 2, 2, 2, 2, 6))

    assert done == (closed(300, 0, 1, 1, 1, 1, 5), closed(60, 300, 2, 2, 2, 2, 6))


def test_minutes_outside_the_session_are_left_out_of_a_restart():
    candles = builder(300)

    candles.resume(
        [Candle(at(-60), 9, 9, 9, 9, 1), Candle(at(0), 5, 5, 5, 5, 1), Candle(END_MS, 9, 9, 9, 9, 1)]
    )

    assert candles.forming(300) == Candle(at(0), 5, 5, 5, 5, 1)


def test_the_clock_closes_a_timeframe_whose_last_minutes_had_no_trade():
    candles = builder(300)
    candles.add(tick(0, 100))
    candles.close_until(at(61))

    assert candles.close_until(at(300.999)) == ()
    assert candles.close_until(at(301)) == (closed(300, 0, 100, 100, 100, 100, None),)


trades = st.lists(
    st.tuples(st.integers(0, 40_000), st.integers(1, 1000), st.integers(0, 50)), min_size=1, max_size=120
)


def as_ticks(steps: list[tuple[int, int, int]]) -> list[Tick]:
    ticks, at_ms, volume = [], 0, 500
    for gap_ms, price, quantity in steps:
        at_ms += gap_ms
        volume += quantity
        ticks.append(tick(at_ms / 1000, price, volume))
    return [one for one in ticks if one.traded_at_ms < END_MS]


def by_bucket(ticks: list[Tick], length_s: int) -> list[Candle]:
    """Candles by their definition, in the plainest way."""
    buckets: dict[int, list[int]] = {}
    volumes: dict[int, int] = {}
    before = ticks[0].day_volume
    for one in ticks:
        start_ms = OPEN_MS + (one.traded_at_ms - OPEN_MS) // (length_s * 1000) * (length_s * 1000)
        buckets.setdefault(start_ms, []).append(one.last_price)
        volumes[start_ms] = volumes.get(start_ms, 0) + one.day_volume - before
        before = one.day_volume
    return [Candle(s, p[0], max(p), min(p), p[-1], volumes[s]) for s, p in buckets.items()]


def of_length(done: list[ClosedCandle], timeframe_s: int) -> list[Candle]:
    return [candle for length_s, candle in done if length_s == timeframe_s]


@given(trades)
def test_candles_are_those_of_the_definition(steps):
    ticks = as_ticks(steps)
    candles = builder(300, 900)

    done = [*feed(candles, *ticks), *candles.close_until(END_MS + 1000)]

    for length_s in (10, 60, 300, 900):
        assert of_length(done, length_s) == by_bucket(ticks, length_s)


@given(trades, st.data())
def test_when_the_clock_ticks_between_trades_makes_no_difference(steps, data):
    ticks = as_ticks(steps)
    plain, clocked = builder(300), builder(300)
    expected = [*feed(plain, *ticks), *plain.close_until(END_MS + 1000)]

    done = []
    for before, after in zip(ticks, [*ticks[1:], tick(375 * 60, 1)], strict=True):
        done += clocked.add(before)
        now_ms = data.draw(st.integers(before.traded_at_ms, after.traded_at_ms))
        done += clocked.close_until(now_ms)
    done += clocked.close_until(END_MS + 1000)

    assert done == expected


@given(trades, st.sampled_from([120, 300, 900, 3600]))
def test_minutes_aggregated_are_the_builders_timeframe(steps, timeframe_s):
    candles = builder(timeframe_s)
    done = [*feed(candles, *as_ticks(steps)), *candles.close_until(END_MS + 1000)]
    minutes = of_length(done, 60)
    replayed = builder(timeframe_s)

    from_bars = [one for minute in minutes for one in replayed.add_minute(minute)]
    from_bars += replayed.close_until(END_MS + 1000)

    expected = of_length(done, timeframe_s)
    assert aggregate(minutes, timeframe_s, lambda _: OPEN_MS) == expected
    assert of_length(from_bars, timeframe_s) == expected
    assert of_length(from_bars, 60) == minutes


@given(trades, st.randoms(use_true_random=False))
def test_any_order_of_arrival_keeps_the_days_volume(steps, random):
    ticks = as_ticks(steps)
    shuffled = [ticks[0], *random.sample(ticks[1:], len(ticks) - 1)]
    candles = builder()

    done = [*feed(candles, *shuffled)]
    forming = candles.forming(10)
    done += candles.close_until(END_MS + 1000)

    total = sum(candle.volume for candle in of_length(done, 60))
    assert forming is not None
    assert total == max(one.day_volume for one in ticks) - ticks[0].day_volume


@pytest.mark.parametrize("symbol", ["RELIANCE", "AXISBANK"])
def test_recorded_ticks_give_the_recorded_minutes(symbol, shared_data: Path):
    day = date(2021, 4, 8)
    session = (ms_at(day, time(9, 15)), ms_at(day, time(15, 30)))
    ticks = recorded(shared_data / f"ticks/2021/{symbol}.parquet", day)
    bars = recorded(shared_data / f"nse_1min/2021_ticks/{symbol}.parquet", day)
    candles = CandleBuilder((900,))
    candles.start_day(*session)

    done = []
    for row in ticks.itertuples():
        done += candles.add(Tick(KEY, round(row.ltp * 100), row.at_ms, row.cum_volume))
    done += candles.close_until(session[1] + 1000)
    minutes = {candle.start_ms: candle for candle in of_length(done, 60)}

    expected = {row.at_ms: [round(price * 100) for price in row[2:6]] for row in bars.itertuples()}
    assert minutes.keys() == expected.keys()
    same = sum(list(minutes[start_ms][1:5]) == prices for start_ms, prices in expected.items())
    assert same / len(expected) > 0.99  # the recorded bars also take seconds that arrive after their minute
    total = sum(candle.volume for candle in minutes.values())
    assert total == ticks.cum_volume.max() - ticks.cum_volume.iloc[0]
    fifteen = of_length(done, 900)
    assert fifteen == aggregate(minutes.values(), 900, lambda on: ms_at(on, time(9, 15)))


def recorded(file: Path, day: date) -> pd.DataFrame:
    frame = pd.read_parquet(file)
    frame["at_ms"] = frame["ts"].dt.as_unit("ms").astype("int64")
    return frame[frame["at_ms"].map(date_of) == day].reset_index(drop=True)


@given(st.lists(st.tuples(st.integers(0, 4_000), st.integers(95, 105)), max_size=80))
def test_without_micros_the_longer_candles_are_the_same(steps):
    with_micros, without = builder(300, 900), CandleBuilder((300, 900), gives_micros=False)
    without.start_day(OPEN_MS, END_MS)
    at_s = 0.0
    for step_s, price in steps:
        at_s += step_s / 20
        one = tick(at_s, price, round(at_s))

        longer = tuple(done for done in with_micros.add(one) if done[0] != 10)

        assert without.add(one) == longer


@pytest.mark.parametrize("at_ms", [-(2**63), 1, 2**63 - 1])
def test_a_trade_at_no_possible_time_escapes_nowhere(at_ms):
    """Fault 9: what a decision raises ends the process."""
    candles = builder()

    assert candles.add(Tick("K", 100, at_ms, 500)) == ()
    assert candles.ticks_outside_session == 1
