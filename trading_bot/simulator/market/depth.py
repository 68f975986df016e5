"""Five levels of depth around a price where the source has none, on the tick and determined by the seed."""

from typing import NamedTuple

import numpy as np

from trading_bot.domain.candles.arrays import IntArray

LEVELS = 5


class DepthArrays(NamedTuple):
    """Depth after each update: int64 (n, 5) each, best first; a price of 0 means that the level is absent."""

    bid_prices: IntArray
    bid_quantities: IntArray
    ask_prices: IntArray
    ask_quantities: IntArray


def synthetic_depth(
    prices: IntArray, *, tick_size: int, spread_steps: int, typical_quantity: int, rng: np.random.Generator
) -> DepthArrays:
    """Depth around last prices: each was a trade at the bid or the offer, the other a spread away."""
    count = prices.size
    steps = spread_steps + (rng.random(count) < 0.3)  # noqa: PLR2004  # now and then the spread is a step wider
    lower = prices // tick_size * tick_size
    at_ask = rng.random(count) < 0.5  # noqa: PLR2004  # buyers and sellers take turns
    best_bid = np.where(at_ask, lower - steps * tick_size, lower)
    best_ask = np.maximum(best_bid + steps * tick_size, tick_size)
    return around(best_bid, best_ask, tick_size=tick_size, typical_quantity=typical_quantity, rng=rng)


def around(
    best_bid: IntArray, best_ask: IntArray, *, tick_size: int, typical_quantity: int, rng: np.random.Generator
) -> DepthArrays:
    """Depth behind given best prices; a best price of 0 means that the side is empty."""
    shape = (best_bid.size, LEVELS)
    away = np.arange(LEVELS) + np.cumsum(rng.random(shape) < 0.2, axis=1)  # noqa: PLR2004  # some levels are skipped
    away -= away[:, :1]
    bids = np.where(best_bid[:, None] > 0, np.maximum(best_bid[:, None] - away * tick_size, 0), 0)
    asks = np.where(best_ask[:, None] > 0, best_ask[:, None] + away * tick_size, 0)
    scale = typical_quantity * (1 + 0.35 * np.arange(LEVELS))
    quantities = 1 + (scale * rng.gamma(1.5, 1 / 1.5, size=(2, *shape))).astype(np.int64)
    return DepthArrays(bids, np.where(bids > 0, quantities[0], 0), asks, np.where(asks > 0, quantities[1], 0))
