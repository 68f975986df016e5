from hypothesis import given
from hypothesis import strategies as st

from trading_bot.engine.latency import LatencyTally


@given(st.lists(st.integers(0, 2**62), max_size=50))
def test_every_duration_is_counted_once(durations):
    tally = LatencyTally()
    for duration in durations:
        tally.add(duration)

    assert tally.count == len(durations)
    assert tally.total_ns == sum(durations)


@given(st.integers(0, 2**33 - 1))
def test_a_duration_lies_below_the_end_of_its_bucket_and_not_below_half_of_it(duration):
    tally = LatencyTally()
    tally.add(duration)

    end_s = next(end_s for end_s, below in tally.cumulative() if below)

    assert duration / 1e9 < end_s
    assert duration / 1e9 >= end_s / 2 or end_s == 1024 / 1e9


def test_what_took_longer_than_the_last_bucket_is_in_the_total_only():
    tally = LatencyTally()
    tally.add(60_000_000_000)

    assert [below for _, below in tally.cumulative()][-1] == 0
    assert (tally.count, tally.total_s) == (1, 60.0)
