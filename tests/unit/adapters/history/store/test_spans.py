from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from trading_bot.adapters.history.store.spans import merged, without

DAY = st.integers(0, 60).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
SPAN = st.tuples(DAY, DAY).map(lambda pair: (min(pair), max(pair)))


def _days(spans):
    return {
        first + timedelta(days=number) for first, last in spans for number in range((last - first).days + 1)
    }


@given(st.lists(SPAN, max_size=6))
def test_merged_spans_hold_the_same_days_and_do_not_touch(spans):
    together = merged(spans)

    assert _days(together) == _days(spans)
    assert all(later[0] - earlier[1] > timedelta(days=1) for earlier, later in pairwise(together))


@given(SPAN, st.lists(SPAN, max_size=6))
def test_what_is_left_is_the_rest_of_the_days(wanted, covered):
    left = without(wanted, covered)

    assert _days(left) == _days([wanted]) - _days(covered)
    assert left == merged(left)
