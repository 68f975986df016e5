from hypothesis import given
from hypothesis import strategies as st

from trading_bot.simulator.server.entrance.limits import ORDER_GROUP, RateLimits, Window


def test_the_eleventh_order_in_a_second_is_refused_and_the_next_second_is_free():
    limits = RateLimits()

    taken = [limits.take(ORDER_GROUP, 999) for _ in range(11)]

    assert taken == [True] * 10 + [False]
    assert not limits.take(ORDER_GROUP, 1_998)
    assert limits.take(ORDER_GROUP, 1_999)


def test_each_other_group_has_its_own_budget():
    limits = RateLimits()

    assert all(limits.take("/v2/a", 0) for _ in range(50))
    assert not limits.take("/v2/a", 0)
    assert limits.take("/v2/b", 0)


@given(st.lists(st.integers(min_value=0, max_value=400), max_size=60))
def test_no_window_ever_holds_more_than_its_calls(gaps):
    windows = (Window(3, 1_000), Window(7, 5_000))
    limits = RateLimits(order_windows=windows)
    now_ms, taken = 0, []
    for gap in gaps:
        now_ms += gap
        if limits.take(ORDER_GROUP, now_ms):
            taken.append(now_ms)

    for window in windows:
        assert all(sum(at - window.span_ms < other <= at for other in taken) <= window.calls for at in taken)
