import numpy as np

from trading_bot.simulator.market.depth import DepthArrays
from trading_bot.simulator.market.moments import UpdateArrays, context_moment, merged_moments
from trading_bot.simulator.venue.contracts import Level


def _updates(*at_ms: int, depth: DepthArrays | None = None) -> UpdateArrays:
    times = np.array(at_ms, dtype=np.int64)
    return UpdateArrays(times, times - 1, times * 10, times * 0 + 1, times * 0 + 7, depth)


def test_updates_of_one_instant_share_a_moment():
    moments = list(merged_moments([("A", _updates(5, 9)), ("B", _updates(5, 7))]))

    assert [(moment.at_ms, [update.instrument_key for update in moment.updates]) for moment in moments] == [
        (5, ["A", "B"]),
        (7, ["B"]),
        (9, ["A"]),
    ]


def test_levels_without_a_price_are_left_out():
    none = np.zeros((1, 5), dtype=np.int64)
    bids = np.array([[10, 5, 0, 0, 0]])
    (moment,) = merged_moments([("A", _updates(5, depth=DepthArrays(bids, bids, none, none)))])

    assert moment.updates[0].bids == (Level(10, 10), Level(5, 5))
    assert moment.updates[0].asks == ()


def test_nothing_gives_no_moments():
    assert list(merged_moments([])) == []
    assert list(merged_moments([("A", _updates())])) == []


def test_the_context_has_no_volume_and_no_depth():
    moment = context_moment(100, [("A", 500, 50)])

    assert moment.updates[0] == ("A", 500, 0, 50, 0, (), ())
