"""From columns of updates of many instruments to moments in time order."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from trading_bot.domain.candles.arrays import IntArray
from trading_bot.simulator.market.depth import LEVELS, DepthArrays
from trading_bot.simulator.venue.contracts import Level, MarketMoment, MarketUpdate

_NOTHING: tuple[Level, ...] = ()


class UpdateArrays(NamedTuple):
    """Updates of one instrument in order of arrival, int64 of one length."""

    at_ms: IntArray
    """When each is seen, ascending."""
    traded_at_ms: IntArray
    price: IntArray
    quantity: IntArray
    day_volume: IntArray
    depth: DepthArrays | None
    """None for an index."""


def merged_moments(parts: Sequence[tuple[str, UpdateArrays]]) -> Iterator[MarketMoment]:
    """Updates of all instruments, joined where they share an instant, in the order of the parts."""
    if not parts:
        return
    at_ms = np.concatenate([updates.at_ms for _, updates in parts])
    order = np.argsort(at_ms, kind="stable")
    instants = at_ms[order]
    starts = np.flatnonzero(np.diff(instants, prepend=instants[0] - 1)) if instants.size else instants
    bounds = [*starts.tolist(), instants.size]
    updates = [update for part in parts for update in _updates(*part)]
    in_order = [updates[at] for at in order.tolist()]
    for at, (first, end) in enumerate(pairwise(bounds)):
        yield MarketMoment(int(instants[bounds[at]]), tuple(in_order[first:end]))


def _updates(key: str, arrays: UpdateArrays) -> Iterator[MarketUpdate]:
    columns = zip(
        arrays.price.tolist(),
        arrays.quantity.tolist(),
        arrays.traded_at_ms.tolist(),
        arrays.day_volume.tolist(),
        strict=True,
    )
    if arrays.depth is None:
        return (MarketUpdate(key, *values) for values in columns)
    depth = arrays.depth
    bids = _levels(depth.bid_prices, depth.bid_quantities)
    asks = _levels(depth.ask_prices, depth.ask_quantities)
    return (MarketUpdate(key, *values, *sides) for values, *sides in zip(columns, bids, asks, strict=True))


def _levels(prices: IntArray, quantities: IntArray) -> Iterator[tuple[Level, ...]]:
    """Levels of each row, without those whose price is 0."""
    levels = map(Level, prices.ravel().tolist(), quantities.ravel().tolist())
    rows = zip(*(levels,) * LEVELS, strict=True)
    if not prices.size or prices.min() > 0:
        return rows
    return (tuple(level for level in row if level.price > 0) for row in rows)


def context_moment(at_ms: int, closes: Sequence[tuple[str, int, int]]) -> MarketMoment:
    """What is known before the open: each instrument's previous close, its time, no volume and no depth yet.

    Whoever counts a day's volume from the first figure seen has a figure of 0 to count from.
    """
    return MarketMoment(
        at_ms,
        tuple(
            MarketUpdate(key, close, 0, closed_at_ms, 0, _NOTHING, _NOTHING)
            for key, close, closed_at_ms in closes
        ),
    )
