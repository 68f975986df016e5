"""Orders whose answer was lost: how soon they are adopted, or released, measured in virtual time."""

from statistics import quantiles

import pytest

from tests.fakes.doubts_in_time import settled_doubt
from trading_bot.domain.order import OrderStatus

CASES = 100
HEALTHY, BAD = 0.0, 0.3


def p99(values):
    return quantiles(values, n=100, method="inclusive")[98]


def settled(bad_replies, visible_after_s):
    return [
        settled_doubt(seed, bad_replies=bad_replies, visible_after_s=visible_after_s(seed))
        for seed in range(CASES)
    ]


@pytest.mark.parametrize(("bad_replies", "longest_s"), [(HEALTHY, 10), (BAD, 10)])
def test_an_order_that_exists_is_adopted_soon_after_it_becomes_visible(bad_replies, longest_s):
    """Faults 34, 36, 37, 39, 41; V2."""
    cases = settled(bad_replies, lambda seed: (seed % 28) / 1.0)

    assert {case.status for case in cases} == {OrderStatus.OPEN}
    assert {case.times_sent for case in cases} == {1}
    assert p99([case.since_visible_s for case in cases]) <= longest_s


@pytest.mark.parametrize(("bad_replies", "longest_s"), [(HEALTHY, 40), (BAD, 75)])
def test_an_order_that_never_arrived_is_released_in_time_and_not_before(bad_replies, longest_s):
    """Fault 35; V2."""
    cases = settled(bad_replies, lambda _seed: None)

    assert {case.status for case in cases} == {OrderStatus.ABSENT}
    assert {case.times_sent for case in cases} == {1}
    assert min(case.since_sending_s for case in cases) >= 35
    assert p99([case.since_sending_s for case in cases]) <= longest_s
