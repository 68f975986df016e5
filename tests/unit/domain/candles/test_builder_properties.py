"""Any trades in any order, and recorded ones: the candles are those of the definition."""

from datetime import date, time
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.built_candles import END_MS, KEY, OPEN_MS, builder, feed, tick
from trading_bot.domain.candles.builder import CandleBuilder, ClosedCandle
from trading_bot.domain.candles.folding import aggregate
from trading_bot.domain.ist import date_of, ms_at
from trading_bot.domain.market_data import Candle, Tick

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


def finished(ticks: list[Tick], by_ms: int) -> list[Candle]:
    """What a history holds of the session at that moment."""
    known = [one for one in ticks if one.traded_at_ms <= by_ms]
    return [one for one in by_bucket(known, 60) if one.start_ms + 60_000 <= by_ms] if known else []


def in_history(candle: Candle, length_s: int, closed_by_ms: int) -> bool:
    return candle.start_ms + length_s * 1000 <= closed_by_ms


@given(trades, st.data())
def test_a_history_taken_at_any_moment_changes_no_candle(steps, data):
    ticks = as_ticks(steps)
    candles = builder(300, 900)
    cut = data.draw(st.integers(0, len(ticks)))
    done = feed(candles, *ticks[:cut])
    latest_ms = ticks[cut].traded_at_ms if cut < len(ticks) else END_MS + 2000
    now_ms = data.draw(st.integers(max([OPEN_MS, *(one.traded_at_ms for one in ticks[:cut])]), latest_ms))
    if data.draw(st.booleans()):
        done += candles.close_until(now_ms)

    candles.resume(finished(ticks[:cut], now_ms), candles.closed_by_ms)
    done += [*feed(candles, *ticks[cut:]), *candles.close_until(END_MS + 1000)]

    for length_s in (60, 300, 900):
        assert of_length(done, length_s) == by_bucket(ticks, length_s)


@given(trades, st.data())
def test_after_a_gap_two_histories_make_every_later_candle_whole(steps, data):
    ticks = as_ticks(steps)
    lost, back = sorted(data.draw(st.tuples(*[st.integers(0, len(ticks) - 1)] * 2)))
    again_ms = ticks[back].traded_at_ms // 60_000 * 60_000 + 65_000
    candles = builder(300, 900)
    feed(candles, *ticks[:lost])
    back_ms = ticks[back].traded_at_ms
    candles.close_until(back_ms)
    candles.forget_volume()
    feed(candles, ticks[back])
    candles.resume(finished(ticks, back_ms), candles.closed_by_ms)
    soon = [one for one in ticks[back + 1 :] if one.traded_at_ms < again_ms]
    feed(candles, *soon, ticks[back])
    candles.close_until(again_ms)
    closed_by_ms = candles.closed_by_ms
    candles.resume(finished(ticks, again_ms), closed_by_ms)

    later = [one for one in ticks[back + 1 :] if one.traded_at_ms >= again_ms]
    done = [*feed(candles, *later), *candles.close_until(END_MS + 1000)]

    for length_s in (60, 300, 900):
        whole = by_bucket(ticks, length_s)
        assert of_length(done, length_s) == [
            one for one in whole if not in_history(one, length_s, closed_by_ms)
        ]


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
