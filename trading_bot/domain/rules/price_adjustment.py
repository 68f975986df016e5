"""Candles with splits, bonuses and rights taken out of earlier prices."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import prod

import numpy as np

from trading_bot.domain.candles.arrays import UNKNOWN, CandleArrays, IntArray
from trading_bot.domain.ist import midnight_ms
from trading_bot.domain.rules.corporate_actions import ActionKind, CorporateAction

_INT64_MAX = 2**63 - 1


def adjusted(candles: CandleArrays, actions: Sequence[CorporateAction]) -> CandleArrays:
    """The candles with earlier prices brought to the shares of the last action.

    Exact until each price is rounded to a paisa, half up; volumes are divided, except for rights.
    """
    starts = np.array([midnight_ms(action.ex_on) for action in actions], dtype=np.int64)
    later = np.searchsorted(starts, candles.start_ms, side="right")
    prices = [column.copy() for column in candles[1:5]]
    volume = candles.volume.copy()
    for place in range(len(actions)):
        rows = later == place
        factor = _product(actions[place:])
        shares = _product(action for action in actions[place:] if action.kind is not ActionKind.RIGHTS)
        for column in prices:
            column[rows] = _times(column[rows], factor)
        known = rows & (candles.volume != UNKNOWN)
        volume[known] = _times(volume[known], 1 / shares)
    return CandleArrays(*(candles.start_ms, *prices, volume))


def _product(actions: Iterable[CorporateAction]) -> Fraction:
    return prod((action.factor for action in actions), start=Fraction(1))


def _times(numbers: IntArray, factor: Fraction) -> IntArray:
    """Whole numbers times a ratio, rounded half up; in Python's integers where 64 bits could overflow."""
    over, under = factor.numerator, factor.denominator
    largest = 2 * int(numbers.max(initial=0)) * over + under
    exact = numbers if largest <= _INT64_MAX and 2 * under <= _INT64_MAX else numbers.astype(object)
    scaled = (2 * exact * over + under) // (2 * under)
    return scaled.astype(np.int64)
