"""The price step that the prices themselves show."""

from collections.abc import Callable
from datetime import date

import numpy as np

from trading_bot.domain.candles.arrays import IntArray

TickSizeOf = Callable[[int, date], int]
"""Tick size in paise of a share from its previous close in paise and the trading day."""

_STEPS = (500, 100, 50, 10, 5, 1)
_USUAL_STEP = 5
_PLAUSIBLE_SHARE_OF_PRICE = 1_000
_FEW_PRICES = 200


def coarsest_step(prices: IntArray) -> int:
    """The largest of 1, 5, 10, 50, 100, 500 paise that divides every price.

    More than 5 paise is believed only of steps below a thousandth of the price, and only when enough prices
    say so: a quiet minute of round prices proves nothing.
    """
    if not prices.size:
        return _USUAL_STEP
    limit = _USUAL_STEP
    if prices.size >= _FEW_PRICES:
        limit = max(limit, int(np.median(prices)) // _PLAUSIBLE_SHARE_OF_PRICE)
    return next(step for step in _STEPS if step <= limit and not (prices % step).any())
