import pytest
from hypothesis import given
from hypothesis import strategies as st

from trading_bot.engine.rate_gate import RateGate, RateSettings, WindowUse

SMALL = RateSettings(per_second=3, entries_per_second=2, per_minute=10, per_half_hour=15, entry_share=0.6)
wishes = st.lists(st.tuples(st.integers(0, 3_000), st.booleans()), max_size=60)


def most_in_any_window(calls: list[int], length_ms: int) -> int:
    return max((sum(1 for at in calls if start <= at <= start + length_ms) for start in calls), default=0)


@given(wishes)
def test_no_sliding_window_ever_holds_more_than_its_limit(wishes):
    gate, now_ms = RateGate(SMALL), 0
    calls: list[int] = []
    entries: list[int] = []
    for pause_ms, is_exit in wishes:
        now_ms = gate.ready_at(now_ms + pause_ms, is_exit=is_exit)
        gate.take(now_ms, is_exit=is_exit)
        calls.append(now_ms)
        if not is_exit:
            entries.append(now_ms)

    for length_ms, limit, entry_limit in ((1_000, 3, 2), (60_000, 10, 6), (1_800_000, 15, 9)):
        assert most_in_any_window(calls, length_ms) <= limit
        assert most_in_any_window(entries, length_ms) <= entry_limit


@given(wishes)
def test_a_call_waits_no_longer_than_it_must(wishes):
    gate, now_ms = RateGate(SMALL), 0
    for pause_ms, is_exit in wishes:
        now_ms += pause_ms
        ready_ms = gate.ready_at(now_ms, is_exit=is_exit)
        if ready_ms > now_ms:
            assert gate.ready_at(ready_ms - 1, is_exit=is_exit) == ready_ms
        now_ms = ready_ms
        gate.take(now_ms, is_exit=is_exit)


def test_entries_leave_room_for_exits():
    gate = RateGate(RateSettings())
    for _ in range(5):
        gate.take(1_000, is_exit=False)

    assert gate.ready_at(1_000, is_exit=False) == 2_001
    assert gate.ready_at(1_000, is_exit=True) == 1_000


def test_exits_wait_only_for_the_shared_limit():
    gate = RateGate(RateSettings())
    for _ in range(8):
        gate.take(1_000, is_exit=True)

    assert gate.ready_at(1_500, is_exit=True) == 2_001


def test_exits_count_against_entries():
    gate = RateGate(RateSettings())
    for _ in range(8):
        gate.take(1_000, is_exit=True)

    assert gate.ready_at(1_500, is_exit=False) == 2_001


def test_the_use_of_each_window_is_told():
    gate = RateGate(SMALL)
    gate.take(0, is_exit=True)
    gate.take(5_000, is_exit=True)

    assert gate.use(5_500) == (WindowUse(1, 1, 3), WindowUse(60, 2, 10), WindowUse(1_800, 2, 15))


@given(wishes)
def test_calls_that_leave_later_than_they_were_let_through_keep_the_windows_too(wishes):
    """V9: between the gate and the wire lies the commit of `sent`, which may take its time."""
    gate, now_ms = RateGate(SMALL), 0
    calls: list[int] = []
    held: list[bool] = []
    for pause_ms, is_exit in wishes:
        now_ms = gate.ready_at(now_ms + pause_ms, is_exit=is_exit)
        if held:
            gate.leave(now_ms, is_exit=held.pop())
            calls.append(now_ms)
            now_ms = gate.ready_at(now_ms, is_exit=is_exit)
        gate.reserve(is_exit=is_exit)
        held.append(is_exit)

    assert most_in_any_window(calls, 1_000) <= 3
    assert most_in_any_window(calls, 60_000) <= 10


def test_a_call_that_has_not_left_yet_takes_room():
    gate = RateGate(RateSettings())
    for _ in range(7):
        gate.take(1_000, is_exit=True)
    gate.reserve(is_exit=True)

    assert gate.ready_at(1_500, is_exit=True) == 2_001


def test_where_calls_that_have_not_left_take_all_the_room_the_next_one_waits_a_whole_window():
    """V9: they leave no earlier than now, so no room comes back before the window has passed."""
    gate = RateGate(SMALL)
    for _ in range(2):
        gate.reserve(is_exit=False)

    assert gate.ready_at(5_000, is_exit=True) == 5_000
    assert gate.ready_at(5_000, is_exit=False) == 6_001

    gate.reserve(is_exit=True)
    assert gate.ready_at(5_000, is_exit=True) == 6_001


def test_a_call_that_is_let_go_gives_its_room_back():
    gate = RateGate(RateSettings())
    for _ in range(7):
        gate.take(1_000, is_exit=True)
    gate.reserve(is_exit=False)
    gate.let_go(is_exit=False)

    assert gate.ready_at(1_500, is_exit=True) == 1_500


@pytest.mark.parametrize("is_exit", [True, False])
@pytest.mark.parametrize("leaves", [True, False])
def test_calls_that_left_or_were_let_go_long_ago_leave_the_room_as_it_was(is_exit, leaves):
    """V9: neither less than before, nor more."""
    gate, hour_ms = RateGate(SMALL), 3_600_000
    for hour in range(1, 21):
        gate.reserve(is_exit=is_exit)
        if leaves:
            gate.leave(hour * hour_ms, is_exit=is_exit)
        else:
            gate.let_go(is_exit=is_exit)

    now_ms, has_room = 22 * hour_ms, []
    for closes in (False, False, False, True, True):
        has_room.append(gate.ready_at(now_ms, is_exit=closes) == now_ms)
        if has_room[-1]:
            gate.take(now_ms, is_exit=closes)
    assert has_room == [True, True, False, True, False]


def test_a_call_that_is_exactly_a_window_old_is_shown_as_it_is_counted():
    gate = RateGate(SMALL)
    gate.take(0, is_exit=True)

    assert [gate.use(now_ms)[0].used for now_ms in (1_000, 1_001)] == [1, 0]
    assert [gate.use(now_ms)[1].used for now_ms in (60_000, 60_001)] == [1, 0]


def test_a_full_minute_and_a_full_half_hour_open_again_to_the_millisecond():
    minute, half_hour = RateGate(SMALL), RateGate(SMALL)
    for call in range(10):
        minute.take(call * 2_000, is_exit=True)
    for call in range(15):
        half_hour.take(call * 10_000, is_exit=True)

    assert minute.ready_at(19_000, is_exit=True) == 60_001
    assert half_hour.ready_at(200_000, is_exit=True) == 1_800_001


def test_the_usual_limits_stay_below_the_brokers():
    """V9: 10, 500 and 2,000 calls are the broker's."""
    settings = RateSettings()

    assert (settings.per_second, settings.per_minute, settings.per_half_hour) == (8, 450, 1_900)
    assert (settings.entries_per_second, settings.entry_share) == (5, 0.6)


@pytest.mark.parametrize(("seconds", "calls"), [(1, 3), (2, 6), (5, 10)])
def test_so_many_calls_of_exits_leave_within_some_seconds(seconds, calls):
    """V4, V9: what an entry may need for its stops is reckoned as the gate lets them pass."""
    gate, now_ms, left = RateGate(SMALL), 0, 0
    while (now_ms := gate.ready_at(now_ms, is_exit=True)) < seconds * 1_000 + seconds:
        gate.take(now_ms, is_exit=True)
        left += 1

    assert SMALL.calls_within(seconds) == left == calls
