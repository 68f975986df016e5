"""The way of the price inside a candle, taken so that it flatters nobody.

A candle says where the price began, how far it went on both sides, and where it ended, but not in which
order. The side that is worse for what is held comes first: a stop and a target in one candle end at the stop.
Between two of these prices every level that somebody waits for is passed at its own price; only from one
candle to the next the price may jump.
"""

from collections.abc import Iterable

from trading_bot.domain.market_data import Candle
from trading_bot.domain.signal import Direction


def corners(candle: Candle, direction: Direction) -> tuple[int, int, int, int]:
    """Open, the extreme that hurts a position of that direction, the other extreme, close; in paise."""
    worse, better = (candle.low, candle.high) if direction is Direction.LONG else (candle.high, candle.low)
    return candle.open, worse, better, candle.close


def next_price(price: int, target: int, levels: Iterable[int]) -> int:
    """Where the price is noticed next on its way: at the first level strictly between, or at the target."""
    if price < target:
        return min((level for level in levels if price < level < target), default=target)
    return max((level for level in levels if target < level < price), default=target)
