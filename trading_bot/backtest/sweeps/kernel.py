"""The crossing averages under the policy of the next open, compiled: each number in a local of one loop.

The same floating-point operations in the same order as the strategy, whole paise where money is meant. Import
it late: it brings numba, and its first call on a machine compiles for some seconds (kept in a cache).
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from trading_bot.research.arrays import Floats, Ints

_HALF_KNOWN = 1e-7
"""A stop this close to a tick, in ticks, may have been rounded to the wrong side of it."""


class Share(NamedTuple):
    """The candles of one share."""

    opens: Ints
    """Paise."""
    closes: Ints
    """Paise."""
    rupees: Floats
    """The closes."""
    true_ranges: Floats
    """Rupees; the first is its high less its low."""
    slots: Ints
    """The place of each candle in the time line of all shares."""
    tick: int
    """Paise."""


class Shares(NamedTuple):
    """The candles of all shares one after the other, and where each begins and ends."""

    opens: Ints
    closes: Ints
    rupees: Floats
    true_ranges: Floats
    slots: Ints
    ticks: Ints
    firsts: Ints
    ends: Ints


class Numbers(NamedTuple):
    """One set."""

    fast_alpha: float
    slow_alpha: float
    atr_alpha: float
    multiple: float
    ignored: int


class Sets(NamedTuple):
    """Many sets."""

    fast_alphas: Floats
    slow_alphas: Floats
    atr_alphas: Floats
    multiples: Floats
    ignored: Ints


class Rules(NamedTuple):
    """What holds for every set."""

    quantity: int
    fee: float
    begin: float
    """Equity before the first candle, in paise."""


class Outcome(NamedTuple):
    """What came of one set on one share; paise."""

    filled: int
    held: int
    flow: int
    """Without fees."""
    turnover: int
    losing_streak: int
    """The longest; a trade that gained nothing counts."""
    doubts: int
    """Stops that may have been rounded to the wrong side."""
    fall: int
    """The deepest of the share's own equity, rounded up."""


class Results(NamedTuple):
    """Room for what comes out."""

    outcomes: Ints
    """Shape (sets, shares, fields of an outcome)."""
    drawdowns: Floats
    """Shape (sets,): the deepest fall of all equity, as a fraction of its peak."""
    daily: Floats
    """Shape (sets, days): equity at the end of each day, in paise."""


@njit(cache=True, nogil=True)
def planned_stop(close: int, tick: int, distance: float) -> tuple[int, int]:
    """The stop of an entry at a close, 0 where none has room; and 1 where rounding makes it doubtful."""
    price = -(-close // tick) * tick
    if price <= tick:
        return 0, 0
    if distance < tick * (1 - _HALF_KNOWN):
        return price - tick, 0
    steps = (price - distance) / tick
    below = math.floor(steps)
    over = steps - below
    return max(tick, int(below) * tick), int(over < _HALF_KNOWN or over > 1 - _HALF_KNOWN)


@njit(cache=True, nogil=True)
def losing_streak(streak: int, bought: int, sold: int) -> int:
    """Trades in a row that gained nothing, after one more."""
    return streak + 1 if sold <= bought else 0


@njit(cache=True, nogil=True)
def write_fill(fills: Ints, number: int, at: int, units: int, price: int) -> None:
    """Write one row, where there is room."""
    if number < fills.shape[0]:
        fills[number, 0], fills[number, 1], fills[number, 2] = at, units, price


@njit(cache=True, nogil=True)
def play(share: Share, numbers: Numbers, rules: Rules, curve: Floats, fills: Ints) -> Outcome:
    """Play one set on one share.

    Adds the changes of equity to `curve`, and writes (candle, signed units, price) to as many rows as `fills`
    has.
    """
    opens, closes, rupees, true_ranges, slots, tick = share
    fast_alpha, slow_alpha, atr_alpha, multiple, ignored = numbers
    quantity, fee = rules.quantity, rules.fee
    fast = slow = rupees[0]
    atr = true_ranges[0]
    ordered = held = stop = bought = streak = longest = 0
    filled = flow = turnover = doubts = 0
    equity = peak = fall = 0.0
    for at in range(1, closes.shape[0]):
        if ordered != 0:
            price = opens[at]
            held += ordered * quantity
            flow -= ordered * quantity * price
            turnover += quantity * price
            write_fill(fills, filled, at, ordered * quantity, price)
            filled += 1
            if ordered < 0:
                streak = losing_streak(streak, bought, price)
                longest = max(longest, streak)
            bought = price
        was_above = fast > slow
        fast += fast_alpha * (rupees[at] - fast)
        slow += slow_alpha * (rupees[at] - slow)
        atr += (true_ranges[at] - atr) * atr_alpha
        if held != 0 or ordered != 0:
            before, equity = equity, flow + held * closes[at] - fee * turnover
            curve[slots[at]] += equity - before
            peak = max(peak, equity)
            fall = max(fall, peak - equity)
        ordered = 0
        if held != 0:
            if closes[at] <= stop or fast < slow:  # it was bought above: the first below is a crossing
                ordered = -1
        elif fast > slow and not was_above and at >= ignored:
            stop, doubt = planned_stop(closes[at], tick, atr * 100 * multiple)
            doubts += doubt
            ordered = int(stop > 0)
    return Outcome(filled, held, flow, turnover, longest, doubts, math.ceil(fall))


@njit(cache=True, nogil=True)
def follow(curve: Floats, day_ends: Ints, begin: float, daily: Floats) -> float:
    """The deepest fall of a curve of changes, as a fraction of its peak; equity at the end of each day."""
    equity = peak = begin
    deepest = 0.0
    first = 0
    for day in range(day_ends.shape[0]):
        for at in range(first, day_ends[day]):
            equity += curve[at]
            if equity >= peak:
                peak = equity
            elif peak - equity > deepest * peak:
                deepest = (peak - equity) / peak
        first = day_ends[day]
        daily[day] = equity
    return deepest


@njit(cache=True, nogil=True)
def play_sets(shares: Shares, sets: Sets, rules: Rules, day_ends: Ints, results: Results) -> None:
    """Play every set on every share; `day_ends` are the places in the time line after each day's last."""
    curve = np.zeros(day_ends[-1])
    none = np.empty((0, 3), np.int64)
    for number in range(sets.multiples.shape[0]):
        numbers = Numbers(
            sets.fast_alphas[number],
            sets.slow_alphas[number],
            sets.atr_alphas[number],
            sets.multiples[number],
            sets.ignored[number],
        )
        curve[:] = 0
        for place in range(shares.ticks.shape[0]):
            first, end = shares.firsts[place], shares.ends[place]
            share = Share(
                shares.opens[first:end],
                shares.closes[first:end],
                shares.rupees[first:end],
                shares.true_ranges[first:end],
                shares.slots[first:end],
                shares.ticks[place],
            )
            outcome = play(share, numbers, rules, curve, none)
            for column in range(len(outcome)):
                results.outcomes[number, place, column] = outcome[column]
        results.drawdowns[number] = follow(curve, day_ends, rules.begin, results.daily[number])
